import { InvalidInputError, hostToken } from '@chronovirt/contract';

/** One token of a subject. Wildcards and dots in a name would read or write other histories. */
const token = /^[A-Za-z0-9_-]{1,64}$/;

/** Throws `INVALID_INPUT` unless the host (and the instance, or the token of a host's history, if given) can be part of a subject. */
export function checkPlace(host: string, instance?: string): void {
  if (!token.test(host)) throw new InvalidInputError('host', 'expected 1-64 of A-Z a-z 0-9 _ -');
  if (instance !== undefined && !token.test(instance) && !hostToken.safeParse(instance).success) {
    throw new InvalidInputError('instance', 'expected a UUID, or 1-64 of A-Z a-z 0-9 _ -');
  }
}
