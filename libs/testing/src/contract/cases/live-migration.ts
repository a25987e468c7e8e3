/** A running guest goes to another host and is at home there. */
import { expect } from 'vitest';
import type { ContractCase } from '../contract-case.ts';
import { SabotagedError, doesNothing } from '../contract-case.ts';
import { failureOf, goesOn, refused } from '../expecting.ts';
import { moveCase } from '../move-world.ts';
import type { MoveWorld } from '../move-world.ts';
import type { Guest } from '../world.ts';
import { liveMigrationCheckCases } from './live-migration-checks.ts';

const shared = { storage: 'shared', side: 'a' } as const;
const separate = { storage: 'separate', side: 'a' } as const;
const arriving = { storage: 'shared', side: 'b' } as const;

type Moving = MoveWorld<'liveMigration'>;

const isGone = { domain: 'absent', power: 'absent' } as const;

/** The guest has left the source and is whole at the destination. */
async function hasMoved(world: Moving, guest: Guest): Promise<void> {
  expect(await world.a.facts(guest)).toMatchObject(isGone);
  const { domain, power } = await world.b.facts(guest);
  expect([domain, ['on', 'paused'].includes(power)]).toEqual(['defined', true]);
}

/** A move is under way on the source. */
async function underWay(world: Moving, guest: Guest): Promise<void> {
  const query = { signal: new AbortController().signal, deadlineMs: 10_000 };
  await world.until(async () => {
    const { busy, power } = await world.settle(() => world.pair.a.host.observe(guest.uuid, query));
    return busy !== null && power === 'on' && (await world.b.facts(guest)).domain !== 'absent';
  }, 'a move is under way');
}

const saysSo = () => async (args: { postMethod: (...given: never[]) => Promise<void> }) => await args.postMethod();

const moves: ContractCase[] = [
  moveCase('liveMigration', 'moves', shared, {
    async prove(world) {
      const guest = await world.awakeMovable();
      const data = await world.prepared(guest);
      const sign = await world.a.sign(guest);
      await world.call(world.moving(guest, data));
      await hasMoved(world, guest);
      await world.b.arrange('postLiveMigrationAtDestination', world.arriving(guest));
      await goesOn(world.b, guest, sign);
    },
    broken: {
      'says so and does nothing': saysSo as never,
      'starts it afresh over there': (_real, world) => async (args) => {
        await world.a.arrange('destroy', { ...spawned(world), destroyDisks: false });
        await world.b.arrange('spawn', spawned(world));
        await args.postMethod(args.context, args.instance, args.dest, args.blockMigration, args.migrateData);
      },
    },
  }),
  moveCase('liveMigration', 'moves', shared, {
    when: 'a paused guest, which arrives paused',
    async prove(world) {
      const guest = await world.movable();
      const data = await world.prepared(guest);
      await world.a.outside('suspend', guest);
      await world.call(world.moving(guest, data));
      await hasMoved(world, guest);
      expect((await world.b.facts(guest)).power).toBe('paused');
    },
    broken: {
      'lets it go on': (real, world) => async (args, context) => {
        await real(args, context);
        await world.pair.b.outside.resume(args.instance.uuid);
      },
    },
  }),
  moveCase('liveMigration', 'copiesDisks', separate, {
    async prove(world) {
      const guest = await world.awakeMovable();
      const data = await world.prepared(guest);
      const sign = await world.a.sign(guest);
      await world.call(world.moving(guest, data));
      await hasMoved(world, guest);
      await world.b.arrange('postLiveMigrationAtDestination', world.arriving(guest));
      await goesOn(world.b, guest, sign);
      // The guest counts its boots on its disk: on another disk it would begin at one.
      await world.b.arrange('reboot', { ...guest.args, rebootType: 'HARD' });
      expect((await world.b.sign(guest)).boot).toBe(sign.boot + 1);
    },
    broken: {
      'says so and does nothing': saysSo as never,
      'moves all but the disks': (_real, world) => async (args) => {
        await world.b.arrange('destroy', spawned(world));
        await world.b.arrange('spawn', spawned(world));
        await world.a.arrange('destroy', spawned(world));
        await args.postMethod(args.context, args.instance, args.dest, args.blockMigration, args.migrateData);
      },
    },
  }),
  moveCase('liveMigration', 'oneCallback', shared, {
    when: 'the guest moved',
    async prove(world) {
      const guest = await world.movable();
      await world.call(world.moving(guest, await world.prepared(guest)));
      expect(world.calls).toEqual(['post']);
    },
    broken: {
      'calls twice': (real, world) => async (args, context) => {
        await real(args, context);
        world.calls.push('post');
      },
      'calls nobody': (real) => (args, context) => real({ ...args, postMethod: async () => {} }, context),
    },
  }),
  moveCase('liveMigration', 'oneCallback', shared, {
    when: 'the network was cut',
    async prove(world) {
      const guest = await world.movable();
      const data = await world.prepared(guest);
      const before = await world.a.facts(guest);
      await world.cut();
      await failureOf(world.call(world.moving(guest, data)));
      expect(world.calls).toEqual(['failed']);
      expect(await world.a.facts(guest)).toEqual(before);
    },
    broken: {
      'calls nobody': (real) => (args, context) => real({ ...args, recoverMethod: async () => {} }, context),
      'calls both': (real) => async (args, context) => {
        await args.postMethod(args.context, args.instance, args.dest, false, null);
        return await real(args, context);
      },
    },
  }),
  moveCase('liveMigration', 'oneCallback', shared, {
    when: 'a person aborted it',
    async prove(world) {
      const guest = await world.awakeMovable();
      const data = await world.prepared(guest);
      await world.slow(guest);
      const { run } = await world.a.facts(guest);
      await world.settle(async () => {
        const moving = world.call(world.moving(guest, data)).catch((error: unknown) => error);
        await underWay(world, guest);
        await world.pair.a.host.steerMigration!(guest.uuid, 'abort', world.effectContext(guest.uuid));
        // The one who aborts is answered when it is over.
        expect(await world.a.facts(guest)).toMatchObject({ power: 'on', run });
        await moving;
      });
      expect(world.calls).toEqual(['cancelled']);
      expect(await world.b.facts(guest)).toMatchObject(isGone);
    },
    broken: {
      'says that it failed': (real) => (args, context) =>
        real(
          {
            ...args,
            recoverMethod: (asked, instance, dest, data) => args.recoverMethod(asked, instance, dest, data, 'failed'),
          },
          context,
        ),
    },
  }),
  moveCase('liveMigration', 'repeat', shared, {
    async prove(world) {
      const guest = await world.awakeMovable();
      const data = await world.prepared(guest);
      const faster = await world.slow(guest);
      const mark = world.nextMark();
      await world.settle(async () => {
        const first = world.call(world.moving(guest, data), { mark });
        await underWay(world, guest);
        const second = world.call(world.moving(guest, data), { mark });
        // All at once: a second that is refused at once would be heard by nobody while the move is let go faster.
        await Promise.all([first, second, faster()]);
      });
      expect(world.calls).toEqual(['post', 'post']);
      await hasMoved(world, guest);
    },
    broken: {
      'takes the one under way for a failure': (real, world) => async (args, context) => {
        const query = { signal: context.permit.signal, deadlineMs: 10_000 };
        const { busy } = await world.pair.a.host.observe(args.instance.uuid, query);
        if (busy !== null) throw new SabotagedError('one is under way');
        return await real(args, context);
      },
    },
  }),
  moveCase('liveMigration', 'HOST_NAME_INVALID', shared, {
    async prove(world) {
      const guest = await world.movable();
      const args = world.moving(guest, null);
      await refused(world.call({ ...args, dest: 'a host, or not' }), 'HOST_NAME_INVALID');
      expect(world.calls).toEqual([]);
    },
    broken: { 'goes nowhere and says so': doesNothing },
  }),
];

const arrivals: ContractCase[] = [
  moveCase('postLiveMigrationAtDestination', 'persistent', arriving, {
    async prove(world) {
      const guest = await world.arrived();
      const mark = world.nextMark();
      await world.call(world.arriving(guest), { mark });
      expect(await world.b.facts(guest)).toMatchObject({ domain: 'defined', power: 'on', mark });
      await world.b.arrange('powerOff', guest.args);
      expect(await world.b.facts(guest)).toMatchObject({ domain: 'defined', power: 'off', mark });
    },
    broken: {
      'says so and does nothing': doesNothing,
      'lets it go on and no more':
        (_real, world) =>
        async ({ instance }) =>
          await world.pair.b.outside.resume(instance.uuid),
    },
  }),
  moveCase('postLiveMigrationAtDestination', 'persistent', arriving, {
    when: 'an instance that was paused before, which stays so',
    async prove(world) {
      const guest = await world.arrived();
      const instance = { ...guest.args.instance, vmState: 'paused' as const };
      const mark = world.nextMark();
      await world.call({ ...world.arriving(guest), instance }, { mark });
      expect(await world.b.facts(guest)).toMatchObject({ domain: 'defined', power: 'paused', mark });
    },
    broken: {
      'lets it go on': (real) => (args, context) =>
        real({ ...args, instance: { ...args.instance, vmState: 'active' } }, context),
    },
  }),
  moveCase('postLiveMigrationAtDestination', 'network', arriving, {
    async prove(world) {
      const guest = await world.arrived();
      await world.call(world.arriving(guest));
      expect(await world.settle(() => world.pair.b.isWired(guest.uuid))).toBe(true);
    },
    broken: {
      'cuts it off': (real, world) => async (args, context) => {
        await real(args, context);
        await world.pair.b.outside.destroy(args.instance.uuid);
      },
    },
  }),
  moveCase('postLiveMigrationAtDestination', 'neverHarms', arriving, {
    async prove(world) {
      const guest = await world.arrived();
      const { run } = await world.b.facts(guest);
      await world.call(world.arriving(guest));
      expect(await world.b.facts(guest)).toMatchObject({ power: 'on', run });
      const { boot } = await world.b.sign(guest);
      expect(boot).toBe(1);
    },
    broken: {
      'starts it anew': (real, world) => async (args, context) => {
        await world.pair.b.outside.destroy(args.instance.uuid);
        await world.pair.b.outside.start(args.instance.uuid);
        return await real(args, context);
      },
    },
  }),
  moveCase('postLiveMigrationAtDestination', 'repeat', arriving, {
    async prove(world) {
      const guest = await world.arrived();
      const mark = world.nextMark();
      await world.call(world.arriving(guest), { mark });
      const before = await world.b.facts(guest);
      await world.call(world.arriving(guest), { mark });
      expect(await world.b.facts(guest)).toEqual(before);
    },
    broken: {
      'fails when it is at home': (real, world) => async (args, context) => {
        if ((await world.pair.b.inspect(args.instance.uuid)).power === 'on') throw new SabotagedError('it is at home');
        return await real(args, context);
      },
    },
  }),
];

/** What the one guest of the case was spawned with. */
function spawned(world: Moving) {
  return world.onlyGuest().args;
}

export const liveMigrationCases: readonly ContractCase[] = [...liveMigrationCheckCases, ...moves, ...arrivals];
