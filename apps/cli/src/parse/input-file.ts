/** What a person hands over in a file: so it stands in no list of processes and in no shell's history. */
import { readFileSync } from 'node:fs';
import { UsageError } from '../cli-error.ts';

/** The content of a file that an option names. Throws `UsageError` naming the option, never what is in the file. */
export function readInput(file: string, option: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new UsageError(`${option}: ${whyNot(file, error)}`);
  }
}

/** Why a file cannot be read, in a person's words. */
export function whyNot(file: string, error: unknown): string {
  switch ((error as NodeJS.ErrnoException).code) {
    case 'ENOENT':
      return `there is no file ${file}`;
    case 'EISDIR':
      return `${file} is a directory`;
    case 'EACCES':
      return `${file} may not be read by this user`;
    default:
      return (error as Error).message;
  }
}

/** A password: the file's one line, without its end. `/dev/stdin` is a file too. */
export function readPassword(file: string, option: string): string {
  const password = readInput(file, option)
    .toString('utf8')
    .replace(/\r?\n$/, '');
  if (password === '') throw new UsageError(`${option}: expected a line with the password, ${file} is empty`);
  return password;
}
