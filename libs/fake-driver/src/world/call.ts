import type { InstanceUuid } from '@chronovirt/contract';
import type { Job } from './job-lock.ts';

/** Whoever calls a simulated host: an agent, or somebody at its command line. */
export interface Caller {
  readonly caller: string;
  /** Whether hooks count this caller's calls and faults befall them; not so for acts from outside. */
  readonly watched: boolean;
  readonly alive: boolean;
  /** Dies as under kill -9. */
  kill(): void;
  /** Its connection broke: the daemon ended, or something between. */
  breakDown(): void;
  /** The daemon is there again. */
  comeBack(): void;
}

/** A call on the simulated host, as hooks and faults see it. */
export interface CallInfo {
  readonly name: string;
  readonly instance: InstanceUuid | null;
  readonly connection: Caller;
}

/** What a call does. `begin` shows at once, `finish` comes after the work. */
export interface Body<R> {
  begin?(): void;
  /** Work of its own kind, between the two. */
  work?(job: Job | null): Promise<void>;
  finish(): R;
  /** The work was cut short. */
  cut?(): void;
}

/**
 * How the host runs a call. `lock`: the domain's job lock is held while it lasts. `child`: a process of the caller does the work and
 * dies with it; `finish` then never comes. `local`: no call to the daemon but the caller's own work on the host, which goes on
 * without the daemon. `body` is made when the call arrives.
 */
export interface Act<R> {
  readonly lock?: 'wait' | 'preempt';
  readonly child?: true;
  readonly local?: true;
  body(): Body<R>;
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
