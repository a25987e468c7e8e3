/**
 * A few cells of the fault matrix, others each day (`CHRONOVIRT_SEED` repeats them); `npm run test:matrix` runs all. A cell that is known
 * to break the rule is on the page and not among them.
 */
import { afterAll, expect, test } from 'vitest';
import { seed, shuffled } from '../../apps/agent/src/proof/rotation.ts';
import { Bench } from './bench.ts';
import { cellsOf } from './cells.ts';
import type { Operation } from './operation.ts';
import { readOutcome } from './outcome.ts';
import { pointFor, pointText } from './steps.ts';

const CELLS = 2;
const { rows, steps } = readOutcome();
const held = cellsOf().filter(({ operation, fault }) =>
  rows.some((row) => row.operation === operation.name && row.fault === fault.name && row.problems.length === 0),
);
// All of one kind of storage, moved live in one way: the agents are not started anew between them.
const lab = (operation?: Operation): string => JSON.stringify([operation?.storage, operation?.moves]);
const [first] = shuffled(held, 'sample');
const sample = shuffled(held, 'sample')
  .filter(({ operation }) => lab(operation) === lab(first?.operation))
  .slice(0, CELLS)
  .map(({ operation, fault }) => {
    const point = pointFor(operation, fault.name, steps[operation.name] ?? []);
    return { operation, fault, point, name: `${operation.name} × ${fault.name} at ${pointText(point)}` };
  });

const bench = new Bench(() => {});
afterAll(() => bench.stop(), 60_000);

test(`there are cells to choose from (seed ${seed})`, () => expect(sample).toHaveLength(CELLS));

test.each(sample)(
  'properties 1, 2, 13: a part of two real hosts dies in the middle of an operation: $name',
  { timeout: 300_000 },
  async ({ operation, fault, point }) => {
    const { row, story } = await bench.run(operation, { fault, point });
    process.stdout.write(`${row.operation} × ${row.fault}: ${row.end}, ${row.seconds} s, ${row.samples} samples\n`);
    if (row.problems.length > 0) process.stdout.write(`${story}\n`);
    expect(row.problems).toEqual([]);
  },
);
