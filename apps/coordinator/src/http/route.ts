/** A route: its handler and its documentation in one place, so that the OpenAPI document can never miss one. */
import type { By } from '@chronovirt/contract';
import { z } from 'zod';

export interface RouteInput<Q, B> {
  readonly params: Readonly<Record<string, string>>;
  readonly query: Q;
  readonly body: B;
  /** Who asks, for the history. */
  readonly by: By;
  readonly requestId: string;
  /** The caller's id of this very request (`Idempotency-Key`). */
  readonly idempotencyKey: string | null;
  readonly headers: Headers;
  /** The body as it comes in, for routes that take a stream. */
  readonly stream: ReadableStream<Uint8Array> | null;
  /** Aborted when the caller has gone. */
  readonly signal: AbortSignal;
}

/** One kind of answer: what it means, and the name of an OpenAPI component or a schema of its body. */
export interface AnswerDoc {
  readonly description: string;
  readonly schema?: string | z.ZodType;
  readonly type?: string;
}

export interface Route<Q = unknown, B = unknown> {
  readonly method: 'get' | 'post' | 'delete';
  /** `/v1/instances/{instance}` */
  readonly path: string;
  readonly operation: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  readonly query?: z.ZodType<Q>;
  readonly body?: z.ZodType<B>;
  /** The body is a stream of bytes. */
  readonly takesStream?: true;
  /** Needs no token. */
  readonly isOpen?: true;
  readonly answers: Readonly<Record<number, AnswerDoc>>;
  readonly handle: (input: RouteInput<Q, B>) => Promise<Response> | Response;
}

/** Names a route; its handler sees the parsed query and body. */
export function route<Q, B>(definition: Route<Q, B>): Route {
  return definition as unknown as Route;
}

export function json(value: unknown, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(JSON.stringify(value), { status, headers: { 'content-type': 'application/json', ...headers } });
}

/** JSON that is at hand as text. */
export function jsonText(text: string, status = 200, headers: Record<string, string> = {}): Response {
  return new Response(text, { status, headers: { 'content-type': 'application/json', ...headers } });
}

/** JSON that is at hand as bytes. */
export function jsonBytes(bytes: Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}): Response {
  return new Response(bytes, { headers: { 'content-type': 'application/json', ...headers } });
}

/** `true`, `1` or nothing after the name: yes. */
export const flag = z
  .enum(['', 'true', '1', 'false', '0'])
  .transform((text) => text !== 'false' && text !== '0')
  .optional();

/** A whole number in a query, within bounds. */
export const count = (minimum: number, maximum: number) =>
  z.coerce.number<string>().int().min(minimum).max(maximum).optional();
