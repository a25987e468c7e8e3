import { ChronovirtError } from '@chronovirt/contract';
import { describe, expect, it } from 'vitest';
import { Bench, type Scenario } from '../testing/bench.ts';
import { scenarios } from '../testing/scenarios.ts';
import type { CallPhase } from '../world/call.ts';
import { outsideActs, type OutsideAct } from '../world/outside.ts';
import type { ProfileName } from '../world/profile.ts';

/** Calls that change nothing. */
const looks: ReadonlySet<string> = new Set(['look', 'lookAtAll', 'lookAtFiles', 'readConsole']);

const phases: readonly CallPhase[] = ['before', 'sent', 'answered'];

async function benchFor(scenario: Scenario, profile: ProfileName, seed = 1): Promise<Bench> {
  const bench = new Bench(profile, seed);
  await scenario.setUp(bench);
  return bench;
}

/** What one run comes to, and how many calls and permit checks it takes. */
async function cleanRun(
  scenario: Scenario,
  profile: ProfileName,
): Promise<{ truth: object; calls: number; checks: number }> {
  const bench = await benchFor(scenario, profile);
  const { driver, context } = bench.agent();
  let calls = 0;
  const stop = bench.host.onPrimitive(({ n }) => {
    calls = n;
  });
  await bench.clock.settle(scenario.run(driver, bench.guest, context));
  stop();
  expect(scenario.goal(await bench.observe(), bench)).toBe(true);
  return { truth: await bench.truth(), calls, checks: context.permit.checks };
}

/** Runs a scenario while somebody else acts before its n-th call. `unseen`: that was after the method's last look at the domain. */
async function runWithOutsideAct(
  bench: Bench,
  scenario: Scenario,
  act: OutsideAct,
  when: number,
): Promise<{ error: unknown; unseen: boolean }> {
  const { driver, context } = bench.agent();
  let lastLook = 0;
  const stop = bench.host.onPrimitive(({ n, name, phase }) => {
    if (phase !== 'before') return;
    if (name === 'look') lastLook = n;
    if (n === when) void bench.host.outside.act(act, bench.uuid);
  });
  const running = bench.clock.settle(scenario.run(driver, bench.guest, context));
  const error = await running.then(() => null).catch((thrown: unknown) => thrown);
  stop();
  return { error, unseen: when > lastLook };
}

/** What an observation has to say, read off the host itself. */
function factsOf({ host, uuid }: Bench): object {
  const domain = host.find(uuid);
  if (domain === null) return { power: 'absent', domain: 'absent', busy: null, mark: null };
  const powers = { running: 'on', paused: 'paused', asleep: 'asleep', crashed: 'crashed' } as const;
  return {
    power: domain.run === null ? 'off' : powers[domain.run.state],
    domain: domain.stored === null ? 'transient' : 'defined',
    mark: (domain.run?.definition ?? domain.stored)?.mark ?? null,
    savedMemory: domain.saved !== null,
    busy: null,
  };
}

describe.each(scenarios)('$name', (scenario) => {
  it('run twice ends as run once', async () => {
    const { truth } = await cleanRun(scenario, 'lively');
    const bench = await benchFor(scenario, 'lively');
    const { driver, context } = bench.agent();
    await bench.clock.settle(scenario.run(driver, bench.guest, context));
    await bench.clock.settle(scenario.run(driver, bench.guest, context));
    expect(await bench.truth()).toEqual(truth);
  });

  it('killed at any point of any call and run again by a new agent ends as run once', async () => {
    const { truth, calls } = await cleanRun(scenario, 'lively');
    for (let n = 1; n <= calls; n++) {
      for (const phase of phases) {
        const bench = await benchFor(scenario, 'lively');
        expect(await bench.runUntilKilled(scenario, { n, phase })).toBe('killed');
        await bench.recover(scenario);
        expect(await bench.truth(), `killed at call ${n}, ${phase}`).toEqual(truth);
      }
    }
  });

  it('asks its permit anew before each call that changes something', async () => {
    const bench = await benchFor(scenario, 'instant');
    const { driver, context } = bench.agent();
    let asked = 0;
    const unasked: string[] = [];
    bench.host.onPrimitive(({ name, phase }) => {
      if (phase !== 'before' || looks.has(name)) return;
      if (context.permit.checks === asked) unasked.push(name);
      asked = context.permit.checks;
    });
    await bench.clock.settle(scenario.run(driver, bench.guest, context));
    expect(unasked).toEqual([]);
    expect(asked).toBeGreaterThan(0);
  });

  it('its permit revoked at any check, it stops there and changes no more; run again it ends as run once', async () => {
    const { truth, checks } = await cleanRun(scenario, 'instant');
    for (let n = 1; n <= checks; n++) {
      const bench = await benchFor(scenario, 'instant');
      const { driver, context } = bench.agent();
      context.permit.onCheck = (check) => {
        if (check === n) context.permit.revoke();
      };
      const ended = bench.clock.settle(scenario.run(driver, bench.guest, context));
      await expect(ended).rejects.toMatchObject({ code: 'PERMIT_REVOKED' });
      expect(context.permit.checks).toBe(n);
      await bench.recover(scenario);
      expect(await bench.truth(), `revoked at check ${n}`).toEqual(truth);
    }
  });

  it.each(outsideActs)(
    'with somebody else’s %s before any of its calls it reaches its goal or says why not',
    async (act) => {
      const { calls } = await cleanRun(scenario, 'instant');
      for (let n = 1; n <= calls; n++) {
        const bench = await benchFor(scenario, 'instant');
        const { error, unseen } = await runWithOutsideAct(bench, scenario, act, n);
        const seen = await bench.observe();
        expect(seen).toMatchObject(factsOf(bench));
        const ended = error === null ? unseen || scenario.goal(seen, bench) : error instanceof ChronovirtError;
        expect({ ended, error, seen }, `${act} before call ${n}`).toMatchObject({ ended: true });
      }
    },
  );

  it('with its connection lost at any call it says so, and run again it ends as run once', async () => {
    const { truth, calls } = await cleanRun(scenario, 'lively');
    for (let n = 1; n <= calls; n++) {
      const bench = await benchFor(scenario, 'lively');
      const { driver, context } = bench.agent();
      const stop = bench.host.onPrimitive((point) => {
        if (point.n !== n || point.phase !== 'sent') return;
        stop();
        queueMicrotask(() => bench.host.loseConnections());
      });
      const ended = bench.clock.settle(scenario.run(driver, bench.guest, context));
      const outcome = await ended.then(() => 'done').catch((error: ChronovirtError) => error.code);
      expect(['done', 'HYPERVISOR_UNAVAILABLE']).toContain(outcome);
      await bench.recover(scenario);
      expect(await bench.truth(), `lost at call ${n}`).toEqual(truth);
    }
  });
});
