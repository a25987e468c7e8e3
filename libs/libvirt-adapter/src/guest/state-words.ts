/** libvirt's states and reasons in the words of an observation. */
import { POST_COPY_FAILED, type Power } from '@chronovirt/contract';
import {
  DomainCrashedReason,
  DomainPausedReason,
  DomainPmSuspendedReason,
  DomainRunningReason,
  DomainShutdownReason,
  DomainShutoffReason,
  DomainState,
} from '@chronovirt/libvirt';
import { nameIn } from '../events/event-words.ts';

/** What libvirt shows of a domain's power. `busy`: a start, save or move is under way, so this is no resting place. */
export interface PowerSeen {
  readonly power: Exclude<Power, 'absent'>;
  readonly reason: string;
  readonly busy: string | null;
}

const reasons: Readonly<Record<number, Readonly<Record<string, number>>>> = {
  [DomainState.RUNNING]: DomainRunningReason,
  [DomainState.PAUSED]: DomainPausedReason,
  [DomainState.SHUTDOWN]: DomainShutdownReason,
  [DomainState.SHUTOFF]: DomainShutoffReason,
  [DomainState.CRASHED]: DomainCrashedReason,
  [DomainState.PMSUSPENDED]: DomainPmSuspendedReason,
};

const powers: Readonly<Record<number, PowerSeen['power']>> = {
  [DomainState.NOSTATE]: 'on',
  [DomainState.RUNNING]: 'on',
  [DomainState.BLOCKED]: 'on',
  [DomainState.PAUSED]: 'paused',
  [DomainState.SHUTDOWN]: 'off',
  [DomainState.SHUTOFF]: 'off',
  [DomainState.CRASHED]: 'crashed',
  [DomainState.PMSUSPENDED]: 'asleep',
};

/** Reasons for which a paused guest is not simply paused: somebody is at work on it. */
const busyPauses = new Map<number, string>([
  [DomainPausedReason.MIGRATION, 'migrating'],
  [DomainPausedReason.SAVE, 'saving'],
  [DomainPausedReason.DUMP, 'dumping'],
  [DomainPausedReason.SHUTTING_DOWN, 'shutting down'],
  [DomainPausedReason.SNAPSHOT, 'taking a snapshot'],
  [DomainPausedReason.STARTING_UP, 'starting up'],
  [DomainPausedReason.POSTCOPY, 'migrating (post-copy)'],
  [DomainPausedReason.POSTCOPY_FAILED, POST_COPY_FAILED],
]);

const busyRuns = new Map<number, string>([
  [DomainRunningReason.POSTCOPY, 'migrating (post-copy)'],
  [DomainRunningReason.POSTCOPY_FAILED, POST_COPY_FAILED],
]);

/** Describes a state and its reason; an unknown state of a newer libvirt counts as on and busy, so that nobody rests on it. */
export function describeState(state: number, reason: number): PowerSeen {
  const word = nameIn(reasons[state] ?? {}, reason)
    .toLowerCase()
    .replaceAll('_', '-');
  return { power: powers[state] ?? 'on', reason: word, busy: busyOf(state, reason) };
}

function busyOf(state: number, reason: number): string | null {
  switch (state) {
    case DomainState.PAUSED:
      return busyPauses.get(reason) ?? null;
    case DomainState.RUNNING:
      return busyRuns.get(reason) ?? null;
    case DomainState.SHUTDOWN:
      return 'shutting down';
    case DomainState.BLOCKED:
    case DomainState.SHUTOFF:
    case DomainState.CRASHED:
    case DomainState.PMSUSPENDED:
      return null;
    default:
      return `in state ${state}`;
  }
}

/**
 * Pauses that only the job tells apart: without a reason it may be a dump; `migration` is also what a guest shows that was paused when
 * its memory was saved and is back, with no job at all.
 */
export const mayHideAJob = (state: number, reason: number): boolean =>
  state === DomainState.PAUSED && (reason === DomainPausedReason.UNKNOWN || reason === DomainPausedReason.MIGRATION);

/** Whether a QEMU process stands behind a state. */
export const isActive = (seen: Pick<PowerSeen, 'power' | 'busy'>): boolean =>
  seen.power !== 'off' || seen.busy !== null;
