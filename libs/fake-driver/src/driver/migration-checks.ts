/** Whether a running guest can move, as far as each side can tell. Nothing changes but for a probe file on the destination. */
import {
  InstanceNotFoundError,
  type ArgsOf,
  type DiskInfo,
  type Instance,
  type LiveMigrateData,
} from '@chronovirt/contract';
import type { HostConnection } from '../world/connection.ts';
import type { SimulatedHost } from '../world/simulated-host.ts';
import { diskRoles } from './definition-of.ts';
import { failure } from './failure.ts';
import { isRescue } from './rescued.ts';
import { look } from './seen.ts';

const GiB = 2 ** 30;
const MiB = 2 ** 20;
/** What a disk takes on a simulated host, whatever its size. */
const TAKEN = MiB;

/** The destination's side. */
export async function checkDestination(
  host: SimulatedHost,
  connection: HostConnection,
  args: ArgsOf<'checkCanLiveMigrateDestination'>,
): Promise<LiveMigrateData> {
  const { srcComputeInfo: source, dstComputeInfo: destination, diskOverCommit, blockMigration } = args;
  if (source.host === destination.host)
    throw failure('UNABLE_TO_MIGRATE_TO_SELF', `the instance is on ${source.host} already`);
  const { features } = source.cpuInfo;
  if (!Array.isArray(features))
    throw failure('CPU_INFO_INVALID', `the record of ${source.host} tells nothing of its CPU`);
  const lacking = features.filter((feature) => host.hardware.cpuFeatures?.includes(String(feature)) !== true);
  if (lacking.length > 0)
    throw failure('MIGRATION_PRE_CHECK_ERROR', `the CPU of ${host.name} lacks ${lacking.join(', ')}`);
  const free = diskOverCommit ? destination.freeDiskGb : destination.diskAvailableLeast;
  const filename = await connection.moves.writeProbe();
  return {
    filename,
    imageType: 'qcow2',
    blockMigration,
    diskOverCommit,
    diskAvailableMb: (Math.min(free, host.hardware.diskGiB) * GiB) / MiB,
    graphicsListenAddrVnc: null,
    graphicsListenAddrSpice: null,
    serialListenAddr: null,
    targetConnectAddr: host.name,
    instancesPath: '/instances',
  };
}

/** The source's side. */
export async function checkSource(
  host: SimulatedHost,
  connection: HostConnection,
  { instance, destCheckData, blockDeviceInfo }: ArgsOf<'checkCanLiveMigrateSource'>,
): Promise<LiveMigrateData> {
  const seen = await look(connection, instance.uuid);
  const { domain, live } = seen;
  if (domain === null) throw new InstanceNotFoundError(instance.uuid);
  if (domain.busy !== null || (domain.state !== 'running' && domain.state !== 'paused'))
    throw failure(
      'MIGRATION_PRE_CHECK_ERROR',
      `the guest is ${domain.busy ?? domain.state}: only one that runs or is paused can move`,
    );
  if (isRescue(live)) throw failure('MIGRATION_PRE_CHECK_ERROR', 'a rescued guest cannot move: unrescue it first');
  const stuck = live?.disks.find((disk) => disk.startsWith('host device'));
  if (stuck !== undefined)
    throw failure('MIGRATION_PRE_CHECK_ERROR', `the guest has a device of this host (${stuck}), which cannot move`);
  if (host.neighbours === null)
    throw failure('MIGRATION_PRE_CHECK_ERROR', `the simulated host ${host.name} stands alone: it reaches no other`);
  const disks = localDisks(instance, diskRoles({ instance, blockDeviceInfo }));
  const isSharedInstancePath = (await connection.moves.probes()).includes(destCheckData.filename);
  const isVolumeBacked = disks.length === 0;
  const isSharedBlockStorage = isSharedInstancePath || isVolumeBacked;
  const blockMigration = destCheckData.blockMigration ?? !isSharedBlockStorage;
  if (blockMigration && isSharedBlockStorage)
    throw failure('INVALID_LOCAL_STORAGE', 'its disks lie on storage that both hosts see: there is nothing to copy');
  if (!blockMigration && !isSharedBlockStorage)
    throw failure('INVALID_SHARED_STORAGE', 'its disks lie on this host alone: they have to be copied along');
  if (blockMigration) checkRoom(disks, destCheckData);
  return {
    ...destCheckData,
    blockMigration,
    isSharedInstancePath,
    isSharedBlockStorage,
    isVolumeBacked,
    instanceRelativePath: instance.uuid,
    sourceConnectAddr: host.name,
    disks,
  };
}

function checkRoom(disks: readonly DiskInfo[], { diskAvailableMb, diskOverCommit }: LiveMigrateData): void {
  if (diskAvailableMb === null) return;
  const needed = disks.reduce((sum, disk) => sum + (diskOverCommit === true ? disk.diskSize : disk.virtDiskSize), 0);
  if (needed > diskAvailableMb * MiB)
    throw failure(
      'MIGRATION_PRE_CHECK_ERROR',
      `its disks need ${Math.ceil(needed / MiB)} MiB, the destination has ${Math.floor(diskAvailableMb)}`,
    );
}

/** Facts of the instance's own disks; the path ends in the role. */
export function localDisks({ uuid, flavor, imageRef }: Instance, roles: readonly string[]): DiskInfo[] {
  const sizes: Readonly<Record<string, number>> = {
    root: flavor.rootGiB * GiB,
    swap: flavor.swapMiB * MiB,
    config: 256 * 1024,
  };
  return roles.map((role) => {
    const size = sizes[role] ?? flavor.ephemeralGiB * GiB;
    return {
      type: role === 'config' ? 'raw' : 'qcow2',
      path: `/instances/${uuid}/${role}`,
      virtDiskSize: size,
      backingFile: role === 'root' ? (imageRef ?? '') : '',
      diskSize: Math.min(size, TAKEN),
      overCommittedDiskSize: Math.max(0, size - TAKEN),
    };
  });
}

/** The role of a disk, by its path on the host that told of it. */
export const roleOf = ({ path }: DiskInfo): string => path.slice(path.lastIndexOf('/') + 1);
