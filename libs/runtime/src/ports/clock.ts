/** Time as the runtime needs it; real in the apps, simulated in tests. All in milliseconds. */
export interface Clock {
  /** Wall clock, milliseconds since 1970. */
  now(): number;
  /** Monotonic; only differences mean something. */
  monotonic(): number;
  /** Calls back once after `ms`; returns the way to cancel. A timer does not keep the process alive. */
  after(ms: number, callback: () => void): () => void;
}

/** setTimeout takes at most 2^31-1 ms; a longer wait fires early, and who wakes looks at the time again. */
const longestTimer = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(0, ms), longestTimer));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
