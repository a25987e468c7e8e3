/** Changes of a disk file in place: its size, and the path of what lies beneath it. Both are fine when there is nothing to change. */
import { open } from 'node:fs/promises';
import type { EffectContext } from '@chronovirt/contract';
import { HEADER_BYTES, parseQcow2Header } from '@chronovirt/images';
import type { Qcow2Header } from '@chronovirt/images';
import { baseFile } from '../disks/base-image.ts';
import { runChild } from '../disks/child-process.ts';
import type { DiskEntry } from '../disks/disk-record.ts';
import type { InstanceDirectory } from '../disks/instance-directory.ts';

/** Sees to it that a disk is at least as large as its record says. A raw one grows by a hole at its end. */
export async function growDisk(directory: InstanceDirectory, disk: DiskEntry, context: EffectContext): Promise<void> {
  const file = directory.file(disk.file);
  if (disk.format === 'qcow2') {
    if ((await headerOf(file)).virtualBytes >= disk.bytes) return;
    await runChild('qemu-img', ['resize', '-q', '-f', 'qcow2', file, String(disk.bytes)], context);
    return;
  }
  const handle = await open(file, 'r+');
  try {
    if ((await handle.stat()).size >= disk.bytes) return;
    context.permit.check();
    await handle.truncate(disk.bytes);
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

/**
 * Has an overlay name its image where this host keeps it: one that came from another host names that host's path. Nothing but the name
 * changes: an image is the same wherever its hash is.
 */
export async function pointAtImage(
  directory: InstanceDirectory,
  disk: DiskEntry,
  context: EffectContext,
): Promise<void> {
  if (disk.backing === null || disk.format !== 'qcow2') return;
  const file = directory.file(disk.file);
  const base = baseFile(directory, disk.backing);
  if ((await headerOf(file)).backingFile === base) return;
  await runChild(
    'qemu-img',
    ['rebase', '-q', '-u', '-f', 'qcow2', '-F', disk.backing.format, '-b', base, file],
    context,
  );
}

async function headerOf(file: string): Promise<Qcow2Header> {
  const handle = await open(file, 'r');
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(HEADER_BYTES), 0, HEADER_BYTES, 0);
    return parseQcow2Header(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}
