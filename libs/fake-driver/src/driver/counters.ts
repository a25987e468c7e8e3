/** Counters of a guest. They grow with the time that its CPUs ran, each disk and interface at a pace of its own. */
import type { BlockStats, InterfaceStats } from '@chronovirt/contract';
import type { DomainView } from '../world/domain-view.ts';

/** Targets of a guest's disks in their order: vda, vdb, … */
export function diskTargets(domain: DomainView): string[] {
  return (domain.live?.disks ?? []).map((_, index) => `vd${String.fromCodePoint('a'.codePointAt(0)! + index)}`);
}

/** Null where the guest does not run or has no such disk. */
export function blockStatsOf(domain: DomainView | null, target: string): BlockStats | null {
  const index = domain === null ? -1 : diskTargets(domain).indexOf(target.replace('/dev/', ''));
  if (domain === null || index < 0) return null;
  const requests = Math.floor(domain.cpuTimeNs / 1e6 / (index + 1));
  return [requests * 2, requests * 2 * 16_384, requests, requests * 4096, -1];
}

/** Null where the guest has no such interface. */
export function interfaceStatsOf(domain: DomainView | null, tap: string): InterfaceStats | null {
  const index = domain?.live?.interfaces.findIndex((one) => one.tap === tap) ?? -1;
  if (domain === null || index < 0) return null;
  const packets = Math.floor(domain.cpuTimeNs / 1e7 / (index + 1));
  return [packets * 600, packets, 0, 0, packets * 200, packets, 0, 0];
}

/** Flat, under the names that Nova's libvirt driver gives. */
export function diagnosticsOf(domain: DomainView): Record<string, number> {
  const { live } = domain;
  if (live === null) return {};
  const facts: Record<string, number> = { memory: live.memoryKiB };
  for (let cpu = 0; cpu < live.vcpus; cpu++) facts[`cpu${cpu}_time`] = Math.floor(domain.cpuTimeNs / live.vcpus);
  for (const target of diskTargets(domain)) {
    const [readRequests, read, writeRequests, write, errors] = blockStatsOf(domain, target) ?? [0, 0, 0, 0, -1];
    Object.assign(facts, {
      [`${target}_read_req`]: readRequests,
      [`${target}_read`]: read,
      [`${target}_write_req`]: writeRequests,
      [`${target}_write`]: write,
      [`${target}_errors`]: errors,
    });
  }
  for (const { tap } of live.interfaces) {
    const counters = interfaceStatsOf(domain, tap) ?? [0, 0, 0, 0, 0, 0, 0, 0];
    const names = ['rx', 'rx_packets', 'rx_errors', 'rx_drop', 'tx', 'tx_packets', 'tx_errors', 'tx_drop'];
    names.forEach((name, index) => Object.assign(facts, { [`${tap}_${name}`]: counters[index] ?? 0 }));
  }
  return facts;
}
