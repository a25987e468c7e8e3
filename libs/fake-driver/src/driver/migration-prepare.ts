/** The destination gets ready for a guest that still runs elsewhere, and becomes its home when it has come. */
import {
  InstanceNotFoundError,
  type ArgsOf,
  type DiskInfoList,
  type EffectContext,
  type LiveMigrateData,
} from '@chronovirt/contract';
import type { HostConnection } from '../world/connection.ts';
import { Effect, type Step } from './effect.ts';
import { failure } from './failure.ts';
import { roleOf } from './migration-checks.ts';
import { tapOf } from './names.ts';
import { hasFile, isOf, type Seen } from './seen.ts';
import { Steps } from './steps.ts';

const CONFIG = 'config';

/** Directory, images beneath, config drive, wires. On storage that both hosts see the files are there already. */
export async function preLiveMigration(
  connection: HostConnection,
  args: ArgsOf<'preLiveMigration'>,
  context: EffectContext,
): Promise<LiveMigrateData> {
  const { networkInfo, migrateData, diskInfo } = args;
  if (migrateData === null) throw failure('MIGRATION_ERROR', 'migrateData: what the checks found out is missing');
  const unusable = networkInfo.find(({ type }) => type === 'unbound' || type === 'binding_failed');
  if (unusable !== undefined)
    throw failure('COMMAND_FAILED', `port ${unusable.id} is ${unusable.type}: it cannot be wired here`);
  const shared = migrateData.isSharedInstancePath === true;
  const disks = diskInfo ?? migrateData.disks ?? [];
  const steps = new Steps(new Effect(connection, context, args.instance.uuid));
  const drive = await configDrive(connection, args, shared);
  await steps.effect.reach((seen) => {
    if (seen.domain !== null) return null;
    const files = shared ? nextOnShared(seen) : nextOfFiles(seen, disks, drive, steps);
    return files ?? steps.missingTap(seen, networkInfo.map(tapOf));
  });
  return migrateData;
}

function nextOnShared(seen: Seen): null {
  if (seen.directory === null)
    throw failure(
      'MIGRATION_ERROR',
      `no directory of instance ${seen.instance} is here, though storage is said to be shared`,
    );
  return null;
}

/** A directory that another operation made is not touched. */
function nextOfFiles(seen: Seen, disks: DiskInfoList, drive: string | null, steps: Steps): Step | null {
  const { mark } = steps.effect.context;
  const { directory } = seen;
  if (directory === null) return steps.makeDirectory();
  const { madeBy } = directory;
  if (madeBy === null || madeBy.epoch !== mark.epoch || madeBy.op !== mark.op)
    throw failure(
      'DESTINATION_DISK_EXISTS',
      `a directory of instance ${seen.instance} is here already; it was left alone`,
    );
  const stale = steps.staleFile(seen);
  if (stale !== null) return stale;
  for (const { backingFile } of disks) {
    const image = backingFile === '' ? null : steps.baseImage(seen, backingFile);
    if (image !== null) return image;
  }
  return drive === null ? null : steps.file(seen, 'writeConfigDrive', CONFIG, drive);
}

/** No copy carries what the guest may only read: it is asked for at the source. */
async function configDrive(
  connection: HostConnection,
  { instance, migrateData, diskInfo }: ArgsOf<'preLiveMigration'>,
  shared: boolean,
): Promise<string | null> {
  const from = migrateData?.sourceConnectAddr ?? null;
  const has = (diskInfo ?? migrateData?.disks ?? []).some((disk) => roleOf(disk) === CONFIG);
  if (shared || !has || from === null) return null;
  try {
    return await connection.moves.readFrom(from, instance.uuid, CONFIG);
  } catch (error) {
    throw failure('MIGRATION_ERROR', 'the config drive could not be had from the source', error);
  }
}

/** Disks to copy into. One that is there stays as it is: it may be receiving data. */
export async function preBlockMigration(
  connection: HostConnection,
  { instance, diskInfo }: ArgsOf<'preBlockMigration'>,
  context: EffectContext,
): Promise<void> {
  const steps = new Steps(new Effect(connection, context, instance.uuid));
  const { mark } = context;
  await steps.effect.reach((seen) => {
    if (seen.domain !== null) return null;
    const { directory } = seen;
    if (directory === null) return steps.makeDirectory();
    const { madeBy } = directory;
    if (madeBy === null || madeBy.epoch !== mark.epoch || madeBy.op > mark.op)
      throw failure(
        'DESTINATION_DISK_EXISTS',
        `a directory of instance ${instance.uuid} is here already; it was left alone`,
      );
    const stale = steps.staleFile(seen);
    if (stale !== null) return stale;
    const missing = diskInfo.find((disk) => roleOf(disk) !== CONFIG && !hasFile(seen, roleOf(disk)));
    if (missing === undefined) return null;
    const image = missing.backingFile === '' ? null : steps.baseImage(seen, missing.backingFile);
    const content = missing.backingFile === '' ? 'blank' : `overlay of ${missing.backingFile}`;
    return image ?? steps.file(seen, 'createDisk', roleOf(missing), content);
  });
}

/**
 * The guest that came is at home here: stored for good, under this operation's mark. One that landed paused goes on, unless the
 * instance was paused before. It is never started, and never ended.
 */
export async function postLiveMigrationAtDestination(
  connection: HostConnection,
  { instance, networkInfo }: ArgsOf<'postLiveMigrationAtDestination'>,
  context: EffectContext,
): Promise<void> {
  const steps = new Steps(new Effect(connection, context, instance.uuid));
  await steps.effect.reach((seen) => {
    if (seen.domain === null) throw new InstanceNotFoundError(instance.uuid);
    if (seen.busy !== null) return steps.barrier();
    const kept = steps.keepDefinition(seen) ?? steps.missingTap(seen, networkInfo.map(tapOf));
    if (kept !== null) return kept;
    if (seen.live === null) throw failure('CALL_FAILED', 'the guest that came does not run any more');
    if (!isOf(context.mark, seen.live) || !isOf(context.mark, seen.stored)) return steps.setMark();
    return seen.domain.state === 'paused' && instance.vmState !== 'paused' ? steps.resume() : null;
  });
}
