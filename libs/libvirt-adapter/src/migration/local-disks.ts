/** The local disks of an instance as the other host of a move needs to know them. */
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { DriverError } from '@chronovirt/contract';
import type { DiskInfo, DiskInfoList } from '@chronovirt/contract';
import type { DiskEntry, DiskRecord } from '../disks/disk-record.ts';
import type { InstanceDirectory } from '../disks/instance-directory.ts';
import { nothingThere } from '../disks/whole-file.ts';

/** Facts of these disks of a directory. One after the other: of several that cannot be looked at the first is told, each time. */
export async function localDisks(
  directory: InstanceDirectory,
  { disks }: Pick<DiskRecord, 'disks'>,
): Promise<DiskInfoList> {
  const facts: DiskInfo[] = [];
  for (const { file, format, bytes, backing } of disks) {
    const path = directory.file(file);
    const diskSize = ((await stat(path).catch(nothingThere))?.blocks ?? 0) * 512;
    facts.push({
      type: format,
      path,
      virtDiskSize: bytes,
      backingFile: backing === null ? '' : `${backing.sha256}.${backing.format}`,
      diskSize,
      overCommittedDiskSize: Math.max(0, bytes - diskSize),
    });
  }
  return facts;
}

const BACKING = /^([0-9a-f]{64})\.(qcow2|raw)$/;

/** The disk that is to be made here for one of the source's: as the record has it, with the size, format and image that it has now. */
export function asToldOf(record: DiskRecord, told: DiskInfo): DiskEntry {
  const file = basename(told.path);
  const known = record.disks.find((disk) => disk.file === file);
  if (known === undefined)
    throw new DriverError('DISK_INFO_INVALID', `diskInfo: the source's record of disks has no ${file}`);
  const backing = BACKING.exec(told.backingFile);
  if (told.backingFile !== '' && backing === null)
    throw new DriverError(
      'IMAGE_NOT_FOUND',
      `diskInfo: ${file} rests on ${JSON.stringify(told.backingFile)}, which is no image of ours`,
    );
  return {
    ...known,
    format: told.type,
    bytes: told.virtDiskSize,
    backing: backing === null ? null : { sha256: backing[1]!, format: backing[2] as 'qcow2' | 'raw' },
  };
}

/** A config drive is never copied by QEMU: the guest cannot write to it. */
export const isConfigDrive = (disk: Pick<DiskEntry, 'role'>): boolean => disk.role === 'config';
