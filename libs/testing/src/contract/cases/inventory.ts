import { powerStateCode } from '@chronovirt/contract';
import type { ImplementedDriver } from '@chronovirt/contract';
import { expect } from 'vitest';
import { contractCase } from '../contract-case.ts';
import type { ContractCase, Sabotage } from '../contract-case.ts';
import { refused } from '../expecting.ts';
import type { Guest, World } from '../world.ts';

/** A running guest and one that is off. */
async function two<S extends World<'listInstances' | 'listInstanceUuids' | 'getNumInstances'>['method']>(
  world: World<S>,
): Promise<readonly [Guest, Guest]> {
  const on = await world.guest();
  const off = await world.guest();
  await world.arrange('powerOff', off.args);
  return [on, off];
}

const unreachable = async (world: World<'instanceExists' | 'getInfo'>, call: (guest: Guest) => Promise<unknown>) => {
  const guest = await world.guest();
  await world.withoutHypervisor(() => refused(call(guest), 'HYPERVISOR_UNAVAILABLE'));
};

const getInfo: ContractCase[] = [
  contractCase('getInfo', 'fiveFields', {
    async prove(world) {
      const guest = await world.guest({ vcpus: 2, memoryMiB: 160 });
      const info = await world.call(guest.args);
      expect(Object.keys(info).toSorted()).toEqual(['cpuTime', 'maxMem', 'mem', 'numCpu', 'state']);
      expect(info).toMatchObject({ state: powerStateCode.RUNNING, maxMem: 160 * 1024, numCpu: 2 });
      expect(info.mem).toBeGreaterThan(1024);
      expect(info.mem).toBeLessThanOrEqual(info.maxMem);
      // A guest that boots uses more than a millisecond: nanoseconds, then, and not seconds.
      await world.until(async () => (await world.call(guest.args)).cpuTime > 1_000_000, 'CPU time is used', 10_000);
    },
    broken: {
      'gives memory in MiB': (real) => async (args, context) => {
        const info = await real(args, context);
        return { ...info, maxMem: info.maxMem / 1024, mem: info.mem / 1024 };
      },
      'leaves out what today is left out': (real) => async (args, context) => ({
        state: (await real(args, context)).state,
      }),
    },
  }),
  contractCase('getInfo', 'truth', {
    async prove(world) {
      const guest = await world.guest();
      await world.outside('suspend', guest);
      expect((await world.call(guest.args)).state).toBe(powerStateCode.PAUSED);
      await world.outside('destroy', guest);
      expect((await world.call(guest.args)).state).toBe(powerStateCode.SHUTDOWN);
    },
    broken: {
      'repeats the record': (real) => async (args, context) => ({
        ...(await real(args, context)),
        state: args.instance.powerState,
      }),
    },
  }),
  contractCase('getInfo', 'unknown', {
    prove: async (world) => refused(world.call(await world.newInstance()), 'INSTANCE_NOT_FOUND'),
    broken: { 'calls it NOSTATE': () => async () => ({ state: 0, maxMem: 0, mem: 0, numCpu: 0, cpuTime: 0 }) },
  }),
];

const lists: ContractCase[] = [
  contractCase('listInstances', 'all', {
    async prove(world) {
      const guests = await two(world);
      const names = await world.call({});
      expect(names).toEqual(expect.arrayContaining(guests.map(({ args }) => args.instance.name)));
      expect(new Set(names).size).toBe(names.length);
      await world.arrange('destroy', guests[0].args);
      expect(await world.call({})).not.toContain(guests[0].args.instance.name);
    },
    broken: {
      'leaves out what is off': leavesOutWhatIsOff('name') as unknown as Sabotage<'listInstances'>,
      'remembers the dead': (real) => async (args, context) => {
        for (const name of await real(args, context)) remembered.add(name);
        return [...remembered];
      },
    },
  }),
  contractCase('listInstanceUuids', 'all', {
    async prove(world) {
      const guests = await two(world);
      expect(await world.call({})).toEqual(expect.arrayContaining(guests.map(({ uuid }) => uuid)));
      await world.arrange('destroy', guests[1].args);
      expect(await world.call({})).not.toContain(guests[1].uuid);
    },
    broken: {
      'leaves out what is off': leavesOutWhatIsOff('uuid') as unknown as Sabotage<'listInstanceUuids'>,
      'gives names': (_real, world) => () => world.arrange('listInstances', {}),
    },
  }),
  contractCase('getNumInstances', 'agrees', {
    async prove(world) {
      const before = await world.call({});
      await two(world);
      expect(await world.call({})).toBe(before + 2);
      expect(await world.call({})).toBe((await world.arrange('listInstances', {})).length);
    },
    broken: { 'counts only what runs': (real) => async (args, context) => (await real(args, context)) - 1 },
  }),
];
const remembered = new Set<string>();

/** A list of what runs alone: the seed era's mistake. */
function leavesOutWhatIsOff(by: 'name' | 'uuid') {
  return (real: (...given: unknown[]) => Promise<string[]>, world: World<'listInstances'>) =>
    async (...given: unknown[]) => {
      const kept: string[] = [];
      for (const one of await real(...given)) {
        const uuid = (by === 'uuid' ? one : one.replace(/^instance-/, '')) as Guest['uuid'];
        if ((await world.host.inspect(uuid)).power === 'on') kept.push(one);
      }
      return kept;
    };
}

const existence: ContractCase[] = [
  contractCase('instanceExists', 'answers', {
    async prove(world) {
      const guest = await world.guest();
      expect(await world.call(guest.args)).toBe(true);
      await world.arrange('powerOff', guest.args);
      expect(await world.call(guest.args)).toBe(true);
      await world.arrange('destroy', guest.args);
      expect(await world.call(guest.args)).toBe(false);
      expect(await world.call(await world.newInstance())).toBe(false);
    },
    broken: {
      'sees only what runs': (real, world) => async (args, context) =>
        (await real(args, context)) && (await world.host.inspect(args.instance.uuid)).power === 'on',
      'always says yes': () => async () => true,
    },
  }),
  contractCase('instanceExists', 'honest', {
    prove: (world) => unreachable(world, (guest) => world.call(guest.args)),
    broken: { 'says no when nobody answers': (real) => (args, context) => real(args, context).catch(() => false) },
  }),
  contractCase('instanceOnDisk', 'answers', {
    async prove(world) {
      const guest = await world.guest();
      expect(await world.call(guest.args)).toBe(true);
      await world.arrange('destroy', { ...guest.args, destroyDisks: false });
      expect(await world.call(guest.args)).toBe(true);
      await world.arrange('destroy', guest.args);
      expect(await world.call(guest.args)).toBe(false);
    },
    broken: {
      'always says no': () => async () => false,
      'means the domain': (_real, world) => async (args) =>
        (await world.host.inspect(args.instance.uuid)).domain !== 'absent',
    },
  }),
  contractCase('instanceOnDisk', 'notEmptyDirectory', {
    async prove(world) {
      const args = await world.newInstance();
      await world.outside('leaveEmptyDirectory', args.instance);
      expect(await world.call(args)).toBe(false);
    },
    broken: {
      'means the directory': (_real, world) => async (args) =>
        (await world.host.inspect(args.instance.uuid)).everything.length > 0,
    },
  }),
];

const has = (driver: ImplementedDriver, method: keyof ImplementedDriver) => driver[method] !== undefined;

const capabilities: ContractCase[] = [
  contractCase('capabilities', 'recreate', {
    async prove(world) {
      const { supportsRecreate } = world.subject.capabilities;
      expect(supportsRecreate).toBeTypeOf('boolean');
      // To build an instance of a dead host again takes these two.
      const able = has(world.host.driver, 'spawn') && has(world.host.driver, 'instanceOnDisk');
      expect(supportsRecreate && !able).toBe(false);
    },
    broken: { 'says nothing of it': (real) => ({ ...real, supportsRecreate: undefined }) },
  }),
  contractCase('capabilities', 'imageCache', {
    async prove(world) {
      expect(world.subject.capabilities.hasImagecache).toBe(has(world.host.driver, 'manageImageCache'));
    },
    broken: { 'claims the contrary': (real) => ({ ...real, hasImagecache: !real.hasImagecache }) },
  }),
  contractCase('capabilities', 'falseByDefault', {
    async prove(world) {
      const flags = world.subject.capabilities;
      expect(Object.entries(flags).filter(([, flag]) => typeof flag !== 'boolean')).toEqual([]);
      expect(flags['supportsTelepathy'] ?? false).toBe(false);
      expect(world.subject.capabilities).toEqual(flags);
    },
    broken: {
      'claims whatever it is asked for': (real) => new Proxy(real, { get: () => true }),
      'counts instead of saying yes': (real) => ({ ...real, supportsMultiattach: 1 }),
    },
  }),
];

/** What the hypervisor has. */
export const inventoryCases: readonly ContractCase[] = [...getInfo, ...lists, ...existence, ...capabilities];
