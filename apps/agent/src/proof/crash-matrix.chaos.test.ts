/**
 * kill -9 of the agent at each message and each child process of each operation, on real parts. All points with CHRONOVIRT_FULL=1, which
 * also writes docs/reference/crash-matrix.md; else as many as fit into the time, other ones each day.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CrashLab } from './crash-lab.ts';
import { crashAt, pointsOf, textOf, type Ending, type Point } from './crash-points.ts';
import { writePage, type Row } from './crash-page.ts';
import { operations, type Operation } from './operations.ts';
import { isFull, seed, shuffled } from './rotation.ts';

/** What each operation gets in a short run, in milliseconds. */
const SHARE_MS = 7_000;
/** An image comes in many pieces, each like the other: so many points of an operation are enough, evenly spread. */
const MOST = 240;
const MOST_OF_AN_IMAGE = 60;

/** The points to try, in the order in which to try them. */
function choose(points: readonly Point[], { name, isImageNew }: Operation): readonly Point[] {
  const step = Math.max(1, points.length / (isImageNew === true ? MOST_OF_AN_IMAGE : MOST));
  if (isFull) return points.filter((_point, at) => Math.floor(at / step) !== Math.floor((at - 1) / step));
  // Children are few: one of them is always tried.
  const mixed = shuffled(points, name);
  const child = mixed.filter(({ at }) => at === 'child').slice(0, 1);
  return [...child, ...mixed.filter((point) => !child.includes(point))];
}

describe(`points of seed ${seed} (CHRONOVIRT_SEED=${seed} repeats them; CHRONOVIRT_FULL=1 tries all)`, () => {
  let lab: CrashLab;
  const rows: Row[] = [];

  beforeAll(async () => {
    lab = await CrashLab.start('crash');
    await lab.startAgent().ready;
    // The first spawn fetches the image; the others find it there.
    const spec = lab.newSpec();
    await lab.prepare(spec, [{ name: 'delete' }]);
  });

  afterAll(async () => {
    await lab?.stop();
    if (isFull) writePage(rows);
  });

  test.each(operations)(
    'properties 6, 8, 11: an agent killed at any message or child process of $name, on real parts',
    { timeout: 3_600_000 },
    async (operation) => {
      const points = await pointsOf(lab, operation);
      expect(points.length).toBeGreaterThan(20);
      const until = isFull ? Number.POSITIVE_INFINITY : performance.now() + SHARE_MS;
      const endings: Ending[] = [];
      for (const point of choose(points, operation)) {
        if (performance.now() > until) break;
        const ending = await crashAt(lab, operation, point);
        endings.push(ending);
        process.stdout.write(
          `${operation.name.padEnd(20)} ${textOf(point).padEnd(66)} ${ending.isReached ? '' : 'not reached: '}${ending.end} after ${ending.healedMs} ms${ending.problems.map((problem) => `\n  ${problem}`).join('')}\n`,
        );
      }
      rows.push({ operation: operation.name, points: points.length, endings });
      expect(endings.length).toBeGreaterThan(0);
      expect(
        Object.fromEntries(
          endings.filter(({ problems }) => problems.length > 0).map(({ point, problems }) => [textOf(point), problems]),
        ),
      ).toEqual({});
    },
  );
});
