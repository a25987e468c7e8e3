/** Whether this host could take a running guest in. Nothing changes but for a probe file. */
import { statfs } from 'node:fs/promises';
import { DriverError } from '@chronovirt/contract';
import type { ArgsOf, ComputeNode, LiveMigrateData, QueryContext } from '@chronovirt/contract';
import { CpuCompareFlag, CpuCompareResult, ErrorCode, hasCode } from '@chronovirt/libvirt';
import { element, serialize, textElement } from '../xml/element.ts';
import type { HostServices } from '../host/host-services.ts';
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
    targetConnectAddr: migrationPolicy(host.settings).address,
    instancesPath: instancesDirectory,
  };
}

/**
 * A guest that runs with the CPU's help has the source's CPU: this host's has to have all of it. An emulated guest has the same CPU
 * everywhere; only the architecture counts.
 */
async function checkCpu(host: HostServices, source: ComputeNode, context: QueryContext): Promise<void> {
  const { profile } = host;
  const { arch, model, vendor, features } = source.cpuInfo;
  if (typeof arch !== 'string' || typeof model !== 'string' || !Array.isArray(features))
    throw new DriverError(
      'CPU_INFO_INVALID',
      `the record of ${source.host} tells no architecture, model and features of its CPU`,
    );
  if (arch !== profile.capabilities.arch)
    throw refused(`its architecture is ${arch}, that of ${profile.hostname} is ${profile.capabilities.arch}`);
  if (profile.virtType !== 'kvm') return;
  const cpu = serialize(
    element('cpu', { mode: 'custom', match: 'exact' }, [
      textElement('arch', arch),
      textElement('model', model, { fallback: 'allow' }),
      typeof vendor === 'string' && vendor !== '' ? textElement('vendor', vendor) : null,
      ...features.map((name) => element('feature', { policy: 'require', name: String(name) })),
    ]),
  );
  const result = await host.connections
    .ask(
      (libvirt, options) =>
        libvirt.connectCompareHypervisorCpu(
          null,
          arch,
          null,
          profile.virtType,
          cpu,
          CpuCompareFlag.FAIL_INCOMPATIBLE,
          options,
        ),
      context,
    )
    .catch((error: unknown) => {
      if (hasCode(error, ErrorCode.CPU_INCOMPATIBLE)) throw refused(error.message);
      throw error;
    });
  if (result === CpuCompareResult.INCOMPATIBLE || result === CpuCompareResult.ERROR)
    throw refused(`the CPU of ${profile.hostname} cannot do what that of ${source.host} can`);
}

const refused = (why: string): DriverError =>
  new DriverError('MIGRATION_PRE_CHECK_ERROR', `the guest's CPU is not possible here: ${why}`);
