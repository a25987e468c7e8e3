/** Whether a running guest could leave this host, knowing what the destination said. Nothing changes. */
import { DriverError, InstanceNotFoundError } from '@chronovirt/contract';
import type { ArgsOf, DiskInfo, LiveMigrateData, QueryContext } from '@chronovirt/contract';
import { domainByUuid } from '@chronovirt/libvirt';
import type { CallOptions, Libvirt } from '@chronovirt/libvirt';
import { refuseVolumes } from '../disks/disk-plan.ts';
import { readDiskRecord } from '../disks/disk-record.ts';
import { isThere } from '../disks/instance-disks.ts';
import { lookAtDomain } from '../guest/look.ts';
import type { HostServices } from '../host/host-services.ts';
import { find, findAll, parseXml } from '../xml/parse.ts';
import type { ParsedElement } from '../xml/parse.ts';
import { localDisks } from './local-disks.ts';
import { believeDestination, shownAsSource } from './native-tls.ts';
import { checkTrust } from './other-daemon.ts';
import { seesProbe } from './probe-file.ts';
import { migrationPolicy } from './settings.ts';

const MiB = 2 ** 20;

export async function checkSource(
  host: HostServices,
  { instance, destCheckData, blockDeviceInfo }: ArgsOf<'checkCanLiveMigrateSource'>,
  context: QueryContext,
): Promise<LiveMigrateData> {
  const { uuid } = instance;
  const directory = host.directory(uuid);
  await host.connections.query((libvirt, options) => checkGuest(libvirt, uuid, directory.path, options), context, uuid);
  refuseVolumesIn(blockDeviceInfo);
  const to = destCheckData.targetConnectAddr;
  if (to !== null && to !== undefined) await checkTrust(host, to, context);
  const srcTlsCertificate = await agreed(host, destCheckData);
  const record = await readDiskRecord(directory);
  if (record === null) throw refused(`${directory.info} is missing: what its disks are is not known`);
  if (record.disks.some(({ role }) => role.startsWith('rescue')) || (await isThere(directory.file('unrescue.xml'))))
    throw refused('a rescued guest cannot move: unrescue it first');
  const disks = await localDisks(directory, record);
  const isSharedInstancePath = await seesProbe(host.settings.instancesDirectory, destCheckData.filename);
  const isVolumeBacked = disks.length === 0;
  const isSharedBlockStorage = isSharedInstancePath || isVolumeBacked;
  const blockMigration = destCheckData.blockMigration ?? !isSharedBlockStorage;
  if (blockMigration && isSharedBlockStorage)
    throw new DriverError(
      'INVALID_LOCAL_STORAGE',
      'its disks lie on storage that both hosts see: there is nothing to copy',
    );
  if (!blockMigration && !isSharedBlockStorage)
    throw new DriverError('INVALID_SHARED_STORAGE', 'its disks lie on this host alone: they have to be copied along');
  if (blockMigration) checkRoom(disks, destCheckData);
  return {
    ...destCheckData,
    blockMigration,
    isSharedInstancePath,
    isSharedBlockStorage,
    isVolumeBacked,
    instanceRelativePath: uuid,
    sourceConnectAddr: migrationPolicy(host.settings).address,
    disks,
    diskRecord: record,
    ...(srcTlsCertificate !== undefined && { srcTlsCertificate }),
  };
}

/**
 * The certificate that this host's QEMU shows, when it has one. Both hosts have to want encryption, or neither: one that is set to it takes
 * nothing that anybody could have read on its way.
 */
async function agreed(host: HostServices, destCheckData: LiveMigrateData): Promise<string | undefined> {
  const { nativeTls } = migrationPolicy(host.settings);
  const shown = destCheckData.dstTlsCertificate;
  if (nativeTls !== (shown !== undefined))
    throw refused(
      `liveMigration.nativeTls: ${nativeTls} here on ${host.profile.hostname}, ${!nativeTls} at the destination; set it to the same on both`,
    );
  if (shown === undefined) return undefined;
  await believeDestination(host, shown, destCheckData.targetConnectAddr ?? null);
  return await shownAsSource(host);
}

/** Devices that are of this host, and what is said of them; all else goes along. */
const bound: readonly (readonly [string, string])[] = [
  ['hostdev', 'a device of this host'],
  ['filesystem', 'a directory of this host'],
  ['tpm', 'a TPM whose state lies on this host'],
  ['shmem', 'memory that it shares on this host'],
  ['nvram', 'firmware variables on this host'],
];

async function checkGuest(
  libvirt: Libvirt,
  uuid: ArgsOf<'checkCanLiveMigrateSource'>['instance']['uuid'],
  path: string,
  options: CallOptions,
): Promise<void> {
  const seen = await lookAtDomain(libvirt, uuid, options);
  if (seen.domain === 'absent') throw new InstanceNotFoundError(uuid);
  if (seen.busy !== null || (seen.power !== 'on' && seen.power !== 'paused'))
    throw refused(`the guest is ${seen.busy ?? seen.power}: only one that runs or is paused can move`);
  const domain = parseXml(await libvirt.domainGetXmlDesc(domainByUuid(uuid), 0, options));
  for (const [name, what] of bound) {
    if (findAll(domain, 'devices', name).length > 0 || find(domain, 'os', name) !== undefined)
      throw refused(`the guest has ${what} (${name}), which cannot move`);
  }
  const foreign = findAll(domain, 'devices', 'disk').find((disk) => !isOwn(disk, path));
  if (foreign !== undefined)
    throw refused(
      `disk ${find(foreign, 'target')?.attributes['dev'] ?? '?'} is none of the instance's own: detach it first`,
    );
  if (findAll(domain, 'devices', 'interface').some(({ attributes }) => attributes['type'] === 'hostdev'))
    throw refused('the guest has a network card of this host, which cannot move');
}

/** Whether a disk lies in the instance's directory; an empty drive lies nowhere. */
function isOwn(disk: ParsedElement, path: string): boolean {
  const source = find(disk, 'source');
  return source === undefined || source.attributes['file']?.startsWith(`${path}/`) === true;
}

function refuseVolumesIn(devices: ArgsOf<'checkCanLiveMigrateSource'>['blockDeviceInfo']): void {
  try {
    refuseVolumes(devices);
  } catch (cause) {
    throw new DriverError('MIGRATION_PRE_CHECK_ERROR', 'volumes cannot be connected at the destination', { cause });
  }
}

function checkRoom(disks: readonly DiskInfo[], { diskAvailableMb, diskOverCommit }: LiveMigrateData): void {
  if (diskAvailableMb === null) return;
  const needed = disks.reduce((sum, disk) => sum + (diskOverCommit === true ? disk.diskSize : disk.virtDiskSize), 0);
  if (needed > diskAvailableMb * MiB)
    throw refused(`its disks need ${Math.ceil(needed / MiB)} MiB, the destination has ${Math.floor(diskAvailableMb)}`);
}

const refused = (why: string): DriverError => new DriverError('MIGRATION_PRE_CHECK_ERROR', why);
