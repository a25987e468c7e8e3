import { readFileSync } from 'node:fs';
import { InvalidInputError } from '@chronovirt/contract';
import type { z } from 'zod';

/** Reads a JSON file of settings. Throws `INVALID_INPUT` that names the file, the field and what was expected. */
export function readConfigFile<T>(schema: z.ZodType<T>, file: string): T {
  let text: unknown;
  try {
    text = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new InvalidInputError('--config', `${file} cannot be read as JSON: ${why}`, error);
  }
  const parsed = schema.safeParse(text);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join('.');
  throw new InvalidInputError(field ? `${file}: ${field}` : file, issue?.message ?? 'not usable', parsed.error);
}
