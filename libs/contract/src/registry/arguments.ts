import { InvalidInputError } from '../errors.ts';
import { entryOf } from './registry.ts';
import type { ArgsInputOf, ArgsOf, EntryName } from './registry.ts';

/**
 * Checks the arguments of a method and fills in the defaults. Throws `InvalidInputError` that names the first field that does not
 * fit. The text never repeats a value: it could be a secret.
 */
export function parseArguments<M extends EntryName>(method: M, input: ArgsInputOf<M>): ArgsOf<M> {
  const parsed = entryOf(method).params.safeParse(input);
  if (parsed.success) return parsed.data as ArgsOf<M>;
  const issue = parsed.error.issues[0];
  const field = [method, ...(issue?.path ?? [])].join('.');
  throw new InvalidInputError(field, issue?.message ?? 'does not fit the contract', parsed.error);
}
