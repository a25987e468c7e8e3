/** Errors as the API tells them: RFC 9457 problem details, with a stable `code` and the field where one is to blame. */
import { ChronovirtError, InvalidInputError } from '@chronovirt/contract';
import type { Log } from '@chronovirt/runtime';
import type { z } from 'zod';
import type { OrderReply } from './ports.ts';

/** What a problem may say beyond its text. */
export interface ProblemDetails {
  /** The part of the input that is to blame. */
  readonly field?: string;
  /** Refusals: the guard, and the shortest legal path of commands. */
  readonly guard?: string;
  readonly path?: readonly string[] | null;
  readonly host?: string;
  readonly seq?: number;
  readonly [more: string]: unknown;
}

/** An answer that is no success. `detail` is for a person: what is the matter, and what to do. */
export class Problem extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: ProblemDetails;
  constructor(status: number, code: string, detail: string, details: ProblemDetails = {}) {
    super(detail);
    this.name = 'Problem';
    this.status = status;
    this.code = code;
    this.details = details;
  }
}

const titles: Readonly<Record<number, string>> = {
  400: 'The input cannot be used',
  401: 'A valid token is needed',
  404: 'Not found',
  405: 'The method is not known here',
  409: 'Refused',
  412: 'The instance has changed',
  413: 'Too large',
  415: 'The content type is not known here',
  423: 'The instance is halted',
  500: 'Something failed here',
  503: 'It cannot be reached just now',
  504: 'It took too long',
  507: 'No room',
};

export function problemResponse(problem: Problem, requestId: string): Response {
  const body = {
    type: 'about:blank',
    title: titles[problem.status] ?? 'An error',
    status: problem.status,
    code: problem.code,
    detail: problem.message,
    ...problem.details,
    requestId,
  };
  const headers: Record<string, string> = { 'content-type': 'application/problem+json', 'x-request-id': requestId };
  if (problem.status === 401) headers['www-authenticate'] = 'Bearer';
  return new Response(JSON.stringify(body), { status: problem.status, headers });
}

/** Any error as a problem. What is no fault of the caller's is logged, and told without its inner text. */
export function toProblem(error: unknown, log: Log, requestId: string): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof InvalidInputError) {
    return new Problem(400, error.code, error.message, { field: error.field });
  }
  if (error instanceof ChronovirtError) {
    const status = statusOfCode[error.code];
    if (status !== undefined) return new Problem(status, error.code, error.message);
  }
  log.error(
    { requestId, error: error instanceof Error ? (error.stack ?? error.message) : String(error) },
    'a request failed',
  );
  return new Problem(
    500,
    'INTERNAL',
    `the coordinator could not do this; its log tells more under request ${requestId}`,
  );
}

const statusOfCode: Readonly<Record<string, number>> = {
  IMAGE_UNACCEPTABLE: 400,
  IMAGE_NOT_FOUND: 404,
  INSTANCE_NOT_FOUND: 404,
  NO_SUCH_INSTANCE: 404,
  CONSOLE_NOT_AVAILABLE: 404,
  HALTED: 423,
  STOPPING: 503,
  HOST_UNREACHABLE: 503,
  HYPERVISOR_UNAVAILABLE: 503,
  JOURNAL_CLOSED: 503,
  JOURNAL_FORBIDDEN: 503,
  JOURNAL_MISSING: 503,
  JOURNAL_FULL: 507,
  MESSAGE_TOO_BIG: 413,
};

/** The first thing that a schema has against some input, with the whole list where there is more. */
export function invalid(where: string, error: z.ZodError): Problem {
  const errors = error.issues.flatMap(toBlame).map((issue) => ({
    field: fieldOf(where, issue),
    message: sentence(issue),
  }));
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more, see errors)` : '';
  return new Problem(400, 'INVALID_INPUT', `${first?.field ?? where}: ${first?.message ?? 'not as expected'}${more}`, {
    field: first?.field ?? where,
    ...(errors.length > 1 ? { errors } : {}),
  });
}

type Issue = z.core.$ZodIssue;

/**
 * A choice of shapes fails as a whole. What is to blame lies in the shape that the input comes nearest to: it is of that kind, and the
 * fewest things are wrong with it. Of no kind at all: the words of all shapes.
 */
function toBlame(issue: Issue): Issue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const shapes = issue.errors.map((errors) => errors.flatMap(toBlame));
  const near = shapes.filter((errors) => errors.every(({ path, code }) => path.length > 0 || code !== 'invalid_type'));
  const [nearest] = near.toSorted((a, b) => a.length - b.length);
  if (nearest !== undefined) return nearest.map((one) => ({ ...one, path: [...issue.path, ...one.path] }));
  const words = new Set(shapes.flat().map(sentence));
  return [{ ...issue, message: [...words].join(', or ') || issue.message }];
}

function fieldOf(where: string, issue: Issue): string {
  const path = issue.code === 'unrecognized_keys' ? [...issue.path, issue.keys[0] ?? ''] : issue.path;
  return path.length === 0 ? where : path.join('.');
}

function sentence(issue: Issue): string {
  if (issue.code === 'unrecognized_keys') return 'no such field is known here';
  if (issue.code === 'invalid_value') return `expected one of ${issue.values.join(', ')}`;
  // A bound that has words of its own keeps them.
  if (issue.code === 'too_small' && issue.message.startsWith('Too small'))
    return `expected at least ${issue.minimum}${unitOf(issue)}`;
  if (issue.code === 'too_big' && issue.message.startsWith('Too big'))
    return `expected at most ${issue.maximum}${unitOf(issue)}`;
  return issue.message.replace(/^Invalid input: /, '');
}

/** What a bound is a number of: the field of a size or a time names its unit. */
function unitOf({ origin, path }: { readonly origin: string; readonly path: readonly PropertyKey[] }): string {
  if (origin === 'string') return ' characters';
  if (origin === 'array' || origin === 'set') return ' of them';
  const unit = /(?:MiB|GiB|Seconds)$/.exec(String(path.at(-1) ?? ''))?.[0];
  return unit === undefined ? '' : ` ${unit.toLowerCase() === 'seconds' ? 'seconds' : unit}`;
}

/** What a command's reply means for its sender, when it is no acceptance. */
export function problemOfReply(reply: OrderReply): Problem | null {
  switch (reply.kind) {
    case 'unreachable':
      return reply.taken
        ? new Problem(504, 'HOST_SILENT', reply.message, { host: reply.host })
        : new Problem(503, 'HOST_UNREACHABLE', reply.message, { host: reply.host });
    case 'error':
      return new Problem(statusOfCode[reply.code] ?? 500, reply.code, reply.message);
    case 'answer': {
      const { answer, host, seq } = reply;
      if (answer.kind === 'accepted') return null;
      const { guard, fact, path } = answer;
      return new Problem(guard === 'ifSeq' ? 412 : 409, 'REFUSED', fact, { guard, fact, path, host, seq });
    }
    default:
      return reply satisfies never;
  }
}
