/** Queries to a host's driver: `rpc.<host>.query.<method>`. They change nothing, so a try that went silent is simply asked again. */
import { ChronovirtError, querySubject } from '@chronovirt/contract';
import { checkPlace } from '@chronovirt/runtime';
import { z } from 'zod';
import { coreOf } from '../connection/core.ts';
import type { NatsConnection } from '../connection/handle.ts';
import { askPatiently, type Patience, type Unreachable } from './ask.ts';
import { parseBody } from './parse-body.ts';
import { serve, type ErrorReply, type Serving } from './serve.ts';

const query = z.strictObject({ args: z.record(z.string(), z.json()), deadlineMs: z.int().positive().max(600_000) });

const queryReply = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('result'), value: z.json() }),
  z.object({
    kind: z.literal('error'),
    code: z.string(),
    message: z.string(),
    retry: z.enum(['later', 'never']).optional(),
  }),
]);

export type Json = z.infer<ReturnType<typeof z.json>>;

/** What a query gets: its result, or the error by code. */
export type QueryReply = { readonly kind: 'result'; readonly value: Json } | ErrorReply;

/** Answers one query. Nobody waits for the answer any more when `signal` fires, `deadlineMs` after the request came. */
export type QueryHandler = (
  method: string,
  args: Record<string, Json>,
  context: { signal: AbortSignal; deadlineMs: number },
) => Promise<unknown>;

/** Serves queries to a host. The handler checks the arguments of its methods; undefined as a result is told as null. */
export function serveQueries(connection: NatsConnection, host: string, handle: QueryHandler): Serving {
  checkPlace(host);
  return serve(connection, querySubject(host, '*'), async (msg) => {
    const { args, deadlineMs } = parseBody(query, msg.data, 'query');
    const method = msg.subject.slice(msg.subject.lastIndexOf('.') + 1);
    const signal = AbortSignal.timeout(deadlineMs);
    const value = await Promise.race([
      handle(method, args, { signal, deadlineMs }),
      lateness(signal, method, deadlineMs),
    ]);
    return { kind: 'result', value: value ?? null };
  });
}

/** Asks a host's driver; `patienceMs` is also the deadline that the driver is given. */
export async function requestQuery(
  connection: NatsConnection,
  host: string,
  method: string,
  args: Record<string, Json>,
  patience: Patience,
): Promise<QueryReply | Unreachable> {
  checkPlace(host);
  if (!/^[A-Za-z]{1,64}$/.test(method)) throw new ChronovirtError('INVALID_INPUT', 'method: expected 1-64 letters');
  const deadlineMs = Math.max(1, Math.min(600_000, Math.trunc(patience.patienceMs)));
  const payload = Buffer.from(JSON.stringify({ args, deadlineMs }));
  const tries = { tryMs: deadlineMs, ...patience };
  const reply = await askPatiently(coreOf(connection), querySubject(host, method), payload, tries);
  if ('kind' in reply) return reply;
  const { retry, ...said } = {
    retry: undefined,
    ...parseBody(queryReply, reply.data, `reply of ${host}`, 'REPLY_UNREADABLE'),
  };
  return retry === undefined ? said : ({ ...said, retry } as QueryReply);
}

function lateness(signal: AbortSignal, method: string, deadlineMs: number): Promise<never> {
  return new Promise((_, reject) => {
    const late = () =>
      reject(new ChronovirtError('QUERY_LATE', `${method}: no answer within ${deadlineMs} ms`, { retry: 'later' }));
    signal.addEventListener('abort', late, { once: true });
  });
}
