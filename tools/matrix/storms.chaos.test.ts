/**
 * Every operation against every fault on two real hosts, each pair once: all operations are under way at once, and one part dies. At
 * chosen steps, and one by one, `npm run test:matrix` does it.
 */
import { afterAll, expect, test } from 'vitest';
import { Bench } from './bench.ts';
import { dismiss, raise, report, storm } from './storm.ts';
import { membersOf, momentOf, stormFaults } from './storm-faults.ts';

const LATEST_MS = 1_500;

const bench = new Bench(() => {});
afterAll(() => bench.stop(), 60_000);

test.each(stormFaults)(
  'properties 1, 2, 13: every operation is under way on two real hosts when it comes to: $name',
  { timeout: 600_000 },
  (fault) =>
    bench.within({ storage: 'own' }, async (system) => {
      const crew = await raise(system, membersOf(system, 'own', fault));
      const rows = await storm(system, crew, { fault, afterMs: momentOf(fault.name, LATEST_MS) });
      process.stdout.write(report(rows));
      const left = await dismiss(system, crew);
      expect(rows.filter(({ problems }) => problems.length > 0)).toEqual([]);
      expect(left).toEqual([]);
      expect(rows.filter(({ isStruck }) => isStruck).length).toBeGreaterThan(0);
    }),
);
