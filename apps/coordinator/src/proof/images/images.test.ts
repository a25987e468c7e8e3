/**
 * The crash matrix of the images that the system makes for itself: in each run one process dies, stands still or is cut off at one point.
 * A sample of all pairs, other ones each time; all of them with CHRONOVIRT_FULL=1.
 */
import { SeededRandom } from '@chronovirt/testing/sim';
import { describe, expect, test } from 'vitest';
import { faults } from '../moves/faults.ts';
import { pointsOf, strike } from '../moves/matrix.ts';
import { imageOperations } from './operations.ts';

const full = process.env['CHRONOVIRT_FULL'] === '1';
const seed = Number(process.env['CHRONOVIRT_SEED'] ?? Date.now() % 1_000_000_000);
/** Runs of each operation when not all are wanted. */
const SAMPLE = 60;
const ofProcesses = faults.filter(({ name }) => /killed|frozen|journal|cut off/.test(name));

describe.each(imageOperations)(`whoever dies at any point of: $name (CHRONOVIRT_SEED=${seed})`, (operation) => {
  test(
    'no image goes that is needed, and none stays that is not, on no host and in no store',
    { timeout: full ? 7_200_000 : 300_000 },
    async () => {
      const problems: Record<string, readonly string[]> = {};
      const points = await pointsOf(operation);
      const all = points.flatMap((at, index) => ofProcesses.map((fault) => ({ n: index + 1, at, fault })));
      const cells = full ? all : new SeededRandom(seed).shuffle(all).slice(0, SAMPLE);
      let struck = 0;
      for (const { n, at, fault } of cells) {
        const outcome = await strike(operation, n, fault);
        if (outcome.isStruck) struck += 1;
        if (outcome.problems.length > 0)
          problems[`${fault.name}, at point ${n}, ${at}`] = [...outcome.problems, ...outcome.story];
      }
      expect(struck).toBeGreaterThan(SAMPLE / 4);
      expect(problems).toEqual({});
    },
  );
});
