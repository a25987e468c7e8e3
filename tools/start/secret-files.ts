import { randomBytes } from 'node:crypto';
import { chmodSync, existsSync, writeFileSync } from 'node:fs';

/** A file that only its owner can read, made once; what it holds is kept over starts. */
export function secretFile(path: string, make: () => string | Uint8Array): string {
  if (!existsSync(path)) writeFileSync(path, make(), { mode: 0o600, flag: 'wx' });
  chmodSync(path, 0o600);
  return path;
}

export const newToken = (): string => `${randomBytes(32).toString('hex')}\n`;
export const newKey = (): Uint8Array => randomBytes(32);
