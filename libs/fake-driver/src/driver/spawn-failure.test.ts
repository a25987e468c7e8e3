import { isEmpty } from '@chronovirt/contract';
import { describe, expect, it } from 'vitest';
import { Bench } from '../testing/bench.ts';
import { scenarios } from '../testing/scenarios.ts';
import type { FaultKind } from '../world/faults.ts';

const scenario = scenarios[0]!;

/** Calls of a clean spawn, by number. */
async function callsOfSpawn(): Promise<string[]> {
  const bench = new Bench('instant');
  const { driver, context } = bench.agent();
  const calls: string[] = [];
  bench.host.onPrimitive(({ name, phase }) => void (phase === 'before' && calls.push(name)));
  await bench.clock.settle(driver.spawn(bench.guest, context));
  return calls;
}

/** From the n-th call on, calls of its name have the fault as often as given. */
function plant(bench: Bench, n: number, fault: FaultKind, times: number): void {
  const stop = bench.host.onPrimitive((point) => {
    if (point.n !== n) return;
    stop();
    bench.host.faults.add({ ...fault, on: point.name, times });
  });
}

async function spawnWith(n: number, fault: FaultKind, times: number): Promise<{ bench: Bench; spawned: boolean }> {
  const bench = new Bench('instant');
  const { driver, context } = bench.agent();
  plant(bench, n, fault, times);
  const spawned = await bench.clock.settle(driver.spawn(bench.guest, context)).then(
    () => true,
    () => false,
  );
  bench.host.faults.clear();
  return { bench, spawned };
}

describe('a spawn of which a call fails for good', () => {
  it.each(['before', 'after'] as const)('%s acting leaves nothing, or a guest that runs', async (when) => {
    const calls = await callsOfSpawn();
    let failed = 0;
    for (let n = 1; n <= calls.length; n++) {
      const { bench, spawned } = await spawnWith(n, { kind: 'fail', when }, 3);
      const seen = await bench.observe();
      const left = { nothing: isEmpty(seen) && bench.host.taps.size === 0, runs: scenario.goal(seen, bench) };
      expect(left, `${calls[n - 1]} as call ${n}`).toEqual({ nothing: !spawned, runs: spawned });
      expect(bench.host.files.baseFiles().filter(({ whole }) => !whole)).toEqual([]);
      if (!spawned) failed++;
    }
    // Without failures nothing was shown: most calls have to be able to sink a spawn.
    expect(failed).toBeGreaterThan(calls.length / 2);
  });

  it('fails nothing when it fails once only', async () => {
    const calls = await callsOfSpawn();
    for (let n = 1; n <= calls.length; n++)
      for (const when of ['before', 'after'] as const)
        expect((await spawnWith(n, { kind: 'fail', when }, 1)).spawned, `call ${n}`).toBe(true);
  });

  it('can be repeated by another operation afterwards', async () => {
    const { bench, spawned } = await spawnWith(
      (await callsOfSpawn()).indexOf('create') + 1,
      { kind: 'fail', when: 'before' },
      3,
    );
    expect(spawned).toBe(false);
    await bench.prepare((driver, guest, context) => driver.spawn(guest, context));
    expect(await bench.observe()).toMatchObject({ power: 'on' });
  });

  it('keeps a directory with a disk that was there before', async () => {
    const bench = new Bench('instant');
    await bench.prepare(
      (driver, guest, context) => driver.spawn(guest, context),
      (driver, guest, context) => driver.destroy({ ...guest, destroyDisks: false }, context),
    );
    const { driver, context } = bench.agent();
    bench.host.faults.add({ kind: 'fail', when: 'before', on: 'create', times: 3 });
    await expect(bench.clock.settle(driver.spawn(bench.guest, context))).rejects.toMatchObject({
      code: 'HYPERVISOR_ERROR',
    });
    expect(await bench.observe()).toMatchObject({ domain: 'absent', disks: ['config', 'ephemeral0', 'root', 'swap'] });
  });
});

/** A spawn whose start always fails, killed at its n-th call and run again; false when it has fewer calls. */
async function killedWhileFailing(n: number): Promise<boolean> {
  const bench = new Bench('lively');
  bench.host.faults.add({ kind: 'fail', when: 'before', on: 'create', times: Infinity });
  if ((await bench.runUntilKilled(scenario, { n, phase: 'sent' })) === 'done') return false;
  await expect(bench.recover(scenario)).rejects.toMatchObject({ code: 'HYPERVISOR_ERROR' });
  await bench.clock.advance(60_000);
  expect(isEmpty(await bench.observe()), `killed at call ${n}`).toBe(true);
  return true;
}

describe('a spawn that is killed while it cleans up', () => {
  it('leaves what its next run can clean, at every point', async () => {
    let n = 1;
    while (await killedWhileFailing(n)) n++;
    expect(n).toBeGreaterThan(60);
  });
});
