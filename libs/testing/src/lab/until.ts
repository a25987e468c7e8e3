import { availableParallelism, loadavg } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';

/** A condition did not come true in time. `what` says which; `last` is the error of the last look, when it threw. */
export class NeverHappened extends Error {
  readonly code = 'LAB_NEVER_HAPPENED';

  constructor(what: string, timeoutMs: number, last: unknown, why = '') {
    super(
      `${what}: not within ${timeoutMs} ms${last instanceof Error ? `; the last look failed: ${last.message}` : ''}${why && `\n${why}`}`,
      { cause: last },
    );
  }
}

/** What takes so many milliseconds at most on a machine that has nothing else to do: more where others want the processors, too. */
export function stretched(ms: number): number {
  const [load = 0] = loadavg();
  return Math.round(ms * Math.max(1, load / availableParallelism()));
}

/**
 * Looks until the answer is neither undefined, null nor false, and gives it back. A look that throws counts as not yet. `timeoutMs`: ten
 * seconds, stretched, where nobody says. `why`: asked when it was in vain, for the message.
 * @throws {NeverHappened}
 */
export async function until<T>(
  look: () => T | Promise<T>,
  {
    timeoutMs = stretched(10_000),
    everyMs = 20,
    what,
    why,
  }: { timeoutMs?: number; everyMs?: number; what: string; why?: () => Promise<string> },
): Promise<Exclude<T, undefined | null | false>> {
  const deadline = performance.now() + timeoutMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await look();
      if (answer !== undefined && answer !== null && answer !== false)
        return answer as Exclude<T, undefined | null | false>;
      last = undefined;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) throw new NeverHappened(what, timeoutMs, last, await why?.());
    await delay(everyMs);
  }
}
