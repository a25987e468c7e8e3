/** How far a drain is: told while it runs and afterwards, and stored nowhere. */
import { setTimeout as delay } from 'node:timers/promises';
import { CLUSTER, type InstanceUuid } from '@chronovirt/contract';
import { silentLog } from '@chronovirt/runtime';
import { uuidNumber } from '@chronovirt/testing/world';
import { afterEach, expect, test } from 'vitest';
import { coordinatorConfig } from '../config/coordinator-config.ts';
import { ClusterWorld, type Coordinator } from '../testing/cluster-world.ts';
import type { ApiContext } from './context.ts';
import { DrainFeed, type DrainWord } from './drain-feed.ts';
import { drainOf, type DrainView } from './drain-view.ts';
import { eventStream } from './event-stream.ts';

let world: ClusterWorld;
const stop = new AbortController();
afterEach(() => world.close());

/** Hosts with instances on h1; the second of them is suspended, and cannot move. */
async function start(instances: number): Promise<{ coordinator: Coordinator; context: ApiContext }> {
  world = new ClusterWorld(['h1', 'h2'], 'separate', {});
  const coordinator = await world.startCoordinator();
  for (const name of world.names) await world.startAgent(name);
  await world.clock.runUntil(() => [...(coordinator.fleet?.all() ?? [])].length === 2, {
    limitMs: 60_000,
    what: 'hosts',
  });
  for (let n = 1; n <= instances; n++) {
    await world.create(coordinator, n, 'h1');
    await world.rests(uuidNumber(n));
  }
  await world.command(coordinator, uuidNumber(2), 'suspend');
  await world.rests(uuidNumber(2));
  return { coordinator, context: contextOf(coordinator) };
}

function contextOf({ fleet, model, journal }: Coordinator): ApiContext {
  const query = async (host: string, method: string, args: Record<string, unknown>): Promise<unknown> => {
    const agent = world.agent(host);
    if (agent === null) throw new Error(`host ${host} does not answer`);
    if (method === 'progress') return { effects: agent.host.progress(args['instance'] as InstanceUuid) };
    const asked = { signal: AbortSignal.any([]), deadlineMs: 1_000 };
    return (await agent.queries.handle(method, args, asked))?.value;
  };
  const config = coordinatorConfig.parse({ incomingDirectory: '/' });
  return { fleet, model, journal, queries: { query }, log: silentLog, config, closing: stop.signal } as never;
}

const drains = async ({ fleet }: Coordinator, on = true): Promise<void> => {
  const reply = fleet && (await world.fleet?.order(fleet, 'h1', 'maintenance', on ? { on, budget: 2 } : { on }));
  expect(reply).toMatchObject({ kind: 'answer', answer: { kind: 'accepted' } });
};

const isOver = ({ fleet }: Coordinator): boolean => !fleet?.state('h1')?.state.parts.maintenance.value.includes('.');

async function storedOf({ journal }: Coordinator): Promise<string[]> {
  const found: string[] = [];
  for await (const stored of journal.read(CLUSTER, 'host_h1')) found.push(JSON.stringify(stored));
  return found;
}

test('it tells who is done, who moves and how far, who waits and who stays; afterwards what came of it', async () => {
  const { coordinator, context } = await start(5);
  expect(await drainOf(context, 'h1')).toBeNull();
  expect(await drainOf(context, 'nowhere')).toBeNull();
  await drains(coordinator);
  const views: DrainView[] = [];
  while (!isOver(coordinator)) {
    const view = await world.clock.settle(drainOf(context, 'h1'));
    if (view?.isRunning === true) views.push(view);
    await world.clock.advance(100);
  }
  for (const { moved, waiting, moving, stayed } of views)
    expect(moved + waiting + moving.length + stayed.length).toBe(5);
  expect(views.map(({ moved }) => moved)).toEqual(views.map(({ moved }) => moved).toSorted((a, b) => a - b));
  expect(Math.max(...views.map(({ moving }) => moving.length))).toBe(2);
  expect(views[0]).toMatchObject({ moved: 0 });
  expect(views.at(-1)).toMatchObject({
    stayed: [{ instance: uuidNumber(2), why: expect.stringMatching(/suspended/) }],
  });
  const copied = views.flatMap(({ moving }) => moving).find(({ copy }) => copy !== null);
  expect(copied).toMatchObject({ kind: 'live', to: 'h2', step: 'copying.copy', copy: { memory: {}, disk: {} } });
  expect(Object.keys(copied?.copy as object)).toContain('expectedEndMs');
  const end = { isRunning: false, moved: 4, waiting: 0, moving: [], stayed: [{ instance: uuidNumber(2) }], more: 0 };
  expect(await drainOf(context, 'h1')).toMatchObject(end);
  const stored = await storedOf(coordinator);
  expect(stored.filter((text) => text.includes('drain.'))).toHaveLength(2);
  expect(stored.join('')).not.toContain('expectedEndMs');
  await drains(coordinator, false);
  expect(await drainOf(context, 'h1')).toBeNull();
});

test('a coordinator that comes in the middle knows who has left before it came', async () => {
  const { coordinator } = await start(4);
  await drains(coordinator);
  const moved = (): number => coordinator.fleet?.drainOf('h1')?.moved ?? 0;
  await world.clock.runUntil(() => moved() > 0, { limitMs: 600_000, what: 'one has left' });
  world.killCoordinator(coordinator);
  const next = await world.startCoordinator();
  const view = async (): Promise<DrainView | null> => world.clock.settle(drainOf(contextOf(next), 'h1'));
  await world.clock.runUntil(() => next.fleet?.drainOf('h1') !== null, { limitMs: 600_000, what: 'it goes on' });
  expect(await view()).toMatchObject({ isRunning: true });
  expect((await view())?.moved).toBeGreaterThan(0);
  await world.clock.runUntil(() => isOver(next), { limitMs: 3_600_000, what: 'it is over' });
  expect(await view()).toMatchObject({ isRunning: false, moved: 3, stayed: [{ instance: uuidNumber(2) }] });
});

test('who follows events hears of it as it comes along, its end too, without ids and nothing twice; nobody looks when nobody follows', async () => {
  const { coordinator, context } = await start(3);
  const { fleet } = context;
  let looks = 0;
  const counted = {
    all: () => (looks++, fleet.all()),
    state: (host: string) => fleet.state(host),
    drainOf: (host: string) => fleet.drainOf(host),
  } as ApiContext['fleet'];
  const feed = new DrainFeed({ ...context, fleet: counted }, 5);
  const response = eventStream(context, { since: null, instance: null, drains: feed, signal: stop.signal });
  const reader = response.body?.getReader();
  let text = '';
  const words = (): DrainWord[] =>
    [...text.matchAll(/^event: drain\ndata: (.*)$/gm)].map(([, data = '']) => JSON.parse(data) as DrainWord);
  const reading = (async () => {
    for (;;) {
      const next = await reader?.read();
      if (next === undefined || next.done) return;
      text += Buffer.from(next.value).toString('utf8');
    }
  })();
  await drains(coordinator);
  for (let n = 0; n < 2_000 && words().at(-1)?.drain?.isRunning !== false; n++) {
    await world.clock.advance(100);
    // Now and then nothing changes for several looks.
    await delay(n % 10 === 0 ? 25 : 1);
  }
  const told = words();
  expect(new Set(told.map(({ host }) => host))).toEqual(new Set(['h1']));
  expect(told.at(-1)?.drain).toMatchObject({ isRunning: false, moved: 2 });
  expect(told.some(({ drain }) => drain?.moving.some(({ copy }) => copy !== null))).toBe(true);
  for (const [index, word] of told.entries()) expect(word).not.toEqual(told[index - 1]);
  // A word without an id leaves the reader's position where it was.
  for (const block of text.split('\n\n')) if (block.includes('event: drain')) expect(block).not.toMatch(/^id:/m);
  await reader?.cancel();
  await reading;
  await delay(20);
  const before = looks;
  await delay(50);
  expect(looks).toBe(before);
});
