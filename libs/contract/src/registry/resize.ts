import { z } from 'zod';
import { flavor } from '../data/instance-spec.ts';
import { diskInfoList, migration } from '../data/nova/migration.ts';
import { group } from './entry.ts';
import {
  blockDeviceInfo,
  context,
  imageMeta,
  instance,
  networkInfo,
  nothing,
  powerOn,
  retryInterval,
  timeout,
} from './parameters.ts';

const move = migration.describe('The record of the move: hosts, sizes, status.');

/** A guest gets another size, or another host while it is off. */
export const resize = group('resize', {
  migrateDiskAndPowerOff: {
    name: 'migrate_disk_and_power_off',
    kind: 'command',
    params: z.strictObject({
      context,
      instance,
      dest: z.string().min(1).max(255).describe('Address of the destination host.'),
      flavor: flavor.describe('The new size.'),
      networkInfo,
      blockDeviceInfo,
      timeout,
      retryInterval,
    }),
    result: diskInfoList.describe('The local disks, for the destination.'),
    // @@migrate_disk_and_power_off
  },
  finishMigration: {
    name: 'finish_migration',
    kind: 'command',
    params: z.strictObject({
      context,
      migration: move,
      instance,
      diskInfo: diskInfoList.describe('What migrateDiskAndPowerOff returned.'),
      networkInfo,
      imageMeta,
      resizeInstance: z.boolean().describe('True = root, swap or ephemeral disks have another size in the new flavor.'),
      blockDeviceInfo,
      powerOn,
    }),
    result: nothing,
    // @@finish_migration
  },
  confirmMigration: {
    name: 'confirm_migration',
    kind: 'command',
    params: z.strictObject({ context, migration: move, instance, networkInfo }),
    result: nothing,
    // @@confirm_migration
  },
  finishRevertMigration: {
    name: 'finish_revert_migration',
    kind: 'command',
    params: z.strictObject({ context, instance, networkInfo, migration: move, blockDeviceInfo, powerOn }),
    result: nothing,
    // @@finish_revert_migration
  },
});
