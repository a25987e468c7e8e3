/** The checks before a live migration, and getting the destination ready. */
import { expect } from 'vitest';
import type { ContractCase } from '../contract-case.ts';
import { SabotagedError, doesNothing } from '../contract-case.ts';
import { refused } from '../expecting.ts';
import { moveCase } from '../move-world.ts';

const onB = { storage: 'shared', side: 'b' } as const;
const onA = { storage: 'shared', side: 'a' } as const;
const apartOnA = { storage: 'separate', side: 'a' } as const;
const apartOnB = { storage: 'separate', side: 'b' } as const;

const destination: ContractCase[] = [
  moveCase('checkCanLiveMigrateDestination', 'checks', onB, {
    when: 'a CPU that cannot run the guest',
    async prove(world) {
      const asking = await world.asking(await world.movable());
      const srcComputeInfo = world.pair.b.strangeCpu(asking.srcComputeInfo);
      await refused(world.call({ ...asking, srcComputeInfo }), 'MIGRATION_PRE_CHECK_ERROR');
    },
    broken: {
      'does not look at it': (real) => (args, context) =>
        real({ ...args, srcComputeInfo: { ...args.dstComputeInfo, host: 'other' } }, context),
    },
  }),
  moveCase('checkCanLiveMigrateDestination', 'checks', onB, {
    when: 'where the guest is reached, and how much room there is',
    async prove(world) {
      const data = await world.call(await world.asking(await world.movable()));
      expect(data.targetConnectAddr).toEqual(expect.any(String));
      expect(data.diskAvailableMb).toBeGreaterThan(0);
      await world.b.arrange('checkCanLiveMigrateDestinationCleanup', { context: world.context, destCheckData: data });
    },
    broken: {
      'tells no address': (real) => async (args, context) => ({
        ...(await real(args, context)),
        targetConnectAddr: null,
      }),
    },
  }),
  moveCase('checkCanLiveMigrateDestination', 'CPU_INFO_INVALID', onB, {
    async prove(world) {
      const asking = await world.asking(await world.movable());
      await refused(
        world.call({ ...asking, srcComputeInfo: { ...asking.srcComputeInfo, cpuInfo: {} } }),
        'CPU_INFO_INVALID',
      );
    },
    broken: {
      'takes any CPU': (real) => (args, context) =>
        real({ ...args, srcComputeInfo: { ...args.dstComputeInfo, host: 'other' } }, context),
    },
  }),
  moveCase('checkCanLiveMigrateDestination', 'UNABLE_TO_MIGRATE_TO_SELF', onB, {
    async prove(world) {
      const asking = await world.asking(await world.movable());
      await refused(world.call({ ...asking, srcComputeInfo: asking.dstComputeInfo }), 'UNABLE_TO_MIGRATE_TO_SELF');
    },
    broken: {
      'moves in circles': (real) => (args, context) =>
        real({ ...args, srcComputeInfo: { ...args.srcComputeInfo, host: 'other' } }, context),
    },
  }),
  moveCase('checkCanLiveMigrateDestination', 'changesNothing', onB, {
    async prove(world) {
      const guest = await world.movable();
      const before = [await world.a.facts(guest), await world.b.facts(guest)];
      const { filename, ...rest } = await world.call(await world.asking(guest));
      expect(await world.strays()).toEqual([filename]);
      expect([await world.a.facts(guest), await world.b.facts(guest)]).toEqual(before);
      const destCheckData = { filename, ...rest };
      await world.b.arrange('checkCanLiveMigrateDestinationCleanup', { context: world.context, destCheckData });
      expect(await world.strays()).toEqual([]);
    },
    broken: {
      'forgets a probe file': (real, world) => async (args, context) => {
        const destCheckData = await real(args, context);
        world.onceDone(async () => {
          await world.b.arrange('checkCanLiveMigrateDestinationCleanup', { context: args.context, destCheckData });
        });
        return await real(args, context);
      },
    },
  }),
  moveCase('checkCanLiveMigrateDestination', 'overCommit', onB, {
    async prove(world) {
      const asking = await world.asking(await world.movable());
      const dstComputeInfo = { ...asking.dstComputeInfo, freeDiskGb: 0.5, diskAvailableLeast: 0.25 };
      const room: (number | null)[] = [];
      for (const diskOverCommit of [true, false]) {
        const destCheckData = await world.call({ ...asking, dstComputeInfo, diskOverCommit });
        room.push(destCheckData.diskAvailableMb);
        await world.b.arrange('checkCanLiveMigrateDestinationCleanup', { context: asking.context, destCheckData });
      }
      expect(room).toEqual([512, 256]);
    },
    broken: { 'counts one way': (real) => (args, context) => real({ ...args, diskOverCommit: true }, context) },
  }),
  moveCase('checkCanLiveMigrateDestinationCleanup', 'probeGone', onB, {
    async prove(world) {
      const guest = await world.movable();
      const { context, destCheckData } = await world.answered(guest);
      expect(await world.strays()).toEqual([destCheckData.filename]);
      await world.call({ context, destCheckData });
      expect(await world.strays()).toEqual([]);
    },
    broken: { 'says so and does nothing': doesNothing },
  }),
  moveCase('checkCanLiveMigrateDestinationCleanup', 'repeat', onB, {
    async prove(world) {
      const { context, destCheckData } = await world.answered(await world.movable());
      for (let time = 0; time < 2; time += 1) await world.call({ context, destCheckData });
      expect(await world.strays()).toEqual([]);
    },
    broken: {
      'fails when it is gone': (real, world) => async (args, context) => {
        if ((await world.pair.b.strays()).length === 0) throw new SabotagedError('no such file');
        return await real(args, context);
      },
    },
  }),
];

const source: ContractCase[] = [
  moveCase('checkCanLiveMigrateSource', 'decides', onA, {
    when: 'storage that both hosts see',
    async prove(world) {
      const data = await world.call(await world.answered(await world.movable()));
      expect(data).toMatchObject({ isSharedInstancePath: true, isSharedBlockStorage: true, blockMigration: false });
    },
    broken: {
      'takes all storage for its own': (real) => async (args, context) => ({
        ...(await real(args, context)),
        isSharedInstancePath: false,
        blockMigration: true,
      }),
    },
  }),
  moveCase('checkCanLiveMigrateSource', 'decides', apartOnA, {
    when: 'disks on storage of its own',
    async prove(world) {
      const guest = await world.movable();
      const data = await world.call(await world.answered(guest));
      expect(data).toMatchObject({ isSharedInstancePath: false, isSharedBlockStorage: false, blockMigration: true });
      const { disks } = await world.a.facts(guest);
      expect(data.disks).toHaveLength(disks.length);
    },
    broken: {
      'takes all storage for shared': (real) => async (args, context) => ({
        ...(await real(args, context)),
        isSharedInstancePath: true,
        blockMigration: false,
      }),
    },
  }),
  moveCase('checkCanLiveMigrateSource', 'INVALID_LOCAL_STORAGE', onA, {
    async prove(world) {
      const asked = await world.answered(await world.movable(), { blockMigration: true });
      await refused(world.call(asked), 'INVALID_LOCAL_STORAGE');
    },
    broken: {
      'has them copied onto themselves':
        () =>
        async ({ destCheckData }) =>
          destCheckData,
    },
  }),
  moveCase('checkCanLiveMigrateSource', 'INVALID_SHARED_STORAGE', apartOnA, {
    async prove(world) {
      const asked = await world.answered(await world.movable(), { blockMigration: false });
      await refused(world.call(asked), 'INVALID_SHARED_STORAGE');
    },
    broken: {
      'lets it go without its disks':
        () =>
        async ({ destCheckData }) =>
          destCheckData,
    },
  }),
  moveCase('checkCanLiveMigrateSource', 'MIGRATION_PRE_CHECK_ERROR', apartOnA, {
    when: 'too little room at the destination',
    async prove(world) {
      const asked = await world.answered(await world.movable(), { diskAvailableMb: 0.001 });
      await refused(world.call(asked), 'MIGRATION_PRE_CHECK_ERROR');
    },
    broken: {
      'does not count': (real) => (args, context) =>
        real({ ...args, destCheckData: { ...args.destCheckData, diskAvailableMb: null } }, context),
    },
  }),
  moveCase('checkCanLiveMigrateSource', 'MIGRATION_PRE_CHECK_ERROR', onA, {
    when: 'a device that is of this host',
    async prove(world) {
      const guest = await world.movable();
      const asked = await world.answered(guest);
      expect(await world.call(asked)).toMatchObject({ blockMigration: false });
      await world.settle(() => world.pair.a.bind(guest.uuid));
      await refused(world.call(asked), 'MIGRATION_PRE_CHECK_ERROR');
    },
    broken: {
      'looks at disks alone':
        () =>
        async ({ destCheckData }) => ({ ...destCheckData, blockMigration: false }),
    },
  }),
  moveCase('checkCanLiveMigrateSource', 'changesNothing', onA, {
    async prove(world) {
      const guest = await world.movable();
      const asked = await world.answered(guest);
      const before = [await world.a.facts(guest), await world.b.facts(guest), await world.strays()];
      await world.call(asked);
      expect([await world.a.facts(guest), await world.b.facts(guest), await world.strays()]).toEqual(before);
    },
    broken: {
      'pauses the guest to look at it': (real, world) => async (args, context) => {
        await world.pair.a.outside.suspend(args.instance.uuid);
        return await real(args, context);
      },
    },
  }),
];

const preparing: ContractCase[] = [
  moveCase('preLiveMigration', 'ready', apartOnB, {
    async prove(world) {
      const guest = await world.movable();
      const data = await world.checked(guest);
      await world.call(world.preparing(guest, data));
      expect(await world.b.facts(guest)).toMatchObject({ domain: 'absent', disks: expect.arrayContaining(['config']) });
      await world.b.arrange('preBlockMigration', world.preparing(guest, data));
      await world.a.arrange('liveMigration', world.moving(guest, data));
      expect(world.calls).toEqual(['post']);
    },
    broken: {
      'says so and does nothing':
        () =>
        async ({ migrateData }) =>
          migrateData,
    },
  }),
  moveCase('preLiveMigration', 'ready', apartOnB, {
    when: 'an earlier run of this operation died',
    async prove(world) {
      const guest = await world.movable();
      const data = await world.checked(guest);
      const mark = world.nextMark();
      for (let run = 0; run < 2; run += 1) await world.call(world.preparing(guest, data), { mark });
      expect((await world.b.facts(guest)).disks).toContain('config');
    },
    broken: {
      'refuses what it made itself': (real, world) => async (args, context) => {
        if ((await world.pair.b.inspect(args.instance.uuid)).disks.length > 0) throw new SabotagedError('it is there');
        return await real(args, context);
      },
    },
  }),
  moveCase('preLiveMigration', 'ready', onB, {
    when: 'storage that both hosts see: the files are there, and stay as they are',
    async prove(world) {
      const guest = await world.movable();
      const data = await world.checked(guest);
      const before = await world.a.facts(guest);
      await world.call(world.preparing(guest, data));
      expect(await world.a.facts(guest)).toEqual(before);
      await world.a.arrange('liveMigration', world.moving(guest, data));
      expect(world.calls).toEqual(['post']);
    },
    broken: {
      'begins with an empty directory': (real, world) => async (args, context) => {
        await world.b.arrange('destroy', args);
        return await real(args, context).catch(() => args.migrateData);
      },
    },
  }),
  moveCase('preLiveMigration', 'sourceUntouched', apartOnB, {
    async prove(world) {
      const guest = await world.movable();
      const data = await world.checked(guest);
      const before = await world.a.facts(guest);
      await world.call(world.preparing(guest, data));
      expect(await world.a.facts(guest)).toEqual(before);
    },
    broken: {
      'pauses the guest': (real, world) => async (args, context) => {
        await world.pair.a.outside.suspend(args.instance.uuid);
        return await real(args, context);
      },
    },
  }),
  moveCase('preLiveMigration', 'repeat', apartOnB, {
    async prove(world) {
      const guest = await world.movable();
      const args = world.preparing(guest, await world.prepared(guest));
      const before = await world.b.facts(guest);
      await refused(world.call(args), 'DESTINATION_DISK_EXISTS');
      expect(await world.b.facts(guest)).toEqual(before);
      await world.b.arrange('destroy', guest.args);
      await world.call(args);
    },
    broken: {
      'makes room for itself': (real, world) => async (args, context) => {
        await world.b.arrange('destroy', args);
        return await real(args, context);
      },
    },
  }),
  moveCase('preBlockMigration', 'disksReady', apartOnB, {
    async prove(world) {
      const guest = await world.movable();
      const data = await world.checked(guest);
      await world.b.arrange('preLiveMigration', world.preparing(guest, data));
      await world.call(world.preparing(guest, data));
      const [there, here] = await world.settle(() =>
        Promise.all([world.pair.b.disks(guest.uuid), world.pair.a.disks(guest.uuid)]),
      );
      expect(there).toEqual(here);
    },
    broken: {
      'says so and does nothing': doesNothing,
      'leaves out what is beneath': (real) => (args, context) =>
        real({ ...args, diskInfo: args.diskInfo.map((disk) => ({ ...disk, backingFile: '' })) }, context),
    },
  }),
  moveCase('preBlockMigration', 'neverTruncates', apartOnB, {
    async prove(world) {
      const guest = await world.arrived();
      const before = await world.b.facts(guest);
      await world.call(world.preparing(guest, world.checkedBefore(guest)));
      expect(await world.b.facts(guest)).toEqual(before);
    },
    broken: {
      'begins with new disks': (real, world) => async (args, context) => {
        await world.b.arrange('destroy', { ...args, networkInfo: [], blockDeviceInfo: null });
        return await real(args, context).catch(() => undefined);
      },
    },
  }),
];

export const liveMigrationCheckCases: readonly ContractCase[] = [...destination, ...source, ...preparing];
