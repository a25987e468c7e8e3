/**
 * What stands beside the files that a resize has set aside: which operation did, in which move, and on which host. On storage that
 * several hosts see, what one keeps is not another's to show, to put back or to remove.
 */
import { join } from 'node:path';
import { z } from 'zod';
import { mark } from '@chronovirt/contract';
import { readIfThere } from './whole-file.ts';

export const KEPT_NOTE = 'resize.info';

const keptNote = z.strictObject({
  v: z.literal(1),
  mark,
  migration: z.string().nullable(),
  /** Identity of the host, as its hypervisor has it; null = not known. */
  keeper: z.string().nullable(),
});
export type KeptNote = z.infer<typeof keptNote>;

/** The note in a directory; null when there is none, or one that cannot be read: nobody's. */
export async function readKeptNote(directory: string): Promise<KeptNote | null> {
  const text = await readIfThere(join(directory, KEPT_NOTE));
  if (text === null) return null;
  try {
    return keptNote.parse(JSON.parse(text));
  } catch {
    return null;
  }
}

/** Whether what is kept under that note is this host's own; what is nobody's is everybody's. */
export const isOwn = (note: KeptNote | null, keeper: string | null): boolean =>
  note === null || note.keeper === null || keeper === null || note.keeper === keeper;
