/** What the host has and what is left of it, for placement and for Nova's resource tracker. */
import { stat, statfs } from 'node:fs/promises';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { AvailableResource, HostFacts, HostStats, InstanceUuid, QueryContext } from '@chronovirt/contract';
import { readDiskRecord } from '../disks/disk-record.ts';
import { InstanceDirectory } from '../disks/instance-directory.ts';
import { nothingThere } from '../disks/whole-file.ts';
import type { HostServices } from '../host/host-services.ts';
import { versionText } from '../host/profile.ts';
import { usage } from './statistics.ts';

const GiB = 2 ** 30;

/** What a beat says of the host. Memory and CPUs are totals; placement subtracts what it has placed. */
export async function facts(host: HostServices): Promise<HostFacts> {
  const { profile, settings } = host;
  const disk = await diskSpace(settings.instancesDirectory);
  return {
    driver: 'libvirt',
    hypervisor: `QEMU ${versionText(profile.qemuVersion)}, libvirt ${versionText(profile.libvirtVersion)}`,
    acceleration: settings.acceleration,
    vcpus: profile.cpus,
    memoryMiB: profile.memoryMiB,
    diskGiB: disk.total,
    freeDiskGiB: disk.free,
  };
}

/** Nova's view of the node. One call to libvirt; disks are read from their records. */
export async function availableResource(host: HostServices, context: QueryContext): Promise<AvailableResource> {
  const { profile, settings } = host;
  const [used, disk, overcommitted] = await Promise.all([
    usage(host, context),
    diskSpace(settings.instancesDirectory),
    overcommittedGiB(settings.instancesDirectory),
  ]);
  const { capabilities } = profile;
  return {
    vcpus: profile.cpus,
    memoryMb: profile.memoryMiB,
    localGb: disk.total,
    vcpusUsed: used.vcpus,
    memoryMbUsed: used.memoryMiB,
    localGbUsed: disk.total - disk.free,
    hypervisorType: 'QEMU',
    hypervisorVersion: profile.qemuVersion,
    hypervisorHostname: profile.hostname,
    cpuInfo: {
      arch: capabilities.arch,
      model: capabilities.cpu.model,
      vendor: capabilities.cpu.vendor,
      topology: capabilities.cpu.topology,
      features: [...capabilities.cpu.features],
    },
    diskAvailableLeast: disk.free - overcommitted,
    supportedInstances: capabilities.guests.flatMap((guest) =>
      guest.domainTypes.map((type): [string, string, string] => [guest.arch, type, guest.mode]),
    ),
    uuid: capabilities.hostUuid,
  };
}

/** The node's statistics, made of the same facts. */
export async function hostStats(host: HostServices, context: QueryContext): Promise<HostStats> {
  const all = await availableResource(host, context);
  return {
    vcpus: all.vcpus,
    vcpusUsed: all.vcpusUsed,
    cpuInfo: all.cpuInfo,
    diskTotal: all.localGb,
    diskUsed: all.localGbUsed,
    diskAvailable: all.localGb - all.localGbUsed,
    hostMemoryTotal: all.memoryMb,
    hostMemoryFree: Math.max(0, all.memoryMb - all.memoryMbUsed),
    hypervisorType: all.hypervisorType,
    hypervisorVersion: all.hypervisorVersion,
    hypervisorHostname: all.hypervisorHostname,
    supportedInstances: all.supportedInstances,
  };
}

async function diskSpace(directory: string): Promise<{ total: number; free: number }> {
  const { bsize, blocks, bavail } = await statfs(directory);
  return { total: (bsize * blocks) / GiB, free: (bsize * bavail) / GiB };
}

/** What thin disks may still grow by. Instances come and go while this is read; one that is gone counts nothing. */
async function overcommittedGiB(instances: string): Promise<number> {
  const uuids = await InstanceDirectory.list(instances);
  const sums = await Promise.all(uuids.map((uuid) => growthOf(new InstanceDirectory(instances, uuid as InstanceUuid))));
  return sums.reduce((sum, one) => sum + one, 0) / GiB;
}

async function growthOf(directory: InstanceDirectory): Promise<number> {
  const record = await readDiskRecord(directory).catch(() => null);
  const growths = await Promise.all(
    (record?.disks ?? []).map(async (disk) => {
      const file = await stat(directory.file(disk.file)).catch(nothingThere);
      return file === null ? 0 : Math.max(0, disk.bytes - file.blocks * 512);
    }),
  );
  return growths.reduce((sum, one) => sum + one, 0);
}

/** The answer of `uptime` on this host. */
export async function hostUptime(context: QueryContext): Promise<string> {
  const { stdout } = await promisify(execFile)('uptime', [], {
    env: { ...process.env, LANG: 'C' },
    signal: context.signal,
    timeout: context.deadlineMs,
  });
  return stdout;
}
