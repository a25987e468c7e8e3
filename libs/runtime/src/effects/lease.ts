import { ChronovirtError } from '@chronovirt/contract';
import type { Clock } from '../ports/clock.ts';

/** This process has not reached the journal for too long; whoever took over meanwhile must not meet our calls. */
export class LeaseStaleError extends ChronovirtError {
  constructor(ageMs: number) {
    super(
      'LEASE_STALE',
      `the journal was last reached ${Math.round(ageMs)} ms ago; nothing is touched until it answers again`,
      { retry: 'later' },
    );
  }
}

/**
 * The agent's right to act at all, renewed by every acknowledged append and round trip. Both clocks must agree that it is fresh: the
 * monotonic one stands still while a machine is suspended, the wall clock may be set. It limits damage; it proves nothing to others.
 */
export class Lease {
  readonly #clock: Clock;
  readonly #maxAgeMs: number;
  #monotonic: number;
  #wall: number;

  constructor(clock: Clock, maxAgeMs: number) {
    this.#clock = clock;
    this.#maxAgeMs = maxAgeMs;
    this.#monotonic = clock.monotonic();
    this.#wall = clock.now();
  }

  /** `asOf`: when the request that was just acknowledged had been sent; the answer may have been long on its way. */
  renew(asOf: { monotonic: number; wall: number }): void {
    if (asOf.monotonic > this.#monotonic) {
      this.#monotonic = asOf.monotonic;
      this.#wall = asOf.wall;
    }
  }

  now(): { monotonic: number; wall: number } {
    return { monotonic: this.#clock.monotonic(), wall: this.#clock.now() };
  }

  ageMs(): number {
    return Math.max(this.#clock.monotonic() - this.#monotonic, this.#clock.now() - this.#wall);
  }

  fresh(): boolean {
    return this.ageMs() <= this.#maxAgeMs;
  }

  /** Throws `LeaseStaleError` unless fresh. */
  check(): void {
    if (!this.fresh()) throw new LeaseStaleError(this.ageMs());
  }
}
