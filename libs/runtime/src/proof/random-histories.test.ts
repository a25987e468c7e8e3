/** Random histories: whatever happens, in whatever order, it ends in the truth, by itself. A story that broke something stays below, by name. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { play } from './histories/play.ts';
import { stories } from './histories/story.ts';

const full = process.env['CHRONOVIRT_FULL'] === '1';
/** A run of its own each time, unless a seed is given to repeat one. */
const seed = Number(process.env['CHRONOVIRT_SEED'] ?? Date.now() % 1_000_000_000);

describe(`stories with seed ${seed} (CHRONOVIRT_SEED=${seed} repeats them)`, () => {
  test(
    'properties 3, 5, 6, 7, 8, 10, 11, 12, 14, 15 and I1, I2, I3, I4, I5, I6, I9, I10: any story ends in the truth by itself',
    { timeout: full ? 3_600_000 : 120_000 },
    async () => {
      await fc.assert(
        fc.asyncProperty(stories(30), async (story) => {
          expect(await play(story)).toEqual([]);
        }),
        { seed, numRuns: full ? 8_000 : 1_000 },
      );
    },
  );
});
