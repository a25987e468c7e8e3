/**
 * The files of an instance as they were before a resize or cold move: the whole directory, under another name, until the move is
 * confirmed or turned back.
 *
 * ```text
 * <uuid>          -> <uuid>_resize         set aside: a rename, so that it is kept whole or not at all
 * <uuid>_resize   -> <uuid>                put back: what has come into its place is removed first
 * <uuid>_resize   -> <uuid>_del, removed   dropped
 * ```
 *
 * `resize.info` in it names the operation and the host that set it aside. So a run that is repeated goes on, and what an older operation left behind
 * is told from that: with whole files in its place it is stale, without them it was interrupted.
 */
import { rename, rm } from 'node:fs/promises';
import { DriverError } from '@chronovirt/contract';
import type { EffectContext } from '@chronovirt/contract';
import { readDiskRecord } from '../disks/disk-record.ts';
import type { DiskRecord } from '../disks/disk-record.ts';
import type { InstanceDirectory } from '../disks/instance-directory.ts';
import { isThere } from '../disks/instance-disks.ts';
import { KEPT_NOTE, readKeptNote } from '../disks/kept-note.ts';
import type { KeptNote } from '../disks/kept-note.ts';
import { nothingThere, writeWhole } from '../disks/whole-file.ts';
import { sameMark } from '../xml/metadata.ts';

/** Where the files of an instance are, and what they are there. */
export type Whereabouts =
  /** In their place; nothing is kept. */
  | { readonly at: 'place'; readonly record: DiskRecord }
  /** Set aside by this operation. */
  | { readonly at: 'aside'; readonly record: DiskRecord }
  /** In their place; what is kept beside them is an older operation's, whose end nobody saw to. */
  | { readonly at: 'place beside stale'; readonly record: DiskRecord }
  /** Set aside by another operation, and nothing whole has come into their place. */
  | { readonly at: 'interrupted'; readonly record: DiskRecord };

/** Finds the files; null when there are none. A record that is damaged is `DISK_INFO_INVALID`. */
export async function whereabouts(
  directory: InstanceDirectory,
  context: Pick<EffectContext, 'mark'>,
): Promise<Whereabouts | null> {
  const inPlace = await readDiskRecord(directory);
  const kept = (await directory.keeps()) ? await readDiskRecord(directory.aside) : null;
  if (kept === null) return inPlace === null ? null : { at: 'place', record: inPlace };
  const note = await readKeptNote(directory.kept);
  if (sameMark(note?.mark ?? null, context.mark)) return { at: 'aside', record: kept };
  return inPlace === null ? { at: 'interrupted', record: kept } : { at: 'place beside stale', record: inPlace };
}

/** Sees to it that the files are set aside by this operation. What an older one left behind is settled first. */
export async function setAside(
  directory: InstanceDirectory,
  where: Whereabouts,
  migration: string | null,
  context: EffectContext,
): Promise<void> {
  if (where.at === 'aside') return;
  if (where.at === 'interrupted') await putBack(directory, context);
  if (where.at === 'place beside stale') await dropKept(directory, context);
  const note: KeptNote = { v: 1, mark: context.mark, migration, keeper: directory.keeper };
  await writeWhole(directory.file(KEPT_NOTE), context, (handle) => handle.writeFile(JSON.stringify(note)));
  context.permit.check();
  await rename(directory.path, directory.kept);
}

/** Puts the kept files back in their place, over whatever is there; with nothing kept it does nothing. Whether it did. */
export async function putBack(directory: InstanceDirectory, context: EffectContext): Promise<boolean> {
  const kept = await directory.keeps();
  if (kept) {
    await remove(directory, directory.path, context);
    context.permit.check();
    await rename(directory.kept, directory.path).catch(nothingThere);
  }
  context.permit.check();
  await rm(directory.file(KEPT_NOTE), { force: true });
  return kept;
}

/** Removes what is kept, and what an earlier run has left of it. */
export async function dropKept(directory: InstanceDirectory, context: EffectContext): Promise<void> {
  await remove(directory, (await directory.keeps()) ? directory.kept : null, context);
}

/** Renamed first: half of a directory never stands under a name that means a whole one. */
async function remove(directory: InstanceDirectory, path: string | null, context: EffectContext): Promise<void> {
  if (await isThere(directory.doomed)) {
    context.permit.check();
    await rm(directory.doomed, { recursive: true, force: true });
  }
  if (path === null || !(await isThere(path))) return;
  context.permit.check();
  await rename(path, directory.doomed).catch(nothingThere);
  context.permit.check();
  await rm(directory.doomed, { recursive: true, force: true });
}

/**
 * For a start: when a copy was interrupted, the instance's files are still set aside, and what is in their place (if anything) is not
 * whole. Puts them back. The record that a start works by, or null.
 */
export async function recordForStart(directory: InstanceDirectory, context: EffectContext): Promise<DiskRecord | null> {
  const record = await readDiskRecord(directory);
  if (record !== null || !(await directory.keeps())) return record;
  await putBack(directory, context);
  return await readDiskRecord(directory);
}

/** No files are here to work with: nobody knows what the disks are. */
export const noFiles = (directory: InstanceDirectory): DriverError =>
  new DriverError(
    'DISK_INFO_INVALID',
    `${directory.info} is gone: nobody knows what the disks are; restore it, or rebuild the instance`,
  );
