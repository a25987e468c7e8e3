/** What a caller can say about one call. */
export interface CallOptions {
  /**
   * Milliseconds from now until the caller stops waiting, time in the queue included. Default: none; the daemon's own
   * limits apply, and keepalive notices a daemon that is dead.
   */
  readonly deadlineMs?: number;
  /** Aborting removes a waiting call from the queue, and stops the wait for one that was sent. */
  readonly signal?: AbortSignal;
  /** Goes before everything that waits. For the call that ends a bad situation, such as destroying a hung guest. */
  readonly urgent?: boolean;
}
