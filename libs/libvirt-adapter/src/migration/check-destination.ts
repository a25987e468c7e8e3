/** Whether this host could take a running guest in. Nothing changes but for a probe file. */
import { statfs } from 'node:fs/promises';
import { DriverError } from '@chronovirt/contract';
import type { ArgsOf, ComputeNode, LiveMigrateData, QueryContext } from '@chronovirt/contract';
import type { HostServices } from '../host/host-services.ts';
import { cpuOf, whatIsLacking } from './compare-cpu.ts';
import { shownAsDestination } from './native-tls.ts';
import { makeProbe } from './probe-file.ts';
import { migrationPolicy } from './settings.ts';

const GiB = 2 ** 30;
const MiB = 2 ** 20;

export async function checkDestination(
  host: HostServices,
  args: ArgsOf<'checkCanLiveMigrateDestination'>,
  context: QueryContext,
): Promise<LiveMigrateData> {
  const { srcComputeInfo: source, dstComputeInfo: destination, blockMigration, diskOverCommit } = args;
  if (source.host === destination.host)
    throw new DriverError('UNABLE_TO_MIGRATE_TO_SELF', `the instance is on ${source.host} already`);
  await checkCpu(host, source, context);
  const { address, nativeTls } = migrationPolicy(host.settings);
  const dstTlsCertificate = nativeTls ? await shownAsDestination(host, address) : undefined;
  const { instancesDirectory } = host.settings;
  const { bsize, bavail } = await statfs(instancesDirectory);
  const said = (diskOverCommit ? destination.freeDiskGb : destination.diskAvailableLeast) * GiB;
  return {
    filename: await makeProbe(instancesDirectory),
    imageType: 'qcow2',
    blockMigration,
    diskOverCommit,
    diskAvailableMb: Math.min(said, bsize * bavail) / MiB,
    graphicsListenAddrVnc: null,
    graphicsListenAddrSpice: null,
    serialListenAddr: null,
    targetConnectAddr: address,
    instancesPath: instancesDirectory,
    ...(dstTlsCertificate !== undefined && { dstTlsCertificate }),
  };
}

/**
 * A guest that runs with the CPU's help has the source's CPU: this host's has to have all of it. An emulated guest has the same CPU
 * everywhere; only the architecture counts.
 */
async function checkCpu(
  { profile, connections }: HostServices,
  source: ComputeNode,
  context: QueryContext,
): Promise<void> {
  const cpu = cpuOf(source);
  const { arch } = profile.capabilities;
  if (cpu.arch !== arch) throw refused(`its architecture is ${cpu.arch}, that of ${profile.hostname} is ${arch}`);
  if (profile.virtType !== 'kvm') return;
  const lacking = await connections.ask((libvirt, options) => whatIsLacking(libvirt, cpu, options), context);
  if (lacking !== null) throw refused(lacking);
}

const refused = (why: string): DriverError =>
  new DriverError('MIGRATION_PRE_CHECK_ERROR', `the guest's CPU is not possible here: ${why}`);
