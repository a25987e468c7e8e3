/** A guest arrives at its new size. */
import { expect } from 'vitest';
import { contractCase, doesNothing } from '../contract-case.ts';
import type { ContractCase } from '../contract-case.ts';
import { refused, running, undisturbed } from '../expecting.ts';
import { finish, larger, setAside } from './resized-guests.ts';

export const resizeFinishCases: readonly ContractCase[] = [
  contractCase('finishMigration', 'newSize', {
    when: 'a guest that ran',
    async prove(world) {
      const guest = await world.guest();
      const { vcpus, memoryMiB } = larger(guest.args.instance.flavor);
      await setAside(world, guest);
      const mark = world.nextMark();
      await world.call(finish(guest), { mark });
      expect(await running(world, guest)).toMatchObject({ vcpus, memoryMiB, mark });
    },
    broken: {
      'says so and does nothing': doesNothing,
      'keeps the old size': (real, world) => (args, context) =>
        real({ ...args, instance: world.spawnedWith(args.instance.uuid).instance }, context),
    },
  }),
  contractCase('finishMigration', 'newSize', {
    when: 'a guest that was off',
    async prove(world) {
      const guest = await world.guest();
      await world.arrange('powerOff', { ...guest.args, timeout: 0, retryInterval: 0 });
      const { vcpus, memoryMiB } = larger(guest.args.instance.flavor);
      await setAside(world, guest);
      await world.call({ ...finish(guest), powerOn: false });
      expect(await world.facts(guest)).toMatchObject({ domain: 'defined', power: 'off', vcpus, memoryMiB });
    },
    broken: {
      'says so and does nothing': doesNothing,
      'starts it': (real) => (args, context) => real({ ...args, powerOn: true }, context),
    },
  }),
  contractCase('finishMigration', 'disksGrown', {
    async prove(world) {
      const guest = await world.guest();
      await setAside(world, guest);
      await world.call(finish(guest));
      expect((await world.facts(guest)).rootGiB).toBe(larger(guest.args.instance.flavor).rootGiB);
    },
    broken: {
      'says so and does nothing': doesNothing,
      'leaves the disks as they are': (real) => (args, context) => real({ ...args, resizeInstance: false }, context),
    },
  }),
  contractCase('finishMigration', 'repeat', {
    async prove(world) {
      const guest = await world.guest();
      await setAside(world, guest);
      const mark = world.nextMark();
      await world.call(finish(guest), { mark });
      const before = await running(world, guest);
      await world.call(finish(guest), { mark });
      await undisturbed(world, guest, before);
    },
    broken: {
      'starts it each time': (real) => async (args, context) => {
        await real(args, { ...context, mark: { epoch: 0, op: 0 } });
        return real(args, context);
      },
    },
  }),
  contractCase('finishMigration', 'DISK_NOT_FOUND', {
    async prove(world) {
      const args = await world.newInstance();
      await refused(world.call(finish({ uuid: args.instance.uuid, args })), 'DISK_NOT_FOUND');
    },
    broken: { 'says that it did': doesNothing },
  }),
];
