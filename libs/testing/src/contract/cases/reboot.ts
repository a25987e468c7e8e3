import { expect } from 'vitest';
import { contractCase, doesNothing } from '../contract-case.ts';
import type { ContractCase } from '../contract-case.ts';
import { refused, running } from '../expecting.ts';
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
