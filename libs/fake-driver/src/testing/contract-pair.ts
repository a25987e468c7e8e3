/** Two hosts for the driver contract suite: this driver on a simulated site in virtual time. */
import type { ComputeNode } from '@chronovirt/contract';
import { SimulatedClock } from '@chronovirt/testing/sim';
import type { ContractPair, PairedContractHost, Storage } from '@chronovirt/testing/contract';
import { FakeDriver } from '../driver/fake-driver.ts';
import type { SimulatedHost } from '../world/simulated-host.ts';
import { SimulatedSite } from '../world/simulated-site.ts';
import { argsFor, inspect, nextSign, outsideOn } from './contract-host.ts';

const GiB = 2 ** 30;

export async function fakeContractPair(storage: Storage): Promise<ContractPair> {
  const clock = new SimulatedClock();
  const site = new SimulatedSite({ clock, storage, profile: 'lively' });
  const sides = { a: hostOf(site, 'a', clock), b: hostOf(site, 'b', clock) };
  return { ...sides, close: async () => void (await Promise.all([sides.a.close(), sides.b.close()])) };
}

function hostOf(site: SimulatedSite, name: 'a' | 'b', clock: SimulatedClock): PairedContractHost {
  const host = site.host(name);
  const driver = new FakeDriver(host);
  const wait = (ms: number): Promise<void> => new Promise((resolve) => clock.after(ms, resolve));
  let guests = 0;
  return {
    driver,
    host: driver,
    name,
    time: { now: () => clock.monotonic(), wait, settle: (work) => clock.settle(work) },
    newInstance: async (wishes = {}) => argsFor(host, ++guests, wishes),
    inspect: async (uuid) => inspect(host, uuid),
    sign: (uuid) => nextSign(host, uuid, wait),
    outside: outsideOn(host),
    warnings: () => [],
    close: () => driver.close(),
    site: {
      storage: site.storage,
      cut: async () => site.cut('a', 'b'),
      heal: async () => site.heal('a', 'b'),
    },
    node: async () => nodeOf(host),
    strangeCpu: (node) => ({ ...node, cpuInfo: { ...node.cpuInfo, features: ['never-heard-of'] } }),
    strays: async () => host.files.probes(),
    disks: async (uuid) => {
      const files = (host.files.view(uuid)?.files ?? []).filter((file) => file.whole);
      return Object.fromEntries(files.map(({ name: role, content }) => [role, factsOf(content)]));
    },
    bind: async (uuid) => {
      const run = host.existing(uuid).run!;
      const { definition } = run;
      run.definition = { ...definition, disks: [...definition.disks, 'host device 0000:03:00.0'] };
    },
    slow: async (uuid) => {
      host.busyGuests.add(uuid);
      return async () => void host.busyGuests.delete(uuid);
    },
    isWired: async (uuid) => {
      const { live } = host.viewOf(uuid) ?? {};
      const taps = host.taps.of(uuid);
      return live !== null && live !== undefined && live.interfaces.every(({ tap }) => taps.includes(tap));
    },
  };
}

function nodeOf(host: SimulatedHost): ComputeNode {
  const { diskGiB, cpuFeatures } = host.hardware;
  return {
    host: host.name,
    hypervisorHostname: host.name,
    hypervisorType: 'simulated',
    hypervisorVersion: 1_000_000,
    cpuInfo: { arch: 'x86_64', model: 'simulated', features: [...(cpuFeatures ?? [])] },
    freeDiskGb: diskGiB,
    diskAvailableLeast: diskGiB,
  };
}

/** A simulated disk is no more than what was written about it. */
function factsOf(content: string): { format: string; bytes: number; backing: string | null } {
  const [, image] = /^overlay of (.+)$/.exec(content) ?? [];
  return { format: 'qcow2', bytes: image === undefined ? 0 : GiB, backing: image ?? null };
}
