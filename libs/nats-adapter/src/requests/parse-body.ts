import { ChronovirtError } from '@chronovirt/contract';
import type { z } from 'zod';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** JSON and schema in one step; throws `code` with the field that does not fit, never with its value. */
export function parseBody<S extends z.ZodType>(
  schema: S,
  bytes: Uint8Array,
  what: string,
  code = 'INVALID_INPUT',
): z.output<S> {
  let json: unknown;
  try {
    json = JSON.parse(decoder.decode(bytes));
  } catch (error) {
    throw new ChronovirtError(code, `${what}: expected JSON in UTF-8`, { cause: error });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new ChronovirtError(
    code,
    `${[what, ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? 'not as expected'}`,
    { cause: parsed.error },
  );
}
