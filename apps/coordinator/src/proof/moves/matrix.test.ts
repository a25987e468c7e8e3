/**
 * The crash matrix of moves: in each run one thing goes wrong at one point. A sample of all pairs, other ones each time; all of them with
 * CHRONOVIRT_FULL=1. What a run found stays in found.test.ts, by name.
 */
import { SeededRandom } from '@chronovirt/testing/sim';
import { describe, expect, test } from 'vitest';
import { faults } from './faults.ts';
import { pointsOf, strike } from './matrix.ts';
import { operations, type MoveOperation } from './operations.ts';

const full = process.env['CHRONOVIRT_FULL'] === '1';
const seed = Number(process.env['CHRONOVIRT_SEED'] ?? Date.now() % 1_000_000_000);
/** Runs of each operation when not all are wanted. */
const SAMPLE = 180;

interface Cell {
  readonly n: number;
  readonly at: string;
  readonly fault: (typeof faults)[number];
}

async function cellsOf(operation: MoveOperation): Promise<Cell[]> {
  const points = await pointsOf(operation);
  const within = faults.filter((fault) => operation.isBeyond?.(fault) !== true);
  const all = points.flatMap((at, index) => within.map((fault) => ({ n: index + 1, at, fault })));
  if (full) return all;
  return new SeededRandom(seed).shuffle(all).slice(0, SAMPLE);
}

describe.each(operations)(
  `properties 1, 2, 8, 10, 11, 13 and I7, I8, I10: whatever fails at any point of: $name (CHRONOVIRT_SEED=${seed})`,
  (operation) => {
    test(
      'it never runs twice, rests by itself where it belongs, leaves nothing elsewhere, and takes the next command',
      { timeout: full ? 7_200_000 : 600_000 },
      async () => {
        const problems: Record<string, readonly string[]> = {};
        let struck = 0;
        for (const { n, at, fault } of await cellsOf(operation)) {
          const outcome = await strike(operation, n, fault);
          if (outcome.isStruck) struck += 1;
          if (outcome.problems.length > 0)
            problems[`${fault.name}, at point ${n}, ${at}`] = [...outcome.problems, ...outcome.story];
        }
        expect(struck).toBeGreaterThan(SAMPLE / 4);
        expect(problems).toEqual({});
      },
    );
  },
);
