/** A drain ends: with the host empty, or with what stays and why; whoever dies meanwhile. */
import { afterEach, expect, test } from 'vitest';
import { uuidNumber } from '@chronovirt/testing/world';
import type { DrainResult } from '@chronovirt/contract';
import { ClusterWorld, type Coordinator } from '../testing/cluster-world.ts';

let world: ClusterWorld;
afterEach(() => world.close());

async function start(storage: 'shared' | 'separate', instances: number): Promise<Coordinator> {
  world = new ClusterWorld(['h1', 'h2', 'h3'], storage, {});
  const coordinator = await world.startCoordinator();
  for (const name of world.names) await world.startAgent(name);
  await until('all hosts are heard', () => [...(coordinator.fleet?.all() ?? [])].length === 3);
  for (let n = 1; n <= instances; n++) {
    await world.create(coordinator, n, 'h1');
    await world.rests(uuidNumber(n));
  }
  return coordinator;
}

const until = (what: string, condition: () => boolean, limitMs = 3_600_000): Promise<void> =>
  world.clock.runUntil(condition, { limitMs, what });

async function order(coordinator: Coordinator, name: 'maintenance' | 'disable', args: object = {}): Promise<void> {
  if (coordinator.fleet === null) throw new Error('no fleet');
  const reply = await world.fleet?.order(coordinator.fleet, name === 'disable' ? 'h2' : 'h1', name, args as never);
  if (reply?.kind !== 'answer' || reply.answer.kind !== 'accepted') throw new Error(JSON.stringify(reply));
}

const maintenance = (coordinator: Coordinator): string =>
  coordinator.fleet?.state('h1')?.state.parts.maintenance.value ?? '';
const result = (coordinator: Coordinator): DrainResult | null =>
  coordinator.fleet?.state('h1')?.state.parts.maintenance.result ?? null;
const on = (coordinator: Coordinator, host: string): number =>
  [...coordinator.model.entries()].filter((entry) => entry.host === host && !entry.isDeleted).length;

/** Moves under way at one time, at most. */
function watchMoves(instances: number): () => number {
  let most = 0;
  const look = (): void => {
    let now = 0;
    for (let n = 1; n <= instances; n++) {
      const value = world.move(uuidNumber(n))?.value ?? 'done';
      if (!['done', 'undone', 'reverted', 'landed'].includes(value)) now += 1;
    }
    most = Math.max(most, now);
    world.clock.after(200, look);
  };
  look();
  return () => most;
}

test('running guests leave live, as many at a time as the budget says, and then the host is in maintenance', async () => {
  const coordinator = await start('shared', 5);
  const most = watchMoves(5);
  await order(coordinator, 'maintenance', { on: true, budget: 2 });
  await until('the host is in maintenance', () => maintenance(coordinator) === 'inMaintenance');
  expect(result(coordinator)).toEqual({ moved: 5, except: [], more: 0 });
  expect(on(coordinator, 'h1')).toBe(0);
  expect(most()).toBe(2);
  for (let n = 1; n <= 5; n++) expect(world.whereItRuns(uuidNumber(n))).not.toContain('h1');
  expect(coordinator.hosts.all().find(({ report }) => report.host === 'h1')?.report.enabled).toBe(false);
  await order(coordinator, 'maintenance', { on: false });
  await until('it is in use again', () => maintenance(coordinator) === 'none');
});

test('without shared storage running guests leave live as well, their disks are copied along', async () => {
  const coordinator = await start('separate', 2);
  await order(coordinator, 'maintenance', { on: true });
  await until('the drain is over', () => !maintenance(coordinator).includes('.'));
  expect(result(coordinator)).toEqual({ moved: 2, except: [], more: 0 });
  for (let n = 1; n <= 2; n++) expect(world.whereItRuns(uuidNumber(n))).not.toContain('h1');
});

test('a stopped guest leaves cold, and its files go with it', async () => {
  const coordinator = await start('separate', 1);
  await world.command(coordinator, uuidNumber(1), 'stop', { timeoutSeconds: 0 });
  await world.rests(uuidNumber(1));
  await order(coordinator, 'maintenance', { on: true });
  await until('the host is in maintenance', () => maintenance(coordinator) === 'inMaintenance');
  const entry = coordinator.model.get(uuidNumber(1));
  expect(entry?.state).toBe('stopped');
  expect(entry?.host).not.toBe('h1');
});

test('what is locked leaves as well, and that is told beforehand', async () => {
  const coordinator = await start('shared', 2);
  await world.command(coordinator, uuidNumber(2), 'lock', { reason: 'audit' });
  await world.rests(uuidNumber(2));
  const preview = await world.clock.settle(coordinator.fleet?.preview('h1' as never) ?? Promise.resolve([]));
  expect(preview).toMatchObject([
    { how: 'liveMigrate', lockedBy: null },
    { how: 'liveMigrate', lockedBy: 'tester' },
  ]);
  await order(coordinator, 'maintenance', { on: true });
  await until('the host is in maintenance', () => maintenance(coordinator) === 'inMaintenance');
  expect(coordinator.model.get(uuidNumber(2))?.segment?.view?.lock).toMatchObject({ reason: 'audit' });
});

test('what cannot be moved is told beforehand with its reason, stays, and does not keep the drain from its end', async () => {
  const coordinator = await start('shared', 3);
  await world.command(coordinator, uuidNumber(2), 'suspend');
  await world.rests(uuidNumber(2));
  const preview = await world.clock.settle(coordinator.fleet?.preview('h1' as never) ?? Promise.resolve([]));
  expect(preview.map(({ how }) => how)).toEqual(['liveMigrate', null, 'liveMigrate']);
  expect(preview[1]?.why).toMatch(/suspended/);
  await order(coordinator, 'maintenance', { on: true, budget: 3 });
  await until('the drain is over', () => maintenance(coordinator) === 'drained');
  expect(result(coordinator)).toMatchObject({
    moved: 2,
    except: [{ instance: uuidNumber(2), why: preview[1]?.why }],
    more: 0,
  });
  expect(on(coordinator, 'h1')).toBe(1);
  // The same order again goes on with what is left, and ends again.
  await order(coordinator, 'maintenance', { on: true });
  await until('it is over again', () => maintenance(coordinator) === 'drained');
});

test('with nowhere to go every instance stays, with the reasons of every host', async () => {
  const coordinator = await start('shared', 2);
  world.killAgent('h3');
  await order(coordinator, 'disable');
  await until('h3 is lost', () => coordinator.fleet?.state('h3')?.state.value === 'lost');
  await order(coordinator, 'maintenance', { on: true });
  await until('the drain is over', () => maintenance(coordinator) === 'drained');
  const { moved, except } = result(coordinator) ?? { moved: -1, except: [] };
  expect(moved).toBe(0);
  expect(except).toHaveLength(2);
  expect(except[0]?.why).toMatch(/h2: .*disabled|h2: it is disabled/);
});

test('a coordinator that dies in the middle of a drain goes on with it', async () => {
  const first = await start('shared', 4);
  await order(first, 'maintenance', { on: true, budget: 1 });
  await until('one has left', () => on(first, 'h1') < 4);
  world.killCoordinator(first);
  const next = await world.startCoordinator();
  await until('the host is in maintenance', () => maintenance(next) === 'inMaintenance');
  expect(on(next, 'h1')).toBe(0);
});

test('a drain that is called off leaves what is still there where it is', async () => {
  const coordinator = await start('shared', 4);
  await order(coordinator, 'maintenance', { on: true, budget: 1 });
  await until('one has left', () => on(coordinator, 'h1') < 4);
  await order(coordinator, 'maintenance', { on: false });
  await world.clock.advance(600_000);
  expect(maintenance(coordinator)).toBe('none');
  expect(on(coordinator, 'h1')).toBeGreaterThanOrEqual(2);
});

test('files that are kept for a move whose other host is lost do not keep the drain from its end, and it says so', async () => {
  const coordinator = await start('separate', 2);
  await world.command(coordinator, uuidNumber(1), 'coldMigrate', { host: 'h2' });
  await until('the move has landed', () => world.move(uuidNumber(1))?.value === 'landed');
  await world.rests(uuidNumber(1));
  world.losePower('h2');
  await until('h2 is lost', () => coordinator.fleet?.state('h2')?.state.value === 'lost');
  await order(coordinator, 'maintenance', { on: true });
  await until('the drain is over', () => maintenance(coordinator) === 'drained');
  expect(result(coordinator)).toMatchObject({ moved: 1, except: [{ instance: uuidNumber(1) }], more: 0 });
  expect(result(coordinator)?.except[0]?.why).toContain('h2');
});

test('what has landed here and waits for a person stays, and does not keep the drain from its end', async () => {
  const coordinator = await start('separate', 1);
  await world.create(coordinator, 2, 'h2');
  await world.rests(uuidNumber(2));
  await world.command(coordinator, uuidNumber(2), 'coldMigrate', { host: 'h1' });
  await until('the move has landed', () => world.move(uuidNumber(2))?.value === 'landed');
  await world.rests(uuidNumber(2));
  await order(coordinator, 'maintenance', { on: true });
  await until('the drain is over', () => maintenance(coordinator) === 'drained');
  expect(result(coordinator)).toMatchObject({ moved: 1, except: [{ instance: uuidNumber(2) }], more: 0 });
  expect(result(coordinator)?.except[0]?.why).toContain('resized');
});
