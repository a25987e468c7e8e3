/** Random histories: methods whose agents are killed, calls that hang or fail, other people's acts; in the end one more run settles it. */
import { ChronovirtError } from '@chronovirt/contract';
import { fault, guestAct, outsideAct, type GuestAct } from '@chronovirt/testing/sim';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Bench, THE_OP, type Scenario } from '../testing/bench.ts';
import { scenarios } from '../testing/scenarios.ts';
import type { Fault } from '../world/faults.ts';
import type { OutsideAct } from '../world/outside.ts';

/** A run of the method that its agent does not survive longer than `forMs`. */
interface Attempt {
  readonly forMs: number;
  readonly faults: readonly Fault[];
  readonly during:
    | { readonly kind: 'outside'; readonly act: OutsideAct }
    | { readonly kind: 'guest'; readonly act: GuestAct }
    | null;
  readonly restartDaemon: boolean;
}

const disturbance = fc.oneof(
  fc.constant(null),
  // A guest that was asked to shut down does so when it likes, rightly also after the last run.
  outsideAct()
    .filter((act) => act !== 'shutdown')
    .map((act) => ({ kind: 'outside' as const, act })),
  guestAct().map((act) => ({ kind: 'guest' as const, act })),
);
const attempt: fc.Arbitrary<Attempt> = fc.record({
  forMs: fc.integer({ min: 0, max: 800 }),
  faults: fc.array(fault(), { maxLength: 2 }),
  during: disturbance,
  restartDaemon: fc.boolean(),
});

async function runAttempt(
  bench: Bench,
  scenario: Scenario,
  { forMs, faults, during, restartDaemon }: Attempt,
): Promise<void> {
  const { driver, context } = bench.agent();
  for (const one of faults) bench.host.faults.add(one);
  let error: unknown = null;
  driver
    .barrier(bench.uuid, context)
    .then(() => scenario.run(driver, bench.guest, context))
    .catch((thrown: unknown) => {
      error = thrown;
    });
  await bench.clock.advance(forMs / 2);
  if (during?.kind === 'outside') void bench.host.outside.act(during.act, bench.uuid);
  if (during?.kind === 'guest') bench.host.guest(bench.uuid)[during.act]();
  if (restartDaemon) bench.host.restartDaemon();
  await bench.clock.advance(forMs / 2);
  driver.connection.kill();
  expect({ error, understood: error === null || error instanceof ChronovirtError }).toMatchObject({ understood: true });
}

/** Methods that can settle whatever they find: they begin or end a run, or an instance. */
const settling = scenarios.filter(({ name }) => /^(destroy|powerOff|reboot HARD)/.test(name));

it.each(settling)('$name settles whatever earlier runs, faults and other people left', async (scenario) => {
  await fc.assert(
    fc.asyncProperty(fc.array(attempt, { maxLength: 5 }), fc.nat(), async (attempts, seed) => {
      const bench = new Bench('lively', seed);
      await scenario.setUp(bench);
      for (const one of attempts) await runAttempt(bench, scenario, one);
      bench.host.faults.clear();
      await bench.recover(scenario);
      await bench.clock.advance(120_000);
      const seen = await bench.observe();
      // Where nothing is left to define it from, off is gone.
      const gone = scenario.name.startsWith('powerOff') && seen.power === 'absent';
      expect({ seen, settled: gone || scenario.goal(seen, bench) }).toMatchObject({
        settled: true,
        seen: { busy: null },
      });
    }),
    { numRuns: 60 },
  );
});

it('a spawn that was killed, disturbed and failed ends as a guest of its own, or with nothing', async () => {
  const scenario = scenarios[0]!;
  await fc.assert(
    fc.asyncProperty(fc.array(attempt, { maxLength: 5 }), fc.nat(), async (attempts, seed) => {
      const bench = new Bench('lively', seed);
      for (const one of attempts) await runAttempt(bench, scenario, one);
      bench.host.faults.clear();
      await bench.recover(scenario);
      await bench.clock.advance(120_000);
      const seen = await bench.observe();
      expect(seen).toMatchObject({ power: 'on', busy: null, mark: THE_OP, leftovers: [] });
      expect(bench.host.files.baseFiles().every(({ whole }) => whole)).toBe(true);
    }),
    { numRuns: 100 },
  );
});

it('a guest is never booted twice by one reboot, however often its agent dies', async () => {
  const scenario = scenarios.find(({ name }) => name === 'reboot HARD, running')!;
  const deaths = fc.array(
    fc.record({ n: fc.integer({ min: 1, max: 16 }), phase: fc.constantFrom('before', 'sent', 'answered') }),
    { maxLength: 6 },
  );
  await fc.assert(
    fc.asyncProperty(deaths, fc.nat(), async (points, seed) => {
      const bench = new Bench('lively', seed);
      await scenario.setUp(bench);
      let dead = false;
      for (const point of points) {
        if (dead) {
          const { driver, context } = bench.agent();
          await bench.clock.settle(driver.barrier(bench.uuid, context));
        }
        dead = (await bench.runUntilKilled(scenario, point as { n: number; phase: 'sent' })) === 'killed';
      }
      await bench.recover(scenario);
      await bench.clock.advance(120_000);
      expect(bench.host.find(bench.uuid)?.run?.boot).toBe(2);
    }),
    { numRuns: 200 },
  );
});
