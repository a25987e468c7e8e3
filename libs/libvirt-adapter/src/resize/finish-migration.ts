/** The destination's half of a resize or cold move: disks get their sizes, the guest its definition, and it starts. Nothing is removed on failure. */
import { readdir, rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { DriverError } from '@chronovirt/contract';
import type { ArgsOf } from '@chronovirt/contract';
import { isPart } from '@chronovirt/peer';
import { configDriveFiles } from '../config-drive/content.ts';
import { isoImage } from '../config-drive/iso9660.ts';
import { refuseVolumes } from '../disks/disk-plan.ts';
import { readDiskRecord, writeDiskRecord } from '../disks/disk-record.ts';
import type { DiskRecord } from '../disks/disk-record.ts';
import type { InstanceDirectory } from '../disks/instance-directory.ts';
import { ensureDirectory, ensureDisks, isThere } from '../disks/instance-disks.ts';
import { definitionOf } from '../guest/definition.ts';
import type { Hands } from '../guest/hands.ts';
import { kill } from '../guest/power-off.ts';
import type { HostServices } from '../host/host-services.ts';
import { connectNetworks } from '../network/connect-networks.ts';
import { sameMark } from '../xml/metadata.ts';
import { growDisk, pointAtImage } from './grow-disk.ts';
import { settlePower } from './settle-power.ts';
import { resized, sameSizes } from './sizes.ts';

export async function finishMigration(
  host: HostServices,
  hands: Hands,
  args: ArgsOf<'finishMigration'>,
): Promise<void> {
  const { context } = hands;
  const seen = await hands.look();
  if (args.powerOn && seen.power === 'on' && seen.busy === null && sameMark(seen.mark, context.mark)) return;

  const directory = host.directory(hands.instance);
  const arrived = await arrivedFiles(directory, args);
  await kill(hands);
  await ensureDirectory(directory, context);
  await removeParts(directory, hands);
  const record = await prepareDisks(host, directory, arrived, args, hands);
  await connectNetworks(hands, args.networkInfo);
  context.progress('starting');
  const definition = definitionOf(args.instance, args.networkInfo, record, directory, host.profile, context.mark);
  await settlePower(hands, definition, args.powerOn);
}

/** The record that came with the files; throws `DISK_NOT_FOUND` for a disk that the source told of and that is not here. */
async function arrivedFiles(directory: InstanceDirectory, args: ArgsOf<'finishMigration'>): Promise<DiskRecord> {
  refuseVolumes(args.blockDeviceInfo);
  const record = await readDiskRecord(directory);
  const told = args.diskInfo.map(({ path }) => basename(path));
  const missing = [
    ...(record === null ? ['disk.info'] : []),
    ...told.filter((file) => record?.disks.every((disk) => disk.file !== file) === true),
  ];
  for (const { role, file } of record?.disks ?? []) {
    if (role !== 'swap' && role !== 'config' && !(await isThere(directory.file(file)))) missing.push(file);
  }
  if (record === null || missing.length > 0) {
    throw new DriverError(
      'DISK_NOT_FOUND',
      `${directory.path}: ${missing.join(', ')} did not come from the source; turn the move back`,
    );
  }
  return record;
}

/** Halves of files that came in another way in the end. */
async function removeParts(directory: InstanceDirectory, { context }: Hands): Promise<void> {
  for (const name of (await readdir(directory.path)).filter(isPart)) {
    context.permit.check();
    await rm(directory.file(name), { force: true });
  }
}

async function prepareDisks(
  host: HostServices,
  directory: InstanceDirectory,
  arrived: DiskRecord,
  args: ArgsOf<'finishMigration'>,
  { context }: Hands,
): Promise<DiskRecord> {
  const record = args.resizeInstance
    ? resized(arrived, args.instance, args.imageMeta, args.blockDeviceInfo, context.mark)
    : sameSizes(arrived, context.mark);
  if (JSON.stringify(record) !== JSON.stringify(arrived)) await writeDiskRecord(directory, record, context);
  const mayMake = new Set(
    record.disks
      .filter(({ role, madeBy }) => role === 'config' || sameMark(madeBy, context.mark))
      .map(({ role }) => role),
  );
  await ensureDisks(directory, record, host.images, context, {
    mayMake: ({ role }) => mayMake.has(role),
    contentOf: (disk) =>
      disk.role === 'config'
        ? isoImage('config-2', configDriveFiles({ ...args, adminPassword: null, injectedFiles: [] }))
        : null,
  });
  for (const disk of record.disks) {
    await pointAtImage(directory, disk, context);
    await growDisk(directory, disk, context);
  }
  return record;
}
