/** How often what is under way is asked how far it is. */
export const progressMs = 1_000;

/** Does something again and again, one at a time, until it is stopped. What fails is tried again: others tell of errors. */
export function every(ms: number, signal: AbortSignal, work: () => Promise<void>): () => void {
  let isAtWork = false;
  const timer = setInterval(() => {
    if (isAtWork || signal.aborted) return;
    isAtWork = true;
    work()
      .catch(() => {})
      .finally(() => (isAtWork = false));
  }, ms);
  timer.unref();
  return () => clearInterval(timer);
}
