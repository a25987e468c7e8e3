import type { InstanceUuid } from '@chronovirt/contract';
import type { HostConnection } from './connection.ts';
import type { Domain } from './domain.ts';

/** A call on the simulated host, as hooks and faults see it. */
export interface CallInfo {
  readonly name: string;
  readonly instance: InstanceUuid | null;
  readonly connection: HostConnection;
}

/**
 * What a call does. `begin` shows at once, `finish` after the work; the domain's lock is held meanwhile if the call takes it.
 * `child`: a process of the caller does the work, and dies with it: `finish` then never comes.
 */
export interface Act<R> {
  readonly lock?: 'wait' | 'preempt';
  readonly child?: true;
  /** Not a call to the daemon but the caller's own work on the host: goes on without the daemon. */
  readonly local?: true;
  begin?(domain: Domain | null): void;
  finish(domain: Domain | null): R;
  /** The work was cut short: a fault, a lost daemon. */
  cut?(domain: Domain | null): void;
}

/**
 * Where a call is. `before`: about to be sent. `sent`: the host has it and goes on with it whatever becomes of the caller.
 * `answered`: done or failed, the caller is about to be told.
 */
export type CallPhase = 'before' | 'sent' | 'answered';

/** A call passes a point; `n` counts a listener's calls from 1. */
export interface PrimitivePoint extends CallInfo {
  readonly n: number;
  readonly phase: CallPhase;
}
