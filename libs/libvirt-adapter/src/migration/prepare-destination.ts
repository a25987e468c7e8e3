/**
 * This host gets ready for a guest that still runs elsewhere. On storage that both hosts see nothing has to be made; otherwise:
 *
 *   preLiveMigration    directory with the record of the disks, images beneath them, config drive, console log; networks
 *   preBlockMigration   the disks to copy into
 *
 * The record says which operation made a directory, so that another's is left alone.
 */
import { open } from 'node:fs/promises';
import { DriverError } from '@chronovirt/contract';
import type { ArgsOf, LiveMigrateData } from '@chronovirt/contract';
import { refuseVolumes } from '../disks/disk-plan.ts';
import { diskRecord, readDiskRecord, writeDiskRecord } from '../disks/disk-record.ts';
import type { DiskRecord } from '../disks/disk-record.ts';
import type { InstanceDirectory } from '../disks/instance-directory.ts';
import { ensureDirectory, ensureDisks, isThere } from '../disks/instance-disks.ts';
import type { Hands } from '../guest/hands.ts';
import type { HostServices } from '../host/host-services.ts';
import { interfacesOf } from '../guest/definition.ts';
import { connectNetworks } from '../network/connect-networks.ts';
import { sameMark } from '../xml/metadata.ts';
import { asToldOf, isConfigDrive } from './local-disks.ts';
import { fetchConfigDrive } from './fetch-config-drive.ts';
import { believeSource } from './native-tls.ts';
import { checkTrust } from './other-daemon.ts';

export async function preLiveMigration(
  host: HostServices,
  hands: Hands,
  { instance, networkInfo, blockDeviceInfo, migrateData }: ArgsOf<'preLiveMigration'>,
): Promise<LiveMigrateData> {
  if (migrateData === null)
    throw new DriverError('MIGRATION_ERROR', 'migrateData: what the checks found out is missing');
  refuseVolumes(blockDeviceInfo);
  const directory = host.directory(instance.uuid);
  // A guest that is on its way in has all that it needs.
  if ((await hands.lookAtPower()) !== null) return migrateData;
  await believeSource(host, migrateData);
  if (migrateData.isSharedInstancePath === true) {
    if (!(await isThere(directory.path)))
      throw new DriverError('MIGRATION_ERROR', `${directory.path} is not here, though storage is said to be shared`);
  } else await makeFiles(host, hands, directory, migrateData);
  interfacesOf(instance, networkInfo, 'virtio');
  await connectNetworks(hands, networkInfo);
  return migrateData;
}

async function makeFiles(
  host: HostServices,
  hands: Hands,
  directory: InstanceDirectory,
  migrateData: LiveMigrateData,
): Promise<void> {
  const { context } = hands;
  const record = recordOf(migrateData, hands);
  const before = await readDiskRecord(directory);
  const isOurs = before !== null && before.disks.every(({ madeBy }) => sameMark(madeBy, context.mark));
  // A directory with nothing in it is nobody's: a run may have died before it wrote its record.
  if (before === null ? (await directory.look()).disks.length > 0 : !isOurs) throw taken(directory);
  const drive = record.disks.find(isConfigDrive);
  const { sourceConnectAddr } = migrateData;
  if (drive !== undefined && typeof sourceConnectAddr === 'string') await checkTrust(host, sourceConnectAddr, context);
  await ensureDirectory(directory, context);
  if (!isOurs) await writeDiskRecord(directory, record, context);
  for (const { backing } of record.disks) if (backing !== null) await host.images.ensure(directory, backing, context);
  if (drive !== undefined && !(await isThere(directory.file(drive.file))))
    await fetchConfigDrive(host, hands, directory.file(drive.file), drive, migrateData);
  context.permit.check();
  await (await open(directory.consoleLog, 'a', 0o600)).close();
}

/** The source's record, with this operation as the maker of everything in it. */
function recordOf(migrateData: LiveMigrateData, { context }: Hands): DiskRecord {
  const told = diskRecord.safeParse(migrateData.diskRecord);
  if (!told.success)
    throw new DriverError(
      'DISK_INFO_INVALID',
      "migrateData.diskRecord: the source's record of its disks is missing or of another kind",
    );
  return { ...told.data, disks: told.data.disks.map((disk) => ({ ...disk, madeBy: context.mark })) };
}

const taken = (directory: InstanceDirectory): DriverError =>
  new DriverError(
    'DESTINATION_DISK_EXISTS',
    `${directory.path} is here already, and was not made for this move; it was left alone. See whose it is, and remove it`,
  );

export async function preBlockMigration(
  host: HostServices,
  hands: Hands,
  { instance, diskInfo }: ArgsOf<'preBlockMigration'>,
): Promise<void> {
  const { context } = hands;
  const directory = host.directory(instance.uuid);
  // Disks that receive data are left alone, and a guest that is on its way in has begun to send some.
  if ((await hands.lookAtPower()) !== null) return;
  const record = await readDiskRecord(directory);
  if (record === null)
    throw new DriverError('DISK_INFO_INVALID', `${directory.info} is missing: preLiveMigration has to come first`);
  const { epoch, op } = context.mark;
  if (record.disks.some(({ madeBy }) => madeBy.epoch !== epoch || madeBy.op > op)) throw taken(directory);
  const disks = diskInfo.map((told) => asToldOf(record, told)).filter((disk) => !isConfigDrive(disk));
  await ensureDirectory(directory, context);
  const blank = disks.map((disk) => ({ ...disk, fileSystem: null }));
  await ensureDisks(directory, { ...record, disks: blank }, host.images, context, {
    mayMake: () => true,
    contentOf: () => null,
  });
}
