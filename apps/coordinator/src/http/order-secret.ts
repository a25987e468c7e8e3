/**
 * The secret of an order (the password of a rescue or a rebuild). It comes as text, is taken out of the arguments at once, and is sealed
 * when all else is found right. Each is sealed under a key of its own, which travels with its reference: an instance that was made without
 * secrets has no key, and what an order needs must not hang on what the instance's spec says by then.
 */
import {
  secretArguments,
  type CommandName,
  type InstanceUuid,
  type SecretRef,
  type SecretStore,
} from '@chronovirt/contract';
import { z } from 'zod';
import { sealedName } from '../cluster/secrets-of-orders.ts';
import { makePassword } from './make-password.ts';
import { invalid } from './problem.ts';

/** A password as a person gives it. Within the guest it becomes a line of `chpasswd`: a line break would set that of another user. */
export const passwordText = z
  .string()
  .min(1)
  .max(255)
  // oxlint-disable-next-line no-control-regex -- these are what it must not hold
  .regex(/^[^\u0000-\u001f\u007f]*$/, 'expected one line of text, without line breaks or other control characters');

export interface OrderSecret {
  /** The argument that it belongs into. */
  readonly argument: string;
  readonly text: string;
  /** Nobody gave one: it was made here, and is told once, with the acceptance. */
  readonly isMade: boolean;
}

/**
 * Orders that get a password made when none is given. A rescue does, as Nova's: it is mostly ordered because nobody gets in any more, so
 * the password of create would help least then, and an instance that was made with a key alone has none. A rebuild makes the
 * instance again from what its spec says, and keeps the password that it says.
 */
const makesOne: ReadonlySet<CommandName> = new Set(['rescue']);

/**
 * Splits an order's arguments into what may be seen and what not. A reference in place of the text is refused: it could be that of
 * another instance. Throws `INVALID_INPUT` naming the field, never its value.
 */
export function takeSecret(
  name: CommandName,
  args: Readonly<Record<string, unknown>>,
): { readonly args: Readonly<Record<string, unknown>>; readonly secret: OrderSecret | null } {
  const argument = secretArguments[name];
  if (argument === undefined) return { args, secret: null };
  const { [argument]: given, ...rest } = args;
  if (given === undefined)
    return { args: rest, secret: makesOne.has(name) ? { argument, text: makePassword(), isMade: true } : null };
  const text = passwordText.safeParse(given);
  if (!text.success) throw invalid(`args.${argument}`, text.error);
  return { args: rest, secret: { argument, text: text.data, isMade: false } };
}

/** Seals it; what comes back may be written down. */
export async function sealOrderSecret(
  secrets: SecretStore,
  instance: InstanceUuid,
  name: CommandName,
  { text }: OrderSecret,
): Promise<SecretRef> {
  const key = await secrets.newKey();
  return { ...(await secrets.seal(key, instance, sealedName(name), Buffer.from(text))), key };
}
