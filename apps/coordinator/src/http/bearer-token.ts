import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { InvalidInputError } from '@chronovirt/contract';

const shortest = 32;

/** Tells whether a request bears the token; takes the same time for every wrong one. */
export type TokenCheck = (authorization: string | null) => boolean;

/** Reads the token that callers must show. The file has to be readable for its owner alone (0600) and hold at least 32 characters. */
export function tokenFromFile(file: string): TokenCheck {
  const { mode } = statSync(file);
  if ((mode & 0o077) !== 0) {
    throw new InvalidInputError(
      'tokenFile',
      `${file} can be read by others (mode ${(mode & 0o777).toString(8)}); chmod 600 it`,
    );
  }
  return tokenCheck(readFileSync(file, 'utf8').trim());
}

/** As `tokenFromFile`, from the token itself. */
export function tokenCheck(token: string): TokenCheck {
  if (token.length < shortest)
    throw new InvalidInputError('tokenFile', `expected a token of at least ${shortest} characters`);
  const expected = digest(token);
  return (authorization) => {
    const given = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1] ?? '';
    return timingSafeEqual(digest(given), expected);
  };
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
