import { lifecycleTransition } from '@chronovirt/contract';
import { expect } from 'vitest';
import { contractCase, doesNothing, SabotagedError } from '../contract-case.ts';
import type { ContractCase } from '../contract-case.ts';
import { refused, running, undisturbed } from '../expecting.ts';

const initHost: ContractCase[] = [
  contractCase('initHost', 'ready', {
    async prove(world) {
      await world.call({ host: 'test' });
      expect(await world.arrange('listInstances', {})).toBeInstanceOf(Array);
    },
    broken: { fails: () => () => Promise.reject(new SabotagedError('no')) },
  }),
  contractCase('initHost', 'undisturbed', {
    async prove(world) {
      const guest = await world.guest();
      const before = await running(world, guest);
      await world.call({ host: 'test' });
      await undisturbed(world, guest, before);
      expect(await world.arrange('listInstanceUuids', {})).toContain(guest.uuid);
    },
    broken: {
      'begins with a clean host': (real, world) => async (args, context) => {
        for (const uuid of await world.arrange('listInstanceUuids', {})) await world.host.outside.destroy(uuid);
        return real(args, context);
      },
    },
  }),
  contractCase('initHost', 'HYPERVISOR_UNAVAILABLE', {
    prove: (world) =>
      world.withoutHypervisor(() =>
        refused(world.call({ host: 'test' }, { timeLeftMs: 3_000 }), 'HYPERVISOR_UNAVAILABLE'),
      ),
    broken: { 'says that it is ready': doesNothing },
  }),
  contractCase('initHost', 'repeat', {
    async prove(world) {
      await world.call({ host: 'test' });
      await world.call({ host: 'test' });
      const guest = await world.guest();
      const heard: number[] = [];
      await world.arrange('registerEventListener', {
        callback: (one) => {
          if (one.uuid === guest.uuid && one.kind === 'lifecycle') heard.push(one.transition);
        },
      });
      const { PAUSED, STOPPED } = lifecycleTransition;
      await world.outside('suspend', guest);
      await world.outside('destroy', guest);
      await world.until(() => heard.includes(STOPPED), 'the hypervisor is heard', 10_000);
      expect(heard.filter((one) => one === PAUSED || one === STOPPED)).toEqual([PAUSED, STOPPED]);
      await world.arrange('registerEventListener', { callback: () => {} });
    },
    broken: { 'fails the second time': () => () => Promise.reject(new SabotagedError('ready already')) },
  }),
];

const facts: ContractCase[] = [
  contractCase('getAvailableNodes', 'names', {
    async prove(world) {
      const nodes = await world.call({ refresh: true });
      expect(nodes).toEqual([expect.stringMatching(/^\S+$/)]);
      expect(await world.call({ refresh: false })).toEqual(nodes);
    },
    broken: { 'names none': () => async () => [] },
  }),
  contractCase('getAvailableResource', 'resources', {
    async prove(world) {
      const [nodename = ''] = await world.arrange('getAvailableNodes', {});
      const before = await world.call({ nodename });
      expect(before.vcpus).toBeGreaterThan(0);
      expect(before.memoryMb).toBeGreaterThan(64);
      expect(before.hypervisorHostname).toBe(nodename);
      await world.guest({ vcpus: 2 });
      const { vcpusUsed, memoryMbUsed } = await world.call({ nodename });
      expect(vcpusUsed).toBe(before.vcpusUsed + 2);
      expect(memoryMbUsed).toBeGreaterThan(before.memoryMbUsed);
    },
    broken: {
      'does not count its guests': (real) => async (args, context) => ({
        ...(await real(args, context)),
        vcpusUsed: 0,
      }),
      'gives memory in bytes of nothing': (real) => async (args, context) => ({
        ...(await real(args, context)),
        memoryMb: 0,
      }),
    },
  }),
  contractCase('getHostStats', 'known', {
    async prove(world) {
      const before = await world.call({ refresh: true });
      await world.guest({ vcpus: 2 });
      expect(await world.call({ refresh: false })).toEqual(before);
    },
    broken: {
      'collects them each time': (real) => (_args, context) => real({ refresh: true }, context),
      'makes them up': (real) => async (args, context) => ({
        ...(await real(args, context)),
        ...(args.refresh ? {} : { hostMemoryTotal: 0 }),
      }),
    },
  }),
  contractCase('getHostStats', 'refreshed', {
    async prove(world) {
      const before = await world.call({ refresh: true });
      expect(before.diskTotal).toBeGreaterThan(0);
      expect(before.hostMemoryTotal).toBeGreaterThan(0);
      await world.guest({ vcpus: 2 });
      expect((await world.call({ refresh: true })).vcpusUsed).toBe(before.vcpusUsed + 2);
    },
    broken: {
      'does not count its guests': (real) => async (args, context) => ({
        ...(await real(args, context)),
        vcpusUsed: 0,
      }),
    },
  }),
  contractCase('getHostUptime', 'line', {
    async prove(world) {
      const text = await world.call({});
      expect(text.trim()).toMatch(/\bup\b.*load average: [\d.]+, [\d.]+, [\d.]+$/);
    },
    broken: { 'gives seconds': () => async () => '12345' },
  }),
  contractCase('getHostIpAddr', 'address', {
    async prove(world) {
      const address = await world.call({});
      expect(address).toMatch(/^[0-9A-Za-z][0-9A-Za-z.:-]*$/);
      expect(await world.call({})).toBe(address);
    },
    broken: { 'has none': () => async () => '' },
  }),
];

const statistics: ContractCase[] = [
  contractCase('blockStats', 'fiveCounters', {
    async prove(world) {
      const guest = await world.awakeGuest();
      const counters = await world.call({ ...guest.args, diskId: 'vda' });
      expect(counters).toHaveLength(5);
      const [readRequests = 0, bytesRead = 0] = counters ?? [];
      expect(readRequests).toBeGreaterThan(0);
      expect(bytesRead).toBeGreaterThanOrEqual(readRequests);
    },
    broken: {
      'gives them in another order': (real) => async (args, context) => (await real(args, context))?.toReversed(),
      'gives four': (real) => async (args, context) => (await real(args, context))?.slice(0, 4),
    },
  }),
  contractCase('blockStats', 'grow', {
    async prove(world) {
      const guest = await world.awakeGuest();
      const before = (await world.call({ ...guest.args, diskId: 'vda' })) ?? [];
      const after = (await world.call({ ...guest.args, diskId: 'vda' })) ?? [];
      expect(after.every((counter, index) => Number.isInteger(counter) && counter >= (before[index] ?? NaN))).toBe(
        true,
      );
      expect(await world.call({ ...guest.args, diskId: 'nodisk' })).toBeNull();
    },
    broken: {
      'makes up a disk': (real) => async (args, context) => (await real(args, context)) ?? [0, 0, 0, 0, 0],
      'gives fractions': (real) => async (args, context) =>
        (await real(args, context))?.map((one) => one / 3 + 0.1) ?? null,
    },
  }),
  contractCase('getDiagnostics', 'data', {
    async prove(world) {
      const guest = await world.awakeGuest({ vcpus: 2 });
      const data = await world.call(guest.args);
      expect(Object.keys(data)).toEqual(
        expect.arrayContaining(['cpu0_time', 'cpu1_time', 'vda_read', 'vda_write', 'memory']),
      );
      expect(data['cpu0_time']).toBeGreaterThan(1_000_000);
    },
    broken: {
      'gives nothing': () => async () => ({}),
      'gives seconds': (real) => async (args, context) => ({ ...(await real(args, context)), cpu0_time: 1 }),
    },
  }),
  contractCase('getDiagnostics', 'INSTANCE_NOT_FOUND', {
    prove: async (world) => refused(world.call(await world.newInstance()), 'INSTANCE_NOT_FOUND'),
    broken: { 'gives nothing': () => async () => ({}) },
  }),
];

/** The machine under the guests, and what they use of it. */
export const hostCases: readonly ContractCase[] = [...initHost, ...facts, ...statistics];
