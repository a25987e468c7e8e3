import { PermitRevokedError, type Permit } from '@chronovirt/contract';
import type { Lease } from './lease.ts';

/** The permit of one run of one effect (I1): good until revoked, and only while the lease is fresh. */
export class LanePermit implements Permit {
  readonly #lease: Lease;
  readonly #abort = new AbortController();

  constructor(lease: Lease) {
    this.#lease = lease;
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get revoked(): boolean {
    return this.#abort.signal.aborted;
  }

  check(): void {
    this.#abort.signal.throwIfAborted();
    this.#lease.check();
  }

  revoke(why: string): void {
    this.#abort.abort(new PermitRevokedError(why));
  }
}
