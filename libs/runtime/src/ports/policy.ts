/** How long and how often; everything a deployment may want otherwise, in milliseconds. The charts' own numbers are the defaults. */
export interface RuntimePolicy {
  /** A fresh lease is an acknowledged append or round trip at most this long ago; older, no mutating call is made. */
  readonly leaseMs: number;
  /** After a cancel: what the running call gets to end by itself before its connection is closed. */
  readonly cancelGraceMs: number;
  /** One look may take this long. */
  readonly lookTimeoutMs: number;
  /** Time between two comparisons of everything recorded with everything seen. */
  readonly comparisonMs: number;
  /** Looks at a time; more wait, so that a burst of events does not fill the hypervisor's queue. */
  readonly looksAtOnce: number;
  /** A second look after this time before an absence is believed. */
  readonly absenceRecheckMs: number;
  /** Wait before an effect is run again after a lost connection; doubles up to `retryMaxMs`. */
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
}

export const defaultRuntimePolicy: RuntimePolicy = {
  leaseMs: 15_000,
  cancelGraceMs: 5_000,
  lookTimeoutMs: 10_000,
  comparisonMs: 60_000,
  looksAtOnce: 3,
  absenceRecheckMs: 250,
  retryMinMs: 50,
  retryMaxMs: 2_000,
};
