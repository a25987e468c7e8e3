/**
 * What a deployment may choose about the charts. The choices are made when a turn is decided and stored in its events; folding never
 * asks a policy, so a history folds the same under any.
 */
import { leaves, type Leaf } from './life/leaves.ts';
import { migrationDeadlineMs } from './migration/machine.ts';

export interface Policy {
  /** Milliseconds that an effect gets until it counts as timed out; `request` is what its operation was asked for. */
  deadlineMs(method: string, request: Readonly<Record<string, unknown>>): number;
  /** Milliseconds before an effect is begun for the n-th time again (n from 1). */
  backoffMs(tries: number): number;
  /** An effect that was found begun after more restarts than this is not run again; it counts as timed out. */
  readonly maxAttempts: number;
  /** Placements without an answer before a build is given up. */
  readonly maxPlaceTries: number;
  /** A guest that put itself to sleep: stopped as Nova does, or left alone. */
  readonly asleepWhileRunning: 'stop' | 'stay';
  /** A stopped guest that somebody started: stopped again, or taken over as running. */
  readonly onWhileStopped: 'stop' | 'adopt';
}

const longest = new Map<string, number>();
for (const { method, deadlineMs } of Object.values<Leaf>(leaves))
  longest.set(method, Math.max(longest.get(method) ?? 0, deadlineMs));

/** A destination gets so long for each step of getting ready. */
const readyMs = 10 * 60_000;

/** Deadline of a method without a policy of its own, in milliseconds: the longest that a leaf of the chart gives it. */
export function defaultDeadlineMs(method: string): number {
  return longest.get(method) ?? migrationDeadlineMs(method) ?? readyMs;
}

/** The seconds that a guest gets to shut down come on top: the deadline has to outlast them. */
function graceMs(request: Readonly<Record<string, unknown>>): number {
  const { timeoutSeconds } = request;
  return typeof timeoutSeconds === 'number' ? timeoutSeconds * 1000 : 0;
}

export const defaultPolicy: Policy = Object.freeze({
  deadlineMs: (method: string, request: Readonly<Record<string, unknown>>) =>
    defaultDeadlineMs(method) + (method === 'powerOff' ? graceMs(request) : 0),
  backoffMs: (tries: number) => Math.min(60_000, 500 * 2 ** Math.min(Math.max(0, tries - 1), 10)),
  maxAttempts: 3,
  maxPlaceTries: 5,
  asleepWhileRunning: 'stop',
  onWhileStopped: 'stop',
});
