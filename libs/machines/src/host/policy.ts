/** What a deployment may choose about hosts. Choices are made when a turn is decided and stored in it; folding asks none of this. */
import type { HostState } from '@chronovirt/contract';
import { hostLeaves, type HostLeaf } from './leaves.ts';

export interface HostPolicy {
  /** Milliseconds that an effect gets until it counts as timed out. */
  deadlineMs(method: string, state: HostState): number;
  /** Milliseconds before an effect is begun for the n-th time again (n from 1). */
  backoffMs(tries: number): number;
  /** An effect that was found begun after more restarts than this is not run again; it counts as timed out. */
  readonly maxAttempts: number;
  /** Added to a watchdog's bound before its silence proves anything: its own reaction, and clocks that run apart. */
  readonly watchdogMarginMs: number;
  /** Whether a lost host with an armed watchdog has its term ended without a person. */
  readonly fenceByWatchdog: boolean;
  /** Whether a fenced host that reports again gets its next term without a person. */
  readonly admitReturning: boolean;
}

const deadlines = new Map<string, number>();
for (const leaves of Object.values(hostLeaves))
  for (const { method, deadlineMs } of Object.values<HostLeaf>(leaves)) deadlines.set(method, deadlineMs);

export const defaultHostPolicy: HostPolicy = Object.freeze({
  deadlineMs(method: string, state: HostState): number {
    const own = deadlines.get(method) ?? 60_000;
    return method === 'outwait' ? own + boundOf(state) + defaultHostPolicy.watchdogMarginMs : own;
  },
  backoffMs: (tries: number) => Math.min(60_000, 500 * 2 ** Math.min(Math.max(0, tries - 1), 10)),
  maxAttempts: 3,
  watchdogMarginMs: 5_000,
  fenceByWatchdog: true,
  admitReturning: true,
});

/** Bound of the watchdog that was armed when the host was heard last, in milliseconds; 0 = none. */
export function boundOf({ context }: Pick<HostState, 'context'>): number {
  return context.heard?.watchdog?.boundMs ?? 0;
}
