import { readFileSync } from 'node:fs';
import { UsageError } from '../cli-error.ts';
import { whyNot } from './input-file.ts';

/** The public keys of a file, one per line. A private key is refused before it goes anywhere. */
export function readPublicKeys(file: string): string[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new UsageError(`--ssh-key: ${whyNot(file, error)}`);
  }
  if (text.includes('PRIVATE KEY'))
    throw new UsageError(`--ssh-key: ${file} is a private key; give the public one`, `most likely ${file}.pub`);
  const keys = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (keys.length === 0) throw new UsageError(`--ssh-key: no key is in ${file}`);
  return keys;
}
