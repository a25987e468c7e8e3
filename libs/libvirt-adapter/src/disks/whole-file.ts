/** Files that are there whole or not at all: written under a temporary name, made durable, renamed. */
import { open, readFile, rename, rm } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import type { EffectContext } from '@chronovirt/contract';
import { temporaryName } from './temporary-name.ts';

type Writing = Pick<EffectContext, 'mark' | 'incarnation' | 'permit'>;

/**
 * Lets `write` fill a new file and gives it its name when that has ended well; after a failure nothing is left. `target` is where it
 * ends (by default `file` itself), on the same file system. The permit is checked before the file is made and before it gets its name.
 */
export async function writeWhole(
  file: string,
  writing: Writing,
  write: (handle: FileHandle) => Promise<void>,
  options: { readonly mode?: number; readonly target?: string } = {},
): Promise<void> {
  const temporary = temporaryName(file, writing);
  writing.permit.check();
  try {
    const handle = await open(temporary, 'w', options.mode ?? 0o600);
    try {
      await write(handle);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    writing.permit.check();
    await rename(temporary, options.target ?? file);
  } catch (error) {
    // Also when the permit is gone: the name is this run's own, nobody else ever touches it.
    await rm(temporary, { force: true });
    throw error;
  }
}

/** The text of a file, or null when it is not there. */
export async function readIfThere(file: string): Promise<string | null> {
  return await readFile(file, 'utf8').catch(nothingThere);
}

/** For `catch`: turns "no such file" into null. */
export function nothingThere(error: unknown): null {
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'ENOENT' || code === 'ENOTDIR') return null;
  throw error;
}
