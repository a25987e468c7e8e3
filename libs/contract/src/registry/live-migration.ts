import { z } from 'zod';
import type { Instance } from '../data/nova/instance.ts';
import { computeNode } from '../data/nova/host-resources.ts';
import { diskInfoList, liveMigrateData } from '../data/nova/migration.ts';
import type { LiveMigrateData } from '../data/nova/migration.ts';
import type { RequestContext } from '../data/nova/request-context.ts';
import { group } from './entry.ts';
import { blockDeviceInfo, callback, context, instance, networkInfo, nothing } from './parameters.ts';

const destCheckData = liveMigrateData.describe('What checkCanLiveMigrateDestination returned.');
const migrateData = liveMigrateData
  .nullable()
  .default(null)
  .describe('What the hosts found out in the steps before; null = nothing.');
const diskInfo = diskInfoList.describe("The source's local disks.");

/** Called after success. */
export type PostMethod = (
  context: RequestContext,
  instance: Instance,
  dest: string,
  blockMigration: boolean,
  migrateData: LiveMigrateData | null,
) => Promise<void>;

/** Called when the move did not take place; `status` says whether it failed or was cancelled. */
export type RecoverMethod = (
  context: RequestContext,
  instance: Instance,
  dest: string,
  migrateData: LiveMigrateData | null,
  status: 'failed' | 'cancelled',
) => Promise<void>;

/** A running guest moves to another host. */
export const liveMigration = group('live-migration', {
  checkCanLiveMigrateDestination: {
    name: 'check_can_live_migrate_destination',
    kind: 'query',
    params: z.strictObject({
      context,
      instance,
      srcComputeInfo: computeNode.describe('The sending host.'),
      dstComputeInfo: computeNode.describe('The receiving host.'),
      blockMigration: z
        .boolean()
        .nullable()
        .default(false)
        .describe('True = local disks are to be copied; null = the hosts decide.'),
      diskOverCommit: z
        .boolean()
        .default(false)
        .describe('True = disks count with what they take, false = with their full size.'),
    }),
    result: liveMigrateData.describe('Facts of the destination, for the check on the source and all later steps.'),
    // @@check_can_live_migrate_destination
  },
  checkCanLiveMigrateDestinationCleanup: {
    name: 'check_can_live_migrate_destination_cleanup',
    kind: 'hostCommand',
    params: z.strictObject({ context, destCheckData }),
    result: nothing,
    // @@check_can_live_migrate_destination_cleanup
  },
  checkCanLiveMigrateSource: {
    name: 'check_can_live_migrate_source',
    kind: 'query',
    params: z.strictObject({ context, instance, destCheckData, blockDeviceInfo }),
    result: liveMigrateData.describe('The same facts, completed by the source.'),
    // @@check_can_live_migrate_source
  },
  preLiveMigration: {
    name: 'pre_live_migration',
    kind: 'command',
    params: z.strictObject({
      context,
      instance,
      blockDeviceInfo,
      networkInfo,
      diskInfo: diskInfo.nullable().describe("The source's local disks; null = none has to be made here."),
      migrateData,
    }),
    result: liveMigrateData.describe('The facts, completed with what the destination prepared.'),
    // @@pre_live_migration
  },
  preBlockMigration: {
    name: 'pre_block_migration',
    kind: 'command',
    params: z.strictObject({ context, instance, diskInfo }),
    result: nothing,
    // @@pre_block_migration
  },
  liveMigration: {
    name: 'live_migration',
    kind: 'command',
    params: z.strictObject({
      context,
      instance,
      dest: z.string().min(1).max(255).describe('Destination host.'),
      postMethod: callback<PostMethod>('Called after success.'),
      recoverMethod: callback<RecoverMethod>('Called when the guest did not move.'),
      blockMigration: z.boolean().default(false).describe('True = local disks are copied along.'),
      migrateData,
    }),
    result: nothing,
    // @@live_migration
  },
  postLiveMigrationAtDestination: {
    name: 'post_live_migration_at_destination',
    kind: 'command',
    params: z.strictObject({
      context,
      instance,
      networkInfo,
      blockMigration: z.boolean().default(false).describe('True = local disks were copied along.'),
      blockDeviceInfo,
    }),
    result: nothing,
    // @@post_live_migration_at_destination
  },
});
