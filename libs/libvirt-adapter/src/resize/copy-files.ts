/**
 * Copies of the kept files, into their old place or to another host. Overlays are copied as overlays: what lies beneath them is an
 * image, which the destination gets by its hash. Swap is not copied: nothing in it outlives the guest.
 */
import { open, rename } from 'node:fs/promises';
import { DriverError } from '@chronovirt/contract';
import type { EffectContext } from '@chronovirt/contract';
import { runChild } from '../disks/child-process.ts';
import type { DiskRecord } from '../disks/disk-record.ts';
import type { InstanceDirectory } from '../disks/instance-directory.ts';
import { ensureDirectory, isThere } from '../disks/instance-disks.ts';
import { temporaryName } from '../disks/temporary-name.ts';
import type { HostServices } from '../host/host-services.ts';
import { isPeerError } from './destination.ts';
import type { Destination } from './destination.ts';

const INFO = 'disk.info';
/** Kept back from the time that is left, to put things in order after a copy that took too long. */
const RESERVE_MS = 10_000;

/** What is copied, in this order. The record comes last: files without it are not whole, and nobody takes them for an instance's. */
async function filesOf(aside: InstanceDirectory, record: DiskRecord): Promise<string[]> {
  const files: string[] = [];
  for (const { role, file } of record.disks) {
    if (role === 'swap') continue;
    if (await isThere(aside.file(file))) files.push(file);
    // A config drive is made from the record of the instance, now or later.
    else if (role !== 'config')
      throw new DriverError(
        'DISK_NOT_FOUND',
        `${aside.file(file)} (${role} disk) is gone; restore it, or rebuild the instance`,
      );
  }
  return [...files, INFO];
}

/** Brings the kept files to where they go. Repeated, it goes on where it was. */
export async function copyFiles(
  host: HostServices,
  directory: InstanceDirectory,
  record: DiskRecord,
  to: Destination,
  context: EffectContext,
): Promise<void> {
  const { aside } = directory;
  const files = await filesOf(aside, record);
  if (to.kind !== 'peer') {
    await ensureDirectory(directory, context);
    for (const file of files) await copyHere(aside.file(file), directory.file(file), context);
    return;
  }
  for (const file of files) await send(host, aside.file(file), file, to, context);
}

/** A copy that shares what the file system can share, and has holes where nothing is. */
async function copyHere(from: string, to: string, context: EffectContext): Promise<void> {
  if (await isThere(to)) return;
  const temporary = temporaryName(to, context);
  context.progress(`copying ${from}`);
  await runChild('cp', ['--reflink=auto', '--sparse=always', '--', from, temporary], context);
  const handle = await open(temporary, 'r');
  try {
    await handle.datasync();
  } finally {
    await handle.close();
  }
  context.permit.check();
  await rename(temporary, to);
}

async function send(
  host: HostServices,
  path: string,
  file: string,
  to: Extract<Destination, { kind: 'peer' }>,
  context: EffectContext,
): Promise<void> {
  const { instance, permit } = context;
  const inTime = AbortSignal.timeout(Math.max(0, Math.trunc(context.remainingMs() - RESERVE_MS)));
  permit.check();
  try {
    await host.settings.peer!.client.send(
      to.peer,
      { migration: to.migration, instance, file },
      path,
      AbortSignal.any([permit.signal, inTime]),
      (sent, of) => context.progress(`sending ${file}`, of === 0 ? 1 : sent / of),
    );
  } catch (cause) {
    permit.signal.throwIfAborted();
    if (inTime.aborted)
      throw new DriverError('COMMAND_FAILED', `sending ${file} to ${to.peer}: not done in time`, { cause });
    if (!isPeerError(cause)) throw cause;
    throw new DriverError('COMMAND_FAILED', `sending ${file}: ${cause.message}`, { retry: cause.retry, cause });
  }
}
