/** Numbers out of samples. Times are milliseconds of the monotonic clock. */

/** The value below which a share of the samples lies; NaN of none. */
export function percentile(samples: readonly number[], share: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

export const median = (samples: readonly number[]): number => percentile(samples, 0.5);

/** How long a piece of work takes. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

/** Does pieces of work, so many at a time; how long each took and how long all. */
export async function inFlight(
  width: number,
  count: number,
  work: (n: number) => Promise<unknown>,
): Promise<{ times: number[]; perSecond: number }> {
  const times: number[] = [];
  let next = 0;
  const began = performance.now();
  await Promise.all(
    Array.from({ length: Math.min(width, count) }, async () => {
      for (let n = next++; n < count; n = next++) times.push(await timed(() => work(n)));
    }),
  );
  return { times, perSecond: (count / (performance.now() - began)) * 1000 };
}

/** Runs two sides by turns, so that a neighbour's load hits both; the order changes each round. */
export async function byTurns<A, B>(
  rounds: number,
  a: (round: number) => Promise<A>,
  b: (round: number) => Promise<B>,
): Promise<{ a: A; b: B }[]> {
  const pairs: { a: A; b: B }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    if (round % 2 === 0) {
      const first = await a(round);
      pairs.push({ a: first, b: await b(round) });
    } else {
      const first = await b(round);
      pairs.push({ a: await a(round), b: first });
    }
  }
  return pairs;
}
