/** A guest leaves for another size or host: off, its files where they go, and what there was is kept. */
import { expect } from 'vitest';
import { contractCase, doesNothing } from '../contract-case.ts';
import type { ContractCase } from '../contract-case.ts';
import { refused, running, undisturbed } from '../expecting.ts';
import { away, finish, moveOf, offAndKept, ownAddress, setAside, settle } from './resized-guests.ts';

export const resizeAwayCases: readonly ContractCase[] = [
  contractCase('migrateDiskAndPowerOff', 'moved', {
    when: 'a resize in place',
    async prove(world) {
      const guest = await world.guest();
      await world.call(await away(world, guest));
      expect(await world.facts(guest)).toMatchObject({
        domain: 'defined',
        power: 'off',
        disks: expect.arrayContaining(['config', 'root']),
      });
    },
    broken: {
      'says so and does nothing': doesNothing,
      'leaves the guest on': (real, world) => async (args, context) => {
        const answer = await real(args, context);
        await world.arrange('powerOn', world.spawnedWith(args.instance.uuid));
        return answer;
      },
    },
  }),
  contractCase('migrateDiskAndPowerOff', 'moved', {
    when: 'a move to another host',
    async prove(world) {
      const guest = await world.guest();
      const told = await world.call(await away(world, guest, true));
      expect((await world.facts(guest)).power).toBe('off');
      expect((await world.factsElsewhere(guest)).disks).toEqual(expect.arrayContaining(['config', 'root']));
      expect(told.length).toBeGreaterThan(0);
    },
    broken: {
      'says so and does nothing': doesNothing,
      'sends nothing': (real, world) => async (args, context) =>
        real({ ...args, dest: await ownAddress(world), migration: null }, context),
    },
  }),
  contractCase('migrateDiskAndPowerOff', 'sourceKept', {
    when: 'a resize in place',
    async prove(world) {
      const guest = await world.guest();
      const { rootGiB } = await world.facts(guest);
      await world.call(await away(world, guest));
      await world.arrange('finishMigration', finish(guest));
      expect((await world.facts(guest)).kept).toEqual(expect.arrayContaining(['config', 'root']));
      await world.arrange('finishRevertMigration', { ...settle(guest), powerOn: false });
      expect((await world.facts(guest)).rootGiB).toBe(rootGiB);
    },
    broken: {
      'keeps nothing': (real, world) => async (args, context) => {
        const answer = await real(args, context);
        await world.arrange('confirmMigration', {
          ...world.spawnedWith(args.instance.uuid),
          migration: args.migration!,
        });
        return answer;
      },
    },
  }),
  contractCase('migrateDiskAndPowerOff', 'sourceKept', {
    when: 'a move to another host',
    async prove(world) {
      const guest = await world.guest();
      await world.call(await away(world, guest, true));
      expect(await world.facts(guest)).toMatchObject({ ...offAndKept, disks: [] });
    },
    broken: {
      'keeps nothing': (real, world) => async (args, context) => {
        const answer = await real(args, context);
        await world.arrange('destroy', world.spawnedWith(args.instance.uuid));
        return answer;
      },
    },
  }),
  contractCase('migrateDiskAndPowerOff', 'refusesShrink', {
    async prove(world) {
      const guest = await world.guest();
      // So large a disk is made sure of first, whatever the host's guests begin with.
      await setAside(world, guest);
      await world.arrange('finishMigration', finish(guest));
      await world.arrange('confirmMigration', settle(guest));
      const before = await running(world, guest);
      const now = finish(guest).instance;
      const smaller = { ...now.flavor, rootGiB: now.flavor.rootGiB / 2 };
      await refused(world.call({ ...(await away(world, guest)), instance: now, flavor: smaller }), 'RESIZE_ERROR');
      await undisturbed(world, guest, before);
      expect((await world.facts(guest)).kept).toEqual([]);
    },
    broken: {
      'takes any size': (real) => (args, context) => real({ ...args, flavor: args.instance.flavor }, context),
      'stops the guest first': (real, world) => async (args, context) => {
        await world.host.outside.destroy(args.instance.uuid);
        return real(args, context);
      },
    },
  }),
  contractCase('migrateDiskAndPowerOff', 'repeat', {
    async prove(world) {
      const guest = await world.guest();
      const mark = world.nextMark();
      const args = await away(world, guest);
      await world.call(args, { mark });
      const once = await world.facts(guest);
      await world.call(args, { mark });
      expect(await world.facts(guest)).toEqual(once);
      expect(once).toMatchObject(offAndKept);
    },
    broken: {
      'lets go of what is kept the second time': (real, world) => async (args, context) => {
        const { kept } = await world.host.inspect(args.instance.uuid);
        if (kept.length === 0) return real(args, context);
        await world.arrange('confirmMigration', {
          ...world.spawnedWith(args.instance.uuid),
          migration: args.migration!,
        });
        return [];
      },
    },
  }),
  contractCase('migrateDiskAndPowerOff', 'RESIZE_ERROR', {
    when: 'a destination that nobody answers for',
    async prove(world) {
      const guest = await world.guest();
      const before = await running(world, guest);
      const nowhere = { ...(await away(world, guest)), dest: '127.0.0.2:9', migration: moveOf(guest, 'nowhere') };
      await refused(world.call(nowhere), 'RESIZE_ERROR');
      await undisturbed(world, guest, before);
    },
    broken: { 'says that it did': doesNothing },
  }),
  contractCase('migrateDiskAndPowerOff', 'MIGRATION_PRE_CHECK_ERROR', {
    async prove(world) {
      const guest = await world.guest();
      const before = await running(world, guest);
      const lvm = {
        driverVolumeType: 'lvm' as const,
        serial: 'v1',
        data: { devicePath: '/dev/nowhere/v1', accessMode: 'rw' as const },
      };
      const volume = { connectionInfo: lvm, mountDevice: '/dev/vdc', deleteOnTermination: false };
      const devices = { rootDeviceName: null, swap: null, ephemerals: [], blockDeviceMapping: [volume] };
      await refused(
        world.call({ ...(await away(world, guest)), blockDeviceInfo: devices as never }, { unchecked: true }),
        'MIGRATION_PRE_CHECK_ERROR',
      );
      await undisturbed(world, guest, before);
    },
    broken: { 'says that it did': doesNothing },
  }),
  contractCase('migrateDiskAndPowerOff', 'COMMAND_FAILED', {
    async prove(world) {
      const guest = await world.guest();
      const args = await away(world, guest, true);
      world.onceOver((await world.elsewhere()).breakOff());
      await refused(world.call(args), 'COMMAND_FAILED');
      expect(await world.facts(guest)).toMatchObject({
        domain: 'defined',
        power: 'off',
        disks: expect.arrayContaining(['config', 'root']),
        kept: [],
      });
      await world.arrange('powerOn', guest.args);
      await running(world, guest);
    },
    broken: {
      'says that it did': doesNothing,
      'leaves the files aside': (real, world) => async (args, context) => {
        try {
          return await real(args, context);
        } catch (error) {
          await world.arrange('migrateDiskAndPowerOff', {
            ...args,
            dest: await ownAddress(world),
            migration: null,
          });
          throw error;
        }
      },
    },
  }),
];
