/** `disk.info`: what each file of an instance is, written before the files themselves, so that no format is ever guessed. */
import { z } from 'zod';
import { DriverError, imageFormat, mark } from '@chronovirt/contract';
import type { EffectContext } from '@chronovirt/contract';
import type { InstanceDirectory } from './instance-directory.ts';
import { readIfThere, writeWhole } from './whole-file.ts';

/** One disk. `madeBy`: the operation that makes it, which alone may take it away again when it fails. */
export const diskEntry = z.strictObject({
  role: z.string(),
  /** Name in the instance's directory. */
  file: z.string().regex(/^[a-z0-9.]+$/),
  format: imageFormat,
  /** Size that the guest sees. */
  bytes: z.number(),
  /** The image beneath, in the base directory. */
  backing: z.strictObject({ sha256: z.string().regex(/^[0-9a-f]{64}$/), format: imageFormat }).nullable(),
  /** What is made on it: `swap`, a file system, or nothing. */
  fileSystem: z.string().nullable(),
  madeBy: mark,
});
export type DiskEntry = z.infer<typeof diskEntry>;

export const diskRecord = z.strictObject({
  v: z.literal(1),
  /** Machine with its version, as at the first start: an upgrade of QEMU must not change the guest's hardware. */
  machine: z.string(),
  nicModel: z.string(),
  disks: z.array(diskEntry),
});
export type DiskRecord = z.infer<typeof diskRecord>;

/** The record of an instance, or null when there is none. A damaged one is `DISK_INFO_INVALID`: nobody guesses from here on. */
export async function readDiskRecord(directory: InstanceDirectory): Promise<DiskRecord | null> {
  const text = await readIfThere(directory.info);
  if (text === null) return null;
  try {
    return diskRecord.parse(JSON.parse(text));
  } catch (cause) {
    throw new DriverError(
      'DISK_INFO_INVALID',
      `${directory.info} is no disk record of version 1; restore it, or delete the instance`,
      { cause },
    );
  }
}

/** Writes the record; whole or not at all. */
export async function writeDiskRecord(
  directory: InstanceDirectory,
  record: DiskRecord,
  context: EffectContext,
): Promise<void> {
  await writeWhole(directory.info, context, (handle) => handle.writeFile(JSON.stringify(record)));
}
