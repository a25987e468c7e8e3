/** A guest gets another size, or another host while it is off: at each step what is there, and what is kept of before. */
import type { ArgsOf, Flavor, Migration } from '@chronovirt/contract';
import { expect } from 'vitest';
import { contractCase, doesNothing } from '../contract-case.ts';
import type { ContractCase } from '../contract-case.ts';
import { nothingLeft, refused, running, undisturbed } from '../expecting.ts';
import type { Guest, World } from '../world.ts';
import type { Subject } from '../subject.ts';

type Away = ArgsOf<'migrateDiskAndPowerOff'>;

const larger = (flavor: Flavor): Flavor => ({
  ...flavor,
  name: 'larger',
  vcpus: flavor.vcpus + 1,
  memoryMiB: flavor.memoryMiB + 32,
  rootGiB: Math.floor(flavor.rootGiB) + 1,
});

/** The record of a move; from a host to itself it is a resize in place. */
function moveOf({ args }: Guest, dest = 'here'): Migration {
  const { flavor, uuid } = args.instance;
  return {
    id: `${uuid}.1`,
    migrationType: 'resize',
    status: 'migrating',
    sourceCompute: 'here',
    sourceNode: 'here',
    destCompute: dest,
    destNode: dest,
    destHost: dest,
    oldFlavor: flavor,
    newFlavor: larger(flavor),
  };
}

/** Arguments of the move away, in place unless there is another host to go to. */
async function away<S extends Subject>(world: World<S>, guest: Guest, elsewhere = false): Promise<Away> {
  const { name, dest } = elsewhere ? await world.elsewhere() : { name: 'here', dest: await ownAddress(world) };
  const { context, instance, networkInfo, blockDeviceInfo } = guest.args;
  return {
    context,
    instance,
    networkInfo,
    blockDeviceInfo,
    dest,
    flavor: larger(instance.flavor),
    timeout: 0,
    retryInterval: 0,
    migration: moveOf(guest, name),
  };
}

const ownAddress = async <S extends Subject>(world: World<S>): Promise<string> =>
  await world.arrange('getHostIpAddr', {});

/** Arguments for the destination: the instance has its new size from here on. */
const finish = (guest: Guest, migration = moveOf(guest)): ArgsOf<'finishMigration'> => {
  const { context, instance, networkInfo, blockDeviceInfo, imageMeta } = guest.args;
  return {
    context,
    networkInfo,
    blockDeviceInfo,
    imageMeta,
    migration,
    instance: { ...instance, flavor: larger(instance.flavor) },
    diskInfo: [],
    resizeInstance: true,
    powerOn: true,
  };
};
const settle = (guest: Guest, migration = moveOf(guest)) => ({ ...guest.args, migration });

/** A guest whose files are set aside, and with copies in their place. */
async function setAside<S extends Subject>(world: World<S>, guest: Guest): Promise<void> {
  await world.arrange('migrateDiskAndPowerOff', await away(world, guest));
}

/** A guest that was resized in place and waits to be confirmed or turned back. */
async function resized<S extends Subject>(world: World<S>): Promise<Guest> {
  const guest = await world.guest();
  await setAside(world, guest);
  await world.arrange('finishMigration', finish(guest));
  return guest;
}

/** A guest that came up on the other host; its files of before are kept here. */
async function movedElsewhere<S extends Subject>(world: World<S>): Promise<Guest> {
  const guest = await world.guest();
  const args = await away(world, guest, true);
  await world.arrange('migrateDiskAndPowerOff', args);
  await world.arrangeElsewhere('finishMigration', finish(guest, moveOf(guest, (await world.elsewhere()).name)));
  return guest;
}

/** What a look at the files has to show of a guest that is off and whose files are kept. */
const offAndKept = { domain: 'defined', power: 'off', kept: expect.arrayContaining(['config', 'root']) };

const awayCases: readonly ContractCase[] = [
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

const finishCases: readonly ContractCase[] = [
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

/** Source, destination, and the two ends that a resize may come to. */
export const resizeCases: readonly ContractCase[] = [...awayCases, ...finishCases, ...confirmCases, ...revertCases];
