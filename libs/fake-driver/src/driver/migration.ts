/**
 * A running guest goes to another host. The daemons carry it; this orders it once, waits for its end and says nothing of where the
 * guest is: that is for looks at both hosts. The operation notes itself in the guest's live metadata before it orders, so that whoever
 * runs it again joins what is under way, or finds it ended, and never orders a second move.
 */
import {
  ChronovirtError,
  HypervisorUnavailableError,
  POST_COPY_FAILED,
  PermitRevokedError,
  type ArgsOf,
  type DriverError,
  type EffectContext,
  type InstanceUuid,
  type MigrationProgress,
  type MigrationSteering,
} from '@chronovirt/contract';
import { CallError } from '../world/call-error.ts';
import type { HostConnection } from '../world/connection.ts';
import { sameMark, type DomainDefinition } from '../world/definition.ts';
import type { MoveView } from '../world/domain.ts';
import type { Steering } from '../world/migration-job.ts';
import { passBarrier } from './barrier.ts';
import { Effect, type Step } from './effect.ts';
import { failure, translated } from './failure.ts';
import { roleOf } from './migration-checks.ts';
import type { Seen } from './seen.ts';
import { Steps } from './steps.ts';

/** How live migrations are carried out. */
export interface LiveMigrationOptions {
  /** A guest that writes much is slowed down until it can be followed. */
  readonly autoConverge: boolean;
  /** Migrations may be switched to post-copy. */
  readonly postCopy: boolean;
  /** What `forceComplete` does. */
  readonly forceComplete: 'pause' | 'postCopy';
  /**
   * Who lets the guest go on where it arrives. `paused`: `postLiveMigrationAtDestination`, when the instance is the destination's.
   * `running`: the daemons by themselves; should the network fail at that very moment, the source lets its own go on too.
   */
  readonly landing: 'paused' | 'running';
  /** What the daemons of all hosts are said to have against a guest that runs twice. */
  readonly lockManager: 'none' | 'lockd' | 'sanlock';
}

export const liveMigrationDefaults: LiveMigrationOptions = {
  autoConverge: false,
  postCopy: false,
  forceComplete: 'pause',
  landing: 'paused',
  lockManager: 'none',
};

/** Throws for wishes that do not go together. */
export function checkedOptions(options: LiveMigrationOptions): LiveMigrationOptions {
  if (options.postCopy && options.landing === 'paused')
    throw failure(
      'CONFIGURATION_INVALID',
      'liveMigration.postCopy: needs landing "running", since the guest runs there first',
    );
  if (options.landing === 'running' && options.lockManager === 'none')
    throw failure(
      'CONFIGURATION_INVALID',
      'liveMigration.landing: "running" can leave two copies of a guest running; say in liveMigration.lockManager what prevents it',
    );
  if (options.forceComplete === 'postCopy' && !options.postCopy)
    throw failure('CONFIGURATION_INVALID', 'liveMigration.forceComplete: "postCopy" needs postCopy to be allowed');
  return options;
}

/** Ends when the move has, whoever began it. */
export async function liveMigration(
  connection: HostConnection,
  args: ArgsOf<'liveMigration'>,
  options: LiveMigrationOptions,
  context: EffectContext,
): Promise<void> {
  const { instance, dest, blockMigration, migrateData } = args;
  if (!/^[a-z0-9]([a-z0-9._-]*[a-z0-9])?$/i.test(dest))
    throw failure('HOST_NAME_INVALID', `dest: expected a host name, got ${JSON.stringify(dest)}`);
  let refusal: unknown;
  try {
    const seen = await carry(connection, args, options, context, (error) => (refusal = error));
    if (seen.domain === null || hasLeft(seen))
      return await args.postMethod(args.context, instance, dest, blockMigration, migrateData);
  } catch (error) {
    // Not the end of the move: it goes on, or has not begun. Whoever runs this again finds out.
    if (!isEnd(error)) throw error;
    refusal = error;
  }
  const cancelled = refusal instanceof ChronovirtError && wasAborted(refusal);
  await args.recoverMethod(args.context, instance, dest, migrateData, cancelled ? 'cancelled' : 'failed');
  throw refusal ?? failure('MIGRATION_ERROR', 'the guest did not move');
}

const isEnd = (error: unknown): boolean =>
  !(error instanceof PermitRevokedError) && !(error instanceof HypervisorUnavailableError);

const wasAborted = ({ cause }: ChronovirtError): boolean =>
  cause instanceof CallError && cause.code === 'OPERATION_ABORTED';

/** Orders the move unless this operation has, and waits until nothing is under way any more. */
function carry(
  connection: HostConnection,
  { instance, dest, blockMigration, migrateData }: ArgsOf<'liveMigration'>,
  options: LiveMigrationOptions,
  context: EffectContext,
  refused: (error: DriverError) => void,
): Promise<Seen> {
  const steps = new Steps(new Effect(connection, context, instance.uuid));
  let noted = false;
  let ordered = false;
  const order = (seen: Seen, live: DomainDefinition): Step => ({
    what: 'migrate',
    take: async () => {
      ordered = true;
      const disks = blockMigration ? (migrateData?.disks ?? []).map(roleOf).filter((role) => role !== 'config') : [];
      const request = {
        to: migrateData?.targetConnectAddr ?? dest,
        live,
        stored: seen.stored ?? live,
        copyDisks: disks,
        autoConverge: options.autoConverge,
        postCopy: options.postCopy && seen.domain?.state === 'running',
        landPaused: options.landing === 'paused',
      };
      await connection.moves.migrate(instance.uuid, request).catch((error: unknown) => {
        if (!(error instanceof CallError) || error.code === 'CONNECTION_LOST') throw error;
        refused(translated(error, instance.uuid, 'migrate') as DriverError);
      });
    },
  });
  return steps.effect.reach((seen) => {
    const { domain, live, busy } = seen;
    if (domain === null || hasLeft(seen)) return null;
    // Half of it is on each side: this is no end, and no barrier is taken, behind which a recovery would queue.
    if (busy === POST_COPY_FAILED || (ordered && busy !== null)) return steps.effect.waitForChange(TORN_LOOK_MS);
    if (ordered) return null;
    if (busy !== null) return steps.barrier();
    if (live === null)
      throw failure('HYPERVISOR_ERROR', `the guest does not run: it is ${domain.state} (${domain.reason})`);
    const ours = sameMark(domain.movedBy, context.mark);
    // Noted by an earlier run: what it ordered has ended, and the guest is still here.
    if (ours && !noted) return null;
    if (ours) return order(seen, live);
    noted = true;
    return steps.noteMove();
  });
}

/** All of it has come over, unattended: the definition stays behind. */
const hasLeft = ({ domain }: Seen): boolean => domain?.state === 'off' && domain.reason === 'migrated';

const TORN_LOOK_MS = 1_000;

/** Brings over the rest of a guest whose post-copy broke off; returns when that has begun. */
export async function recoverMigration(
  connection: HostConnection,
  instance: InstanceUuid,
  to: string,
  context: EffectContext,
): Promise<void> {
  context.permit.check();
  try {
    await connection.moves.recoverMigration(instance, to);
  } catch (error) {
    const isRefused = error instanceof CallError && error.code !== 'CONNECTION_LOST';
    if (isRefused) throw failure('INSTANCE_INVALID_STATE', error.message, error);
    throw translated(error, instance, 'recoverMigration');
  }
}

/** Steers what is under way. */
export async function steerMigration(
  connection: HostConnection,
  instance: InstanceUuid,
  how: MigrationSteering,
  options: LiveMigrationOptions,
  context: EffectContext,
): Promise<void> {
  const ways: Readonly<Record<MigrationSteering, Steering>> = {
    abort: 'abort',
    forceComplete: options.forceComplete,
    postCopy: 'postCopy',
  };
  context.permit.check();
  try {
    await connection.moves.steerMigration(instance, ways[how]);
  } catch (error) {
    if (error instanceof CallError && (error.code === 'OPERATION_INVALID' || error.code === 'NO_DOMAIN'))
      throw failure('INSTANCE_INVALID_STATE', error.message, error);
    throw translated(error, instance, how);
  }
  if (how === 'abort') await passBarrier(connection, instance, context);
}

/** How far it is, in the contract's words. */
export function progressOf(view: MoveView): MigrationProgress {
  const remaining = view.memoryRemaining + view.diskRemaining;
  return {
    phase: view.torn ? POST_COPY_FAILED : view.iteration === 0 ? 'preparing' : view.postCopy ? 'post-copy' : 'copying',
    elapsedMs: view.elapsedMs,
    memory: { total: view.memoryTotal, remaining: view.memoryRemaining },
    disk: { total: view.diskTotal, remaining: view.diskRemaining },
    bytesPerSecond: view.bytesPerSecond,
    iteration: view.iteration,
    expectedDowntimeMs: view.iteration === 0 ? null : view.downtimeMs,
    expectedEndMs:
      view.bytesPerSecond === 0 || view.endless ? null : Math.round((remaining * 1000) / view.bytesPerSecond),
    slowedBy: null,
  };
}
