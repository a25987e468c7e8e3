/**
 * What a deployment may choose about the charts. The choices are made when a turn is decided and stored in its events; folding never
 * asks a policy, so a history folds the same under any.
 */
import { shutdownSeconds, type InstanceSpec, type RestingState, type Sight } from '@chronovirt/contract';
import { imageLeafNames, imageLeaves } from './image/leaves.ts';
import { leaves, type Leaf } from './life/leaves.ts';
import type { DriftChoice } from './life/observations.ts';
import { migrationDeadlineMs } from './migration/machine.ts';

export interface Policy {
  /**
   * Milliseconds that an effect gets until it counts as timed out; `request` is what its operation was asked for, `spec` what the guest
   * is made from.
   */
  deadlineMs(method: string, request: Readonly<Record<string, unknown>>, spec?: InstanceSpec | null): number;
  /** Milliseconds before an effect is begun for the n-th time again (n from 1). */
  backoffMs(tries: number): number;
  /** An effect that was found begun after more restarts than this is not run again; it counts as timed out. */
  readonly maxAttempts: number;
  /** Placements without an answer before a build is given up. */
  readonly maxPlaceTries: number;
  /** What holds where a guest at rest is not as recorded: the guest, the record, a person, or what is usual for that case. */
  drift(state: RestingState, seen: Sight): DriftChoice | 'ask';
  /** Guests that ran before a boot of their host are started again. */
  readonly resumeGuestsAfterHostBoot: boolean;
  /** Milliseconds that a soft reboot gets until the guest is helped up; null = only the deadline of every effect. */
  readonly softRebootMs: number | null;
  /** Milliseconds after which what is in the trash is deleted; null = it stays there. */
  readonly reclaimAfterMs: number | null;
  /** Milliseconds after which what is shelved leaves its host; null = it stays there. */
  readonly offloadAfterMs: number | null;
  /** Milliseconds after which a rescue is ended; null = it lasts until somebody ends it. */
  readonly unrescueAfterMs: number | null;
  /** Milliseconds after which a resize is confirmed; null = somebody settles it. */
  readonly confirmResizeAfterMs: number | null;
}

const longest = new Map<string, number>();
for (const { method, deadlineMs } of Object.values<Leaf>(leaves))
  longest.set(method, Math.max(longest.get(method) ?? 0, deadlineMs));
for (const name of imageLeafNames) longest.set(imageLeaves[name].method, imageLeaves[name].deadlineMs);

/** A destination gets so long for each step of getting ready. */
const readyMs = 10 * 60_000;

/** Deadline of a method without a policy of its own, in milliseconds: the longest that a leaf of the chart gives it. */
export function defaultDeadlineMs(method: string): number {
  return longest.get(method) ?? migrationDeadlineMs(method) ?? readyMs;
}

/** Seconds that a guest gets to shut down: as asked this time, or as its image says; null = as everybody. */
export function shutdownGiven(request: Readonly<Record<string, unknown>>, spec?: InstanceSpec | null): number | null {
  const { timeoutSeconds } = request;
  return typeof timeoutSeconds === 'number' ? timeoutSeconds : shutdownSeconds(spec?.image.properties);
}

const shutsDown: ReadonlySet<string> = new Set(['powerOff', 'migrateDiskAndPowerOff']);

const GIB = 2 ** 30;

/**
 * Milliseconds that each GiB gets which a method brings somewhere: where that comes to more than its usual time, it counts. A running guest
 * goes on writing what is copied; it gets what Nova gives it (`live_migration_completion_timeout`). The cluster's own steps outlast those
 * of the hosts that they wait for.
 */
const perGib: Readonly<Record<string, number>> = {
  liveMigration: 800_000,
  copyMove: 1_000_000,
  migrateDiskAndPowerOff: 60_000,
  snapshot: 60_000,
  spawn: 60_000,
  rescue: 60_000,
  preLiveMigration: 60_000,
  finishMigration: 60_000,
  prepareMove: 90_000,
  adoptMove: 90_000,
};

/** GiB of its disks as the guest sees them, and of its memory where that is brought along. */
function gibOf(method: string, { flavor, image }: InstanceSpec, request: Readonly<Record<string, unknown>>): number {
  const disks = Math.max(flavor.rootGiB, image.virtualBytes / GIB) + flavor.ephemeralGiB + flavor.swapMiB / 1024;
  if (method === 'copyMove') return disks + flavor.memoryMiB / 1024;
  if (method !== 'liveMigration') return disks;
  const { blockMigration } = (request['migrateData'] ?? {}) as { readonly blockMigration?: boolean | null };
  return flavor.memoryMiB / 1024 + (blockMigration === false ? 0 : disks);
}

/** Whether the deadline of a method rests on what the guest is made from: without the spec it would be too short. */
export function needsSpecForDeadline(method: string): boolean {
  return shutsDown.has(method) || Object.hasOwn(perGib, method);
}

function timeFor(method: string, request: Readonly<Record<string, unknown>>, spec?: InstanceSpec | null): number {
  const usual = defaultDeadlineMs(method);
  const each = perGib[method];
  return each === undefined || spec === undefined || spec === null
    ? usual
    : Math.max(usual, Math.ceil(gibOf(method, spec, request) * each));
}

/** What a deployment sets; the rest of a policy follows from it. */
export interface PolicySettings {
  /** For all that differs, or by state and sight (`running/paused`), which goes before. */
  readonly drift?: DriftChoice | 'ask';
  readonly driftOf?: Readonly<Record<string, DriftChoice | 'ask'>>;
  readonly resumeGuestsAfterHostBoot?: boolean;
  readonly softRebootMs?: number | null;
  readonly reclaimAfterMs?: number | null;
  readonly offloadAfterMs?: number | null;
  readonly unrescueAfterMs?: number | null;
  readonly confirmResizeAfterMs?: number | null;
}

/** The policy of a deployment; what it does not set is as Nova has it, but for guests after a boot. */
export function policyOf(settings: PolicySettings = {}): Policy {
  const { drift = 'usual', driftOf = {}, softRebootMs = null, reclaimAfterMs = null } = settings;
  const { offloadAfterMs = null, unrescueAfterMs = null, confirmResizeAfterMs = null } = settings;
  // Recorded is what was wanted. After the boot nothing starts before the journal was read afresh, and a guest that another host runs by
  // then finds its fence there: so it is as safe as any start. Nova, whose record may be wrong, leaves them off unless told otherwise.
  const { resumeGuestsAfterHostBoot = true } = settings;
  return Object.freeze({
    deadlineMs: (method: string, request: Readonly<Record<string, unknown>>, spec?: InstanceSpec | null) =>
      method === 'reboot' && softRebootMs !== null && request['rebootType'] !== 'HARD'
        ? softRebootMs
        : // The seconds that a guest gets to shut down come on top: the deadline has to outlast them.
          timeFor(method, request, spec) + (shutsDown.has(method) ? (shutdownGiven(request, spec) ?? 0) * 1000 : 0),
    backoffMs: (tries: number) => Math.min(60_000, 500 * 2 ** Math.min(Math.max(0, tries - 1), 10)),
    maxAttempts: 3,
    maxPlaceTries: 5,
    drift: (state: RestingState, seen: Sight) => driftOf[`${state}/${seen}`] ?? drift,
    resumeGuestsAfterHostBoot,
    softRebootMs,
    reclaimAfterMs,
    offloadAfterMs,
    unrescueAfterMs,
    confirmResizeAfterMs,
  });
}

export const defaultPolicy: Policy = policyOf();
