import { expect } from 'vitest';
import { contractCase, doesNothing, SabotagedError } from '../contract-case.ts';
import type { ContractCase, Sabotage } from '../contract-case.ts';
import { backFromRescue, failureOf, nothingLeft, refused, running, undisturbed } from '../expecting.ts';
import { guestOf } from '../world.ts';
import type { World } from '../world.ts';

/** Runs `prove` once for each way in which this host can make a spawn fail. */
async function forEachFault(
  world: World<'spawn'>,
  prove: (failing: {
    call: () => Promise<void>;
    disarm: () => Promise<void>;
    good: Parameters<typeof guestOf>[0];
  }) => Promise<void>,
): Promise<void> {
  const faults = Object.values(world.host.spawnFaults);
  expect(faults.length).toBeGreaterThanOrEqual(2);
  for (const fault of faults) {
    const good = await world.newInstance();
    const { args, disarm } = await world.arm(fault, good);
    await prove({ call: () => world.call(args), disarm, good });
    await disarm();
  }
}

const leavesHalf: Sabotage<'spawn'> = (real, world) => async (args, context) => {
  try {
    return await real(args, context);
  } catch (error) {
    await world.fault?.disarm();
    await real(world.fault?.good ?? args, context);
    await world.host.outside.destroy(args.instance.uuid);
    throw error;
  }
};

const startsAnew: Sabotage<'spawn'> = (real, world) => async (args, context) => {
  const { instance, networkInfo } = args;
  if ((await world.host.inspect(instance.uuid)).domain === 'absent') return real(args, context);
  await world.host.driver.destroy?.(
    { context: args.context, instance, networkInfo, blockDeviceInfo: null, destroyDisks: true, destroySecrets: true },
    context,
  );
  return real(args, context);
};

const spawn: ContractCase[] = [
  contractCase('spawn', 'running', {
    async prove(world) {
      const args = await world.newInstance();
      const mark = world.nextMark();
      await world.call(args, { mark });
      const facts = await running(world, guestOf(args));
      expect(facts.mark).toEqual(mark);
    },
    broken: {
      'says so before it starts': doesNothing,
      'leaves the guest paused': (real, world) => async (args, context) => {
        await real(args, context);
        await world.host.outside.suspend(args.instance.uuid);
      },
      'bears the mark of another operation': (real) => (args, context) =>
        real(args, { ...context, mark: { epoch: 0, op: 0 } }),
    },
  }),
  contractCase('spawn', 'builtFromRecord', {
    async prove(world) {
      const wishes = {
        vcpus: 2,
        memoryMiB: 160,
        metadata: { role: 'web "<&>' },
        keyData: 'ssh-ed25519 AAAAC3Nz someone',
      };
      const args = await world.newInstance(wishes);
      await world.call(args);
      expect(await world.facts(args)).toMatchObject({ vcpus: 2, memoryMiB: 160 });
      const { hostname, metadata, keyData } = await world.settle(() => world.host.given(args.instance.uuid));
      expect({ hostname, metadata }).toEqual({ hostname: args.instance.hostname, metadata: wishes.metadata });
      expect(keyData?.trim()).toBe(wishes.keyData);
    },
    broken: {
      'gives another size': (real) => (args, context) =>
        real({ ...args, instance: { ...args.instance, flavor: { ...args.instance.flavor, vcpus: 1 } } }, context),
      'forgets the key': (real) => (args, context) =>
        real({ ...args, instance: { ...args.instance, keyData: null } }, context),
    },
  }),
  contractCase('spawn', 'givenInputs', {
    async prove(world) {
      const injectedFiles = [['/etc/motd with blank', Buffer.from([0, 1, 255]).toString('base64')]] as const;
      const args = await world.newInstance({ injectedFiles, adminPassword: 'a <secret> & "more"' });
      await world.call(args);
      expect(await world.settle(() => world.host.given(args.instance.uuid))).toMatchObject({
        injectedFiles,
        adminPassword: 'a <secret> & "more"',
      });
      const { macs } = await world.facts(args);
      expect(macs).toEqual(args.networkInfo.map(({ address }) => address));
    },
    broken: {
      'forgets the injected files': (real) => (args, context) => real({ ...args, injectedFiles: [] }, context),
      'forgets the password': (real) => (args, context) => real({ ...args, adminPassword: null }, context),
      'forgets the interfaces': (real) => (args, context) => real({ ...args, networkInfo: [] }, context),
    },
  }),
  contractCase('spawn', 'cleansUp', {
    prove: (world) =>
      forEachFault(world, async ({ call, good }) => {
        await failureOf(call());
        await nothingLeft(world, guestOf(good));
      }),
    broken: { 'leaves half of it behind': leavesHalf },
  }),
  contractCase('spawn', 'raises', {
    prove: (world) =>
      forEachFault(world, async ({ call, good }) => {
        const error = await failureOf(call());
        expect(error).toMatchObject({ code: expect.stringMatching(/^[A-Z_]+$/), message: expect.stringMatching(/\S/) });
        expect((await world.facts(good)).power).toBe('absent');
      }),
    broken: {
      'keeps the failure to itself': (real) => (args, context) => real(args, context).catch(() => undefined),
    },
  }),
  contractCase('spawn', 'refusesSecond', {
    async prove(world) {
      const guest = await world.guest();
      const before = await running(world, guest);
      await refused(world.call(guest.args), 'INSTANCE_EXISTS');
      await undisturbed(world, guest, before);
      expect((await world.facts(guest)).everything).toEqual(before.everything);
    },
    broken: { 'starts it anew': startsAnew, 'says that it did': doesNothing },
  }),
  contractCase('spawn', 'repeat', {
    when: 'its disks are here already, as on storage that a host shared that is gone',
    async prove(world) {
      const guest = await world.guest();
      const { boot } = await world.sign(guest);
      const { disks } = await world.facts(guest);
      await world.arrange('destroy', { ...guest.args, destroyDisks: false });
      let failures = 0;
      for (const fault of Object.values(world.host.spawnFaults)) {
        const { args, disarm } = await world.arm(fault, guest.args);
        const failed = await world.call(args).then(
          () => false,
          () => true,
        );
        await disarm();
        if (failed) failures += 1;
        // Nothing was wrong for it: an image that has lost its disk, say, is not missed where the disk is.
        else await world.arrange('destroy', { ...guest.args, destroyDisks: false });
        expect((await world.facts(guest)).disks).toEqual(disks);
      }
      expect(failures).toBeGreaterThan(0);
      await world.call(guest.args);
      await running(world, guest);
      // The guest counts its boots on its disk.
      expect((await world.sign(guest)).boot).toBeGreaterThan(boot);
    },
    broken: {
      'begins with new disks': (real, world) => async (args, context) => {
        await world.arrange('destroy', args);
        return real(args, context);
      },
    },
  }),
  contractCase('spawn', 'sameOperation', {
    async prove(world) {
      const args = await world.newInstance();
      const mark = world.nextMark();
      await world.call(args, { mark });
      const before = await running(world, guestOf(args));
      await world.call(args, { mark });
      await undisturbed(world, guestOf(args), before);
    },
    broken: { 'starts it anew': startsAnew },
  }),
  contractCase('spawn', 'retryWorks', {
    prove: (world) =>
      forEachFault(world, async ({ call, disarm, good }) => {
        await failureOf(call());
        await disarm();
        await world.call(good);
        await running(world, guestOf(good));
      }),
    broken: {
      'fails for ever after a failure': (real) => async (args, context) => {
        if (failed.has(args.instance.uuid)) throw new SabotagedError('failed before');
        return real(args, context).catch((error: unknown) => {
          failed.add(args.instance.uuid);
          throw error;
        });
      },
    },
  }),
];
const failed = new Set<string>();

const destroy: ContractCase[] = [
  contractCase('destroy', 'gone', {
    async prove(world) {
      const guest = await world.guest();
      await world.call(guest.args);
      await nothingLeft(world, guest);
    },
    broken: {
      'says so and does nothing': doesNothing,
      'only cuts it off':
        (_real, world) =>
        ({ instance }) =>
          world.host.outside.destroy(instance.uuid),
    },
  }),
  contractCase('destroy', 'gone', {
    when: 'a guest that is suspended',
    async prove(world) {
      const guest = await world.guest();
      await world.arrange('suspend', guest.args);
      await world.call(guest.args);
      await nothingLeft(world, guest);
    },
    broken: { 'says so and does nothing': doesNothing },
  }),
  contractCase('destroy', 'absentSucceeds', {
    async prove(world) {
      const args = await world.newInstance();
      const before = world.host.warnings().length;
      await world.call(args);
      expect(world.host.warnings().slice(before)).not.toEqual([]);
      await nothingLeft(world, guestOf(args));
    },
    broken: {
      'says nothing of it': doesNothing,
      'fails where nothing is': (real, world) => async (args, context) => {
        if ((await world.host.inspect(args.instance.uuid)).domain === 'absent') throw new SabotagedError('not found');
        return real(args, context);
      },
    },
  }),
  contractCase('destroy', 'disksRemoved', {
    async prove(world) {
      const guest = await world.guest();
      await world.call({ ...guest.args, destroyDisks: true });
      const { disks, everything } = await world.facts(guest);
      expect({ disks, everything }).toEqual({ disks: [], everything: [] });
    },
    broken: { 'keeps the disks': (real) => (args, context) => real({ ...args, destroyDisks: false }, context) },
  }),
  contractCase('destroy', 'disksKept', {
    async prove(world) {
      const guest = await world.guest();
      const before = await world.facts(guest);
      await world.call({ ...guest.args, destroyDisks: false });
      const { domain, disks } = await world.facts(guest);
      expect(domain).toBe('absent');
      expect(disks).toContain('root');
      expect(before.disks).toEqual(expect.arrayContaining([...disks]));
    },
    broken: { 'removes the disks': (real) => (args, context) => real({ ...args, destroyDisks: true }, context) },
  }),
  contractCase('destroy', 'repeat', {
    async prove(world) {
      const guest = await world.guest();
      await world.call(guest.args);
      await world.call(guest.args);
      await nothingLeft(world, guest);
    },
    broken: {
      'fails the second time': (real, world) => async (args, context) => {
        if ((await world.host.inspect(args.instance.uuid)).domain === 'absent') throw new SabotagedError('not found');
        return real(args, context);
      },
    },
  }),
];

const softDelete: ContractCase[] = [
  contractCase('softDelete', 'off', {
    async prove(world) {
      const guest = await world.guest();
      await world.call(guest.args);
      expect(await world.facts(guest)).toMatchObject({ power: 'off', run: null });
    },
    broken: { 'says so and does nothing': doesNothing },
  }),
  contractCase('softDelete', 'keepsAll', {
    async prove(world) {
      const guest = await world.guest();
      const { disks, macs } = await world.facts(guest);
      await world.call(guest.args);
      expect(await world.facts(guest)).toMatchObject({ domain: 'defined', disks, macs, autostart: false });
    },
    broken: {
      'forgets the definition': (real, world) => async (args, context) => {
        await real(args, context);
        await world.host.outside.undefine(args.instance.uuid);
      },
    },
  }),
  contractCase('softDelete', 'reclaimed', {
    async prove(world) {
      const guest = await world.guest();
      await world.call(guest.args);
      await world.arrange('destroy', guest.args);
      await nothingLeft(world, guest);
    },
    broken: { fails: () => () => Promise.reject(new SabotagedError('no')) },
  }),
  contractCase('softDelete', 'repeat', {
    async prove(world) {
      const guest = await world.guest();
      await world.call(guest.args);
      const before = await world.facts(guest);
      await world.call(guest.args);
      expect(await world.facts(guest)).toEqual(before);
    },
    broken: {
      'brings it back the second time': (real, world) => async (args, context) => {
        const off = (await world.host.inspect(args.instance.uuid)).power === 'off';
        return off ? world.host.outside.start(args.instance.uuid) : real(args, context);
      },
    },
  }),
  contractCase('softDelete', 'INSTANCE_NOT_FOUND', {
    prove: async (world) => refused(world.call(await world.newInstance()), 'INSTANCE_NOT_FOUND'),
    broken: { 'says that it did': doesNothing },
  }),
];

const restore: ContractCase[] = [
  contractCase('restore', 'running', {
    async prove(world) {
      const guest = await world.guest();
      await world.arrange('softDelete', guest.args);
      await world.call(guest.args);
      await running(world, guest);
    },
    broken: { 'says so and does nothing': doesNothing },
  }),
  contractCase('restore', 'content', {
    async prove(world) {
      const guest = await world.guest();
      const { boot } = await world.sign(guest);
      await world.arrange('softDelete', guest.args);
      await world.call(guest.args);
      // The guest counts its boots on its disk: the second one is only known to a disk that was kept.
      expect((await world.sign(guest)).boot).toBe(boot + 1);
    },
    broken: {
      'makes it from the image again': (_real, world) => async (args) => {
        const spawned = world.spawnedWith(args.instance.uuid);
        await world.arrange('destroy', spawned);
        await world.arrange('spawn', spawned);
      },
    },
  }),
  contractCase('restore', 'content', {
    when: 'a guest that was put aside in a rescue',
    async prove(world) {
      const guest = await world.guest();
      await backFromRescue(world, guest, async () => {
        await world.arrange('softDelete', guest.args);
        await world.call(guest.args);
      });
    },
    broken: {
      'starts the rescue system':
        (_real, world) =>
        ({ instance }) =>
          world.host.outside.start(instance.uuid),
    },
  }),
  contractCase('restore', 'repeat', {
    async prove(world) {
      const guest = await world.guest();
      const before = await running(world, guest);
      await world.call(guest.args);
      await undisturbed(world, guest, before);
    },
    broken: {
      'starts a running guest anew': (real, world) => async (args, context) => {
        await world.host.outside.destroy(args.instance.uuid);
        return real(args, context);
      },
    },
  }),
  contractCase('restore', 'INSTANCE_NOT_FOUND', {
    prove: async (world) => refused(world.call(await world.newInstance()), 'INSTANCE_NOT_FOUND'),
    broken: { 'says that it did': doesNothing },
  }),
];

/** An instance begins and ends. */
export const lifecycleCases: readonly ContractCase[] = [...spawn, ...destroy, ...softDelete, ...restore];
