/** The two ends that a resize may come to: what was kept goes, or comes back. */
import { expect } from 'vitest';
import { contractCase, doesNothing } from '../contract-case.ts';
import type { ContractCase } from '../contract-case.ts';
import { nothingLeft, refused, running, undisturbed } from '../expecting.ts';
import { finish, larger, movedElsewhere, moveOf, resized, setAside, settle } from './resized-guests.ts';

const confirmCases: readonly ContractCase[] = [
  contractCase('confirmMigration', 'sourceGone', {
    when: 'a resize in place',
    async prove(world) {
      const guest = await resized(world);
      await world.call(settle(guest));
      expect(await world.facts(guest)).toMatchObject({ kept: [], disks: expect.arrayContaining(['config', 'root']) });
    },
    broken: { 'says so and does nothing': doesNothing },
  }),
  contractCase('confirmMigration', 'sourceGone', {
    when: 'a move to another host',
    async prove(world) {
      const guest = await movedElsewhere(world);
      await world.call(settle(guest, moveOf(guest, (await world.elsewhere()).name)));
      await nothingLeft(world, guest);
    },
    broken: {
      'says so and does nothing': doesNothing,
      'leaves the domain': (real) => (args, context) =>
        real({ ...args, migration: { ...args.migration, destCompute: args.migration.sourceCompute } }, context),
    },
  }),
  contractCase('confirmMigration', 'guestUntouched', {
    when: 'a resize in place',
    async prove(world) {
      const guest = await resized(world);
      const before = await running(world, guest);
      await world.call(settle(guest));
      await undisturbed(world, guest, before);
    },
    broken: {
      'takes the guest for the old one': (real) => (args, context) =>
        real({ ...args, migration: { ...args.migration, destCompute: 'elsewhere' } }, context),
    },
  }),
  contractCase('confirmMigration', 'guestUntouched', {
    when: 'a move to another host',
    async prove(world) {
      const guest = await movedElsewhere(world);
      const { run, power } = await world.factsElsewhere(guest);
      await world.call(settle(guest, moveOf(guest, (await world.elsewhere()).name)));
      expect(await world.factsElsewhere(guest)).toMatchObject({ run, power: 'on' });
      expect(power).toBe('on');
    },
    broken: {
      'ends the guest': (real, world) => async (args, context) => {
        await real(args, context);
        await world.arrangeElsewhere('destroy', world.spawnedWith(args.instance.uuid));
      },
    },
  }),
  contractCase('confirmMigration', 'repeat', {
    async prove(world) {
      const guest = await resized(world);
      await world.call(settle(guest));
      await world.call(settle(guest));
      expect((await world.facts(guest)).kept).toEqual([]);
    },
    broken: { 'says so and does nothing': doesNothing },
  }),
];

const revertCases: readonly ContractCase[] = [
  contractCase('finishRevertMigration', 'oldSize', {
    when: 'a resize in place',
    async prove(world) {
      const guest = await world.guest();
      const { vcpus, memoryMiB, rootGiB } = await world.facts(guest);
      await setAside(world, guest);
      await world.arrange('finishMigration', finish(guest));
      await world.call({ ...settle(guest), powerOn: true });
      expect(await running(world, guest)).toMatchObject({ vcpus, memoryMiB, rootGiB, kept: [] });
    },
    broken: {
      'says so and does nothing': doesNothing,
      'keeps the new size': (real) => (args, context) =>
        real({ ...args, instance: { ...args.instance, flavor: larger(args.instance.flavor) } }, context),
    },
  }),
  contractCase('finishRevertMigration', 'oldSize', {
    when: 'a guest that was off',
    async prove(world) {
      const guest = await world.guest();
      const { vcpus, memoryMiB, rootGiB } = await world.facts(guest);
      await world.arrange('powerOff', { ...guest.args, timeout: 0, retryInterval: 0 });
      await setAside(world, guest);
      await world.arrange('finishMigration', { ...finish(guest), powerOn: false });
      await world.call({ ...settle(guest), powerOn: false });
      expect(await world.facts(guest)).toMatchObject({ power: 'off', vcpus, memoryMiB, rootGiB, kept: [] });
    },
    broken: {
      'says so and does nothing': doesNothing,
      'starts it': (real) => (args, context) => real({ ...args, powerOn: true }, context),
    },
  }),
  contractCase('finishRevertMigration', 'oldSize', {
    when: 'a move to another host',
    async prove(world) {
      const guest = await movedElsewhere(world);
      await world.arrangeElsewhere('destroy', guest.args);
      const migration = moveOf(guest, (await world.elsewhere()).name);
      await world.call({ ...settle(guest, migration), powerOn: true });
      const { vcpus, memoryMiB } = guest.args.instance.flavor;
      expect(await running(world, guest)).toMatchObject({ vcpus, memoryMiB, kept: [] });
      expect((await world.factsElsewhere(guest)).everything).toEqual([]);
    },
    broken: { 'says so and does nothing': doesNothing },
  }),
  contractCase('finishRevertMigration', 'content', {
    async prove(world) {
      const guest = await world.guest();
      const { boot } = await world.sign(guest);
      await setAside(world, guest);
      await world.arrange('finishMigration', finish(guest));
      expect((await world.sign(guest)).boot).toBe(boot + 1);
      await world.call({ ...settle(guest), powerOn: true });
      // The boot of the resized guest was written to the copy: the disk of before knows nothing of it.
      expect((await world.sign(guest)).boot).toBe(boot + 1);
    },
    broken: {
      'goes on with the disks of after': (real, world) => async (args, context) => {
        await world.arrange('confirmMigration', {
          ...world.spawnedWith(args.instance.uuid),
          migration: args.migration,
        });
        await world.host.outside.destroy(args.instance.uuid);
        return real(args, context);
      },
    },
  }),
  contractCase('finishRevertMigration', 'repeat', {
    when: 'files that are back already',
    async prove(world) {
      const guest = await resized(world);
      const mark = world.nextMark();
      await world.call({ ...settle(guest), powerOn: true }, { mark });
      const before = await running(world, guest);
      await world.call({ ...settle(guest), powerOn: true }, { mark });
      await undisturbed(world, guest, before);
    },
    broken: {
      'starts it each time': (real, world) => async (args, context) => {
        await real(args, context);
        await world.arrange(
          'reboot',
          { ...world.spawnedWith(args.instance.uuid), rebootType: 'HARD' },
          { mark: context.mark },
        );
        await world.host.outside.destroy(args.instance.uuid);
        return real(args, context);
      },
    },
  }),
  contractCase('finishRevertMigration', 'repeat', {
    when: 'files that were never set aside',
    async prove(world) {
      const guest = await world.guest();
      const before = await running(world, guest);
      await world.call({ ...settle(guest), powerOn: true });
      await undisturbed(world, guest, before);
    },
    broken: {
      'starts it all the same': (real, world) => async (args, context) => {
        await world.host.outside.destroy(args.instance.uuid);
        return real(args, context);
      },
    },
  }),
  contractCase('finishRevertMigration', 'INSTANCE_NOT_FOUND', {
    async prove(world) {
      const args = await world.newInstance();
      await refused(world.call({ ...settle({ uuid: args.instance.uuid, args }), powerOn: true }), 'INSTANCE_NOT_FOUND');
    },
    broken: { 'says that it did': doesNothing },
  }),
];

export const resizeSettleCases: readonly ContractCase[] = [...confirmCases, ...revertCases];
