import { expect } from 'vitest';
import { contractCase, doesNothing } from '../contract-case.ts';
import type { ContractCase } from '../contract-case.ts';
import { backFromRescue, refused, running } from '../expecting.ts';
import type { Guest, World } from '../world.ts';

type Before = (world: World<'reboot'>, guest: Guest) => Promise<void>;

/** From where a hard reboot has to end running. */
const powers: Readonly<Record<string, Before>> = {
  paused: (world, guest) => world.outside('suspend', guest),
  halted: (world, guest) => world.outside('destroy', guest),
  crashed: (world, guest) => world.outside('crash', guest),
  suspended: (world, guest) => world.arrange('suspend', guest.args),
};

const fromAnyPower = Object.entries(powers).map(([name, bring]) =>
  contractCase('reboot', 'fromAnyPower', {
    when: `a guest that is ${name}, HARD`,
    async prove(world) {
      const guest = await world.guest();
      const before = await running(world, guest);
      await bring(world, guest);
      await world.call({ ...guest.args, rebootType: 'HARD' });
      const facts = await running(world, guest, before);
      expect(facts.savedMemory).toBe(false);
    },
    broken: { 'says so and does nothing': doesNothing },
  }),
);

/** A guest starts afresh. */
export const rebootCases: readonly ContractCase[] = [
  contractCase('reboot', 'running', {
    async prove(world) {
      const guest = await world.guest();
      const before = await running(world, guest);
      const mark = world.nextMark();
      await world.call({ ...guest.args, rebootType: 'HARD' }, { mark });
      const facts = await running(world, guest, before);
      expect(facts.mark).toEqual(mark);
    },
    broken: {
      'says so and does nothing': doesNothing,
      'leaves it off':
        (_real, world) =>
        ({ instance }) =>
          world.host.outside.destroy(instance.uuid),
    },
  }),
  ...fromAnyPower,
  contractCase('reboot', 'fromAnyPower', {
    when: 'a guest that is halted, SOFT',
    async prove(world) {
      const guest = await world.guest();
      await world.outside('destroy', guest);
      await world.call({ ...guest.args, rebootType: 'SOFT' });
      await running(world, guest);
    },
    broken: { 'says so and does nothing': doesNothing },
  }),
  contractCase('reboot', 'softAsks', {
    when: 'a guest that listens',
    async prove(world) {
      const guest = await world.guest();
      const { boot } = await world.sign(guest);
      const mark = world.nextMark();
      await world.call({ ...guest.args, rebootType: 'SOFT' }, { mark });
      expect(await running(world, guest)).toMatchObject({ lastEnd: 'orderly', mark });
      expect((await world.sign(guest)).boot).toBe(boot + 1);
    },
    broken: {
      'says so and does nothing': doesNothing,
      'does not ask': (real) => (args, context) => real({ ...args, rebootType: 'HARD' }, context),
    },
  }),
  contractCase('reboot', 'softAsks', {
    when: 'a guest that does not listen',
    async prove(world) {
      const guest = await world.awakeGuest({ deaf: true });
      const before = await running(world, guest);
      await world.call({ ...guest.args, rebootType: 'SOFT' }, { timeLeftMs: 60_000 });
      expect(await running(world, guest, before)).toMatchObject({ lastEnd: 'cut' });
    },
    broken: { 'asks and leaves it at that': doesNothing },
  }),
  contractCase('reboot', 'keepsDisks', {
    when: 'a host that has the disks and never had the definition',
    async prove(world) {
      const guest = await world.guest();
      const { boot } = await world.sign(guest);
      await world.outside('destroy', guest);
      await world.outside('undefine', guest);
      const mark = world.nextMark();
      await world.call({ ...guest.args, rebootType: 'HARD' }, { mark });
      expect((await running(world, guest)).mark).toEqual(mark);
      // The guest counts its boots on its disk: the next one is only known to a disk that was kept.
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
  contractCase('reboot', 'keepsDisks', {
    when: 'one that fails',
    async prove(world) {
      let failures = 0;
      for (const fault of Object.values(world.host.spawnFaults)) {
        const guest = await world.guest();
        const { disks } = await world.facts(guest);
        await world.outside('destroy', guest);
        await world.outside('undefine', guest);
        const { args, disarm } = await world.arm(fault, guest.args);
        const failed = await world.call({ ...args, rebootType: 'HARD' }).then(
          () => false,
          () => true,
        );
        await disarm();
        // Not every way to fail a spawn befalls a reboot: it needs no image, for one.
        if (!failed) continue;
        failures += 1;
        expect((await world.facts(guest)).disks).toEqual(disks);
        await world.call({ ...guest.args, rebootType: 'HARD' });
        await running(world, guest);
      }
      expect(failures).toBeGreaterThan(0);
    },
    broken: {
      'clears up as a spawn would': (real, world) => (args, context) =>
        real(args, context).catch(async (error: unknown) => {
          await world.fault?.disarm();
          await world.arrange('destroy', world.spawnedWith(args.instance.uuid));
          throw error;
        }),
    },
  }),
  contractCase('reboot', 'running', {
    when: 'a rescued guest, which stays so',
    async prove(world) {
      const guest = await world.guest();
      await world.arrange('powerOff', guest.args);
      await world.arrange('rescue', { ...guest.args, rescuePassword: null });
      const before = await running(world, guest);
      const instance = { ...guest.args.instance, vmState: 'rescued' as const };
      await world.call({ ...guest.args, instance, rebootType: 'HARD' });
      const { attached } = await running(world, guest, before);
      expect(attached[0]).toBe('rescue');
    },
    broken: { 'boots its own disk': (_real, world) => (args) => world.arrange('unrescue', args) },
  }),
  contractCase('reboot', 'asRecorded', {
    when: 'a rescue of which the record does not know',
    async prove(world) {
      const guest = await world.guest();
      const instance = { ...guest.args.instance, vmState: 'error' as const };
      await backFromRescue(world, guest, () => world.call({ ...guest.args, instance, rebootType: 'HARD' }));
    },
    broken: {
      'starts the rescue system': (real) => (args, context) =>
        real({ ...args, instance: { ...args.instance, vmState: 'rescued' } }, context),
    },
  }),
  contractCase('reboot', 'hardDoesNotAsk', {
    async prove(world) {
      const guest = await world.awakeGuest();
      const before = await running(world, guest);
      await world.call({ ...guest.args, rebootType: 'HARD' });
      expect(await running(world, guest, before)).toMatchObject({ lastEnd: 'cut' });
    },
    broken: { asks: (real) => (args, context) => real({ ...args, rebootType: 'SOFT' }, context) },
  }),
  contractCase('reboot', 'repeat', {
    async prove(world) {
      const guest = await world.guest();
      const mark = world.nextMark();
      await world.call({ ...guest.args, rebootType: 'HARD' }, { mark });
      const before = await running(world, guest);
      await world.call({ ...guest.args, rebootType: 'HARD' }, { mark });
      // The same operation again finds its own mark: one start, not two.
      expect((await running(world, guest)).run).toBe(before.run);
    },
    broken: {
      'starts it each time': (real) => async (args, context) => {
        await real(args, { ...context, mark: { epoch: 0, op: 0 } });
        return real(args, context);
      },
    },
  }),
  contractCase('reboot', 'INSTANCE_NOT_FOUND', {
    async prove(world) {
      const args = await world.newInstance();
      await refused(world.call({ ...args, rebootType: 'HARD' }), 'INSTANCE_NOT_FOUND');
    },
    broken: { 'says that it did': doesNothing },
  }),
];
