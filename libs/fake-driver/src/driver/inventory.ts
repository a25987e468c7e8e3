/** What the host has, by instance and as a whole. */
import {
  InstanceNotFoundError,
  powerStateCode,
  type AvailableResource,
  type HostFacts,
  type HostStats,
  type InstanceInfo,
  type InstanceUuid,
  type PowerStateCode,
} from '@chronovirt/contract';
import type { DomainView } from '../world/domain-view.ts';
import type { Hardware } from '../world/hypervisor.ts';

/** Version of the simulation, as Nova encodes versions: major, minor and micro. */
export const HYPERVISOR_VERSION = 1_000_000;
export const HYPERVISOR_TYPE = 'simulated';

const codes: Record<DomainView['state'], PowerStateCode> = {
  running: powerStateCode.RUNNING,
  paused: powerStateCode.PAUSED,
  asleep: powerStateCode.SUSPENDED,
  crashed: powerStateCode.CRASHED,
  off: powerStateCode.SHUTDOWN,
};

/** Throws `InstanceNotFoundError` where there is no domain. */
export function existing(domain: DomainView | null, instance: InstanceUuid): DomainView {
  if (domain === null) throw new InstanceNotFoundError(instance);
  return domain;
}

export function infoOf(domain: DomainView): InstanceInfo {
  const definition = domain.live ?? domain.stored;
  const memory = definition?.memoryKiB ?? 0;
  return {
    state: codes[domain.state],
    maxMem: memory,
    mem: domain.live === null ? 0 : memory,
    numCpu: definition?.vcpus ?? 0,
    cpuTime: domain.cpuTimeNs,
  };
}

/** What running guests use. Memory in MiB. */
export function usedBy(domains: readonly DomainView[]): { vcpus: number; memoryMiB: number } {
  const running = domains.flatMap(({ live }) => (live === null ? [] : [live]));
  return {
    vcpus: running.reduce((sum, { vcpus }) => sum + vcpus, 0),
    memoryMiB: running.reduce((sum, { memoryKiB }) => sum + memoryKiB / 1024, 0),
  };
}

const cpuInfo = (hardware: Hardware): AvailableResource['cpuInfo'] => ({
  arch: 'x86_64',
  model: 'simulated',
  vendor: 'Chronovirt',
  topology: { sockets: 1, cores: hardware.vcpus, threads: 1 },
  features: [...(hardware.cpuFeatures ?? [])],
});

export function resourcesOf(hardware: Hardware, node: string, domains: readonly DomainView[]): AvailableResource {
  const used = usedBy(domains);
  return {
    vcpus: hardware.vcpus,
    memoryMb: hardware.memoryMiB,
    localGb: hardware.diskGiB,
    vcpusUsed: used.vcpus,
    memoryMbUsed: used.memoryMiB,
    localGbUsed: 0,
    hypervisorType: HYPERVISOR_TYPE,
    hypervisorVersion: HYPERVISOR_VERSION,
    hypervisorHostname: node,
    cpuInfo: cpuInfo(hardware),
    diskAvailableLeast: hardware.diskGiB,
    supportedInstances: [['x86_64', HYPERVISOR_TYPE, 'hvm']],
  };
}

export function statsOf(hardware: Hardware, node: string, domains: readonly DomainView[]): HostStats {
  const used = usedBy(domains);
  return {
    vcpus: hardware.vcpus,
    vcpusUsed: used.vcpus,
    cpuInfo: cpuInfo(hardware),
    diskTotal: hardware.diskGiB,
    diskUsed: 0,
    diskAvailable: hardware.diskGiB,
    hostMemoryTotal: hardware.memoryMiB,
    hostMemoryFree: Math.max(0, hardware.memoryMiB - used.memoryMiB),
    hypervisorType: HYPERVISOR_TYPE,
    hypervisorVersion: HYPERVISOR_VERSION,
    hypervisorHostname: node,
    supportedInstances: [['x86_64', HYPERVISOR_TYPE, 'hvm']],
  };
}

export function factsOf(hardware: Hardware): HostFacts {
  return {
    driver: 'simulated',
    hypervisor: 'simulated host, no guest really runs',
    acceleration: { kind: 'simulated', why: 'guests are simulated' },
    vcpus: hardware.vcpus,
    memoryMiB: hardware.memoryMiB,
    diskGiB: hardware.diskGiB,
    freeDiskGiB: hardware.diskGiB,
  };
}
