import type { Incarnation, InstanceUuid } from '../data/identifiers.ts';
import type { Mark } from '../data/observation.ts';

/**
 * The right to touch the hypervisor for one effect: revoked as soon as its op is no longer due, its role does not allow the method or
 * the agent's lease is stale. A driver calls `check()` before every mutating call and gives `signal` to all that can be aborted.
 */
export interface Permit {
  /** Throws `PermitRevokedError` when the right is gone. */
  check(): void;
  readonly signal: AbortSignal;
}

/** What a driver method that changes something is given besides its contract arguments. */
export interface EffectContext {
  readonly instance: InstanceUuid;
  /** To be written into each definition that this effect starts: names the operation that started a domain. */
  readonly mark: Mark;
  /** For temporary names that must not meet those of an earlier run. */
  readonly incarnation: Incarnation;
  readonly permit: Permit;
  /** Time left in milliseconds until the effect counts as timed out; every wait inside a method ends before it. */
  remainingMs(): number;
  /** Tells a person what goes on (`downloading image`, 40 %); may be shown, is never stored. */
  progress(what: string, fraction?: number): void;
}

/** What a query is given: nothing is changed, nothing is recorded. */
export interface QueryContext {
  readonly signal: AbortSignal;
  readonly deadlineMs: number;
}
