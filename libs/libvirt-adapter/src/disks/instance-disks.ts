/** Makes and removes the files of an instance. */
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { DriverError } from '@chronovirt/contract';
import type { EffectContext } from '@chronovirt/contract';
import { writeEmptyQcow2 } from '@chronovirt/images';
import { sameMark } from '../xml/metadata.ts';
import { baseFile } from './base-image.ts';
import type { BaseImages } from './base-image.ts';
import { runChild } from './child-process.ts';
import { fileSystems } from './disk-plan.ts';
import { readDiskRecord, writeDiskRecord } from './disk-record.ts';
import type { DiskEntry, DiskRecord } from './disk-record.ts';
import type { InstanceDirectory } from './instance-directory.ts';
import { temporaryName } from './temporary-name.ts';
import { nothingThere, writeWhole } from './whole-file.ts';

export const isThere = async (path: string): Promise<boolean> => (await stat(path).catch(nothingThere)) !== null;

/** Makes the directory and clears away what dead runs were writing, or removing. */
export async function ensureDirectory(directory: InstanceDirectory, context: EffectContext): Promise<void> {
  context.permit.check();
  await rm(directory.doomed, { recursive: true, force: true });
  await mkdir(directory.path, { recursive: true, mode: 0o711 });
  for (const stale of await directory.staleTemporaries(context.incarnation)) {
    context.permit.check();
    await rm(stale, { force: true });
  }
}

/** Content of a disk that is not made from an image or blank: the config drive's. */
export type ContentOf = (disk: DiskEntry) => Buffer | null;

/**
 * Sees to it that every disk of the record is there, and every image beneath. A disk that is gone is made again if `mayMake` says so;
 * otherwise it is `DISK_NOT_FOUND`: a blank disk in place of a lost one would look like success.
 */
export async function ensureDisks(
  directory: InstanceDirectory,
  record: DiskRecord,
  images: BaseImages,
  context: EffectContext,
  rules: { readonly mayMake: (disk: DiskEntry) => boolean; readonly contentOf: ContentOf },
): Promise<void> {
  for (const disk of record.disks) {
    if (disk.backing !== null) await images.ensure(directory, disk.backing, context);
    if (await isThere(directory.file(disk.file))) continue;
    if (!rules.mayMake(disk)) {
      throw new DriverError(
        'DISK_NOT_FOUND',
        `${directory.file(disk.file)} (${disk.role} disk) is gone; restore it, or rebuild the instance`,
      );
    }
    await makeDisk(directory, disk, rules.contentOf(disk), context);
  }
}

async function makeDisk(
  directory: InstanceDirectory,
  disk: DiskEntry,
  content: Buffer | null,
  context: EffectContext,
): Promise<void> {
  const file = directory.file(disk.file);
  await writeWhole(file, context, async (handle) => {
    if (content !== null) return await handle.writeFile(content);
    if (disk.format === 'qcow2') {
      const backing =
        disk.backing === null ? undefined : { file: baseFile(directory, disk.backing), format: disk.backing.format };
      return await writeEmptyQcow2(handle, disk.bytes, backing);
    }
    await handle.truncate(disk.bytes);
    if (disk.fileSystem !== null) await makeFileSystem(disk.fileSystem, temporaryName(file, context), context);
  });
}

async function makeFileSystem(kind: string, file: string, context: EffectContext): Promise<void> {
  const [command, ...args] = kind === 'swap' ? ['mkswap', '--quiet'] : (fileSystems[kind] ?? []);
  if (command === undefined)
    throw new DriverError('DISK_INFO_INVALID', `unknown file system ${JSON.stringify(kind)} in disk.info`);
  await runChild(command, [...args, file], context);
}

/** The record that a spawn works by: what is there already stays as it is, the rest is as planned. */
export async function settleRecord(
  directory: InstanceDirectory,
  planned: DiskRecord,
  context: EffectContext,
): Promise<DiskRecord> {
  const before = await readDiskRecord(directory);
  const kept = new Map<string, DiskEntry>();
  for (const disk of before?.disks ?? []) {
    if (sameMark(disk.madeBy, context.mark) || (await isThere(directory.file(disk.file)))) kept.set(disk.role, disk);
  }
  const record: DiskRecord = {
    ...(before !== null && kept.size > 0 ? before : planned),
    disks: planned.disks.map((disk) => kept.get(disk.role) ?? disk),
  };
  if (JSON.stringify(record) !== JSON.stringify(before)) await writeDiskRecord(directory, record, context);
  return record;
}

/** Undoes what an operation made: its disks, and the directory when nothing else is in it. */
export async function removeMadeBy(directory: InstanceDirectory, context: EffectContext): Promise<void> {
  const record = await readDiskRecord(directory);
  const others = record?.disks.filter((disk) => !sameMark(disk.madeBy, context.mark)) ?? [];
  if (others.length === 0) return await removeAll(directory, context);
  for (const disk of record?.disks ?? []) {
    if (others.includes(disk)) continue;
    context.permit.check();
    await rm(directory.file(disk.file), { force: true });
  }
  if (record !== null && others.length < record.disks.length)
    await writeDiskRecord(directory, { ...record, disks: others }, context);
}

/** Removes everything of an instance. Renamed first, so that a crash leaves nothing that looks like an instance's directory. */
export async function removeAll(directory: InstanceDirectory, context: EffectContext): Promise<void> {
  const { path: whole, doomed } = directory;
  if (await isThere(whole)) {
    context.permit.check();
    await rm(doomed, { recursive: true, force: true });
    context.permit.check();
    await rename(whole, doomed).catch(nothingThere);
  }
  for (const path of await directory.all()) {
    if (!(await isThere(path))) continue;
    context.permit.check();
    await rm(path, { recursive: true, force: true });
  }
}
