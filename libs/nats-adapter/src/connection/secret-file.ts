import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { SecretFileError } from '../errors.ts';

/** Reads a file with a secret. Throws `SECRET_FILE_UNUSABLE` when it is missing or anybody but its owner may read or write it. */
export function readSecretFile(path: string, what: string): Buffer {
  let file: number;
  try {
    file = openSync(path, 'r');
  } catch (error) {
    throw new SecretFileError(`${what}: cannot open ${path}; set-up makes it`, error);
  }
  try {
    const { mode } = fstatSync(file);
    if ((mode & 0o077) !== 0) {
      const now = (mode & 0o777).toString(8).padStart(4, '0');
      throw new SecretFileError(`${what}: others may read ${path} (mode ${now}); run: chmod 600 ${path}`);
    }
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}
