import { expect } from 'vitest';
import { contractCase, doesNothing, SabotagedError } from '../contract-case.ts';
import type { ContractCase } from '../contract-case.ts';
import { refused, running, undisturbed } from '../expecting.ts';
import type { Guest, World } from '../world.ts';
import type { Subject } from '../subject.ts';

/** A guest that is off, as the caller of a rescue leaves it. */
async function stopped<S extends Subject>(world: World<S>): Promise<Guest> {
  const guest = await world.guest();
  await world.arrange('powerOff', guest.args);
  return guest;
}

async function rescued<S extends Subject>(world: World<S>): Promise<Guest> {
  const guest = await stopped(world);
  await world.arrange('rescue', { ...guest.args, rescuePassword: null });
  return guest;
}

const rescue: ContractCase[] = [
  contractCase('rescue', 'rescueSystem', {
    async prove(world) {
      const guest = await stopped(world);
      const mark = world.nextMark();
      await world.call({ ...guest.args, rescuePassword: null }, { mark });
      const facts = await running(world, guest);
      expect(facts.mark).toEqual(mark);
      expect(facts.attached[0]).toBe('rescue');
      expect(facts.disks).toContain('rescue');
    },
    broken: {
      'says so and does nothing': doesNothing,
      'starts its own disk': (_real, world) => (args, context) =>
        world.arrange('powerOn', args, { mark: context.mark }),
    },
  }),
  contractCase('rescue', 'rescueSystem', {
    when: 'a guest that runs',
    async prove(world) {
      const guest = await world.guest();
      const before = await running(world, guest);
      await world.call({ ...guest.args, rescuePassword: null });
      const { attached } = await running(world, guest, before);
      expect(attached[0]).toBe('rescue');
    },
    broken: { 'takes it for done': doesNothing },
  }),
  contractCase('rescue', 'originalBeside', {
    async prove(world) {
      const guest = await world.guest();
      await world.sign(guest);
      await world.arrange('reboot', { ...guest.args, rebootType: 'HARD' });
      const { boot } = await world.sign(guest);
      const before = await world.facts(guest);
      await world.arrange('powerOff', guest.args);
      await world.call({ ...guest.args, rescuePassword: null });
      const during = await running(world, guest);
      expect(during.attached[1]).toBe('root');
      expect(during).toMatchObject({ macs: before.macs, vcpus: before.vcpus, memoryMiB: before.memoryMiB });
      expect(during.disks).toEqual(expect.arrayContaining([...before.disks]));
      await world.arrange('unrescue', guest.args);
      // The guest counts its boots on its disk: on a new one it would not have come this far.
      expect((await world.sign(guest)).boot).toBeGreaterThan(boot);
    },
    broken: {
      'makes its own disk anew': (real, world) => async (args, context) => {
        await world.arrange('destroy', args);
        await world.arrange('spawn', world.spawnedWith(args.instance.uuid));
        return real(args, context);
      },
    },
  }),
  contractCase('rescue', 'password', {
    async prove(world) {
      const guest = await stopped(world);
      await world.call({ ...guest.args, rescuePassword: 'let <me> in & "out"' });
      const { adminPassword, hostname } = await world.settle(() => world.host.given(guest.uuid));
      expect({ adminPassword, hostname }).toEqual({
        adminPassword: 'let <me> in & "out"',
        hostname: guest.args.instance.hostname,
      });
    },
    broken: { 'forgets it': (real) => (args, context) => real({ ...args, rescuePassword: null }, context) },
  }),
  contractCase('rescue', 'repeat', {
    async prove(world) {
      const guest = await rescued(world);
      const before = await running(world, guest);
      await refused(world.call({ ...guest.args, rescuePassword: null }), 'INSTANCE_NOT_RESCUABLE');
      await undisturbed(world, guest, before);
      await world.arrange('unrescue', guest.args);
      expect((await running(world, guest, before)).attached[0]).toBe('root');
    },
    broken: {
      'says that it did': doesNothing,
      'rescues it anew': (real, world) => async (args, context) => {
        await world.arrange('unrescue', args);
        return real(args, context);
      },
    },
  }),
  contractCase('rescue', 'repeat', {
    when: 'the same operation',
    async prove(world) {
      const guest = await stopped(world);
      const mark = world.nextMark();
      await world.call({ ...guest.args, rescuePassword: null }, { mark });
      const before = await running(world, guest);
      await world.call({ ...guest.args, rescuePassword: null }, { mark });
      await undisturbed(world, guest, before);
    },
    broken: {
      'starts it each time': (real, world) => async (args, context) => {
        if ((await world.host.inspect(args.instance.uuid)).run !== null)
          await world.host.outside.destroy(args.instance.uuid);
        return real(args, context);
      },
    },
  }),
  contractCase('rescue', 'IMAGE_NOT_FOUND', {
    async prove(world) {
      let missing = 0;
      for (const fault of Object.values(world.host.spawnFaults)) {
        const guest = await stopped(world);
        const before = await world.facts(guest);
        const { args, disarm } = await world.arm(fault, await world.newInstance());
        if (args.imageMeta.id !== guest.args.imageMeta.id) {
          missing += 1;
          const wrong = { ...guest.args, imageMeta: args.imageMeta, rescuePassword: null };
          await refused(world.call(wrong), 'IMAGE_NOT_FOUND', 'INSTANCE_NOT_RESCUABLE');
          // As it was: off, bootable from its own disk, nothing of the rescue beside it.
          const { power, everything, attached } = await world.facts(guest);
          expect({ power, everything, attached }).toEqual({
            power: 'off',
            everything: before.everything,
            attached: before.attached,
          });
        }
        await disarm();
      }
      expect(missing).toBeGreaterThan(0);
    },
    broken: {
      'says that it did': doesNothing,
      'leaves half of it behind': (real, world) => (args, context) =>
        real(args, context).catch(async (error: unknown) => {
          await real({ ...args, imageMeta: world.spawnedWith(args.instance.uuid).imageMeta }, context);
          await world.host.outside.destroy(args.instance.uuid);
          throw error;
        }),
    },
  }),
];

const unrescue: ContractCase[] = [
  contractCase('unrescue', 'ownDisk', {
    async prove(world) {
      const guest = await world.guest();
      const { boot } = await world.sign(guest);
      const { attached, macs, vcpus, memoryMiB } = await world.facts(guest);
      await world.arrange('rescue', { ...guest.args, rescuePassword: null });
      const during = await running(world, guest);
      const mark = world.nextMark();
      await world.call(guest.args, { mark });
      expect(await running(world, guest, during)).toMatchObject({ mark, attached, macs, vcpus, memoryMiB });
      expect((await world.sign(guest)).boot).toBeGreaterThan(boot);
    },
    broken: {
      'says so and does nothing': doesNothing,
      'reboots the rescue system':
        (_real, world) =>
        async ({ instance }) => {
          await world.host.outside.destroy(instance.uuid);
          await world.host.outside.start(instance.uuid);
        },
    },
  }),
  contractCase('unrescue', 'noLeftovers', {
    async prove(world) {
      const guest = await world.guest();
      const { everything, disks } = await world.facts(guest);
      await world.arrange('rescue', { ...guest.args, rescuePassword: null });
      await world.call(guest.args);
      await running(world, guest);
      const after = await world.facts(guest);
      expect({ everything: after.everything, disks: after.disks }).toEqual({ everything, disks });
    },
    broken: {
      'only starts it': (_real, world) => async (args) => {
        const spawned = world.spawnedWith(args.instance.uuid);
        const instance = { ...spawned.instance, vmState: 'rescued' as const };
        await world.arrange('destroy', { ...spawned, destroyDisks: false });
        await world.arrange('reboot', { ...spawned, instance, rebootType: 'HARD' });
      },
    },
  }),
  contractCase('unrescue', 'repeat', {
    async prove(world) {
      const guest = await rescued(world);
      await world.call(guest.args);
      const before = await running(world, guest);
      await world.call(guest.args);
      await undisturbed(world, guest, before);
    },
    broken: {
      'starts it each time': (real, world) => async (args, context) => {
        const { attached } = await world.host.inspect(args.instance.uuid);
        if (attached[0] !== 'rescue') await world.host.outside.destroy(args.instance.uuid);
        return real(args, context);
      },
      'fails the second time': (real, world) => async (args, context) => {
        const { attached } = await world.host.inspect(args.instance.uuid);
        if (attached[0] !== 'rescue') throw new SabotagedError('not rescued');
        return real(args, context);
      },
    },
  }),
  contractCase('unrescue', 'INSTANCE_NOT_RESCUED', {
    async prove(world) {
      const guest = await rescued(world);
      await world.outside('loseWayBack', guest);
      await refused(world.call(guest.args), 'INSTANCE_NOT_RESCUED');
      // The way out that is left: the definition is made anew from the record.
      await world.arrange('reboot', { ...guest.args, rebootType: 'HARD' });
      expect((await running(world, guest)).attached[0]).toBe('root');
    },
    broken: { 'says that it did': doesNothing },
  }),
];

/** A guest that no longer boots is mended from another system. */
export const rescueCases: readonly ContractCase[] = [...rescue, ...unrescue];
