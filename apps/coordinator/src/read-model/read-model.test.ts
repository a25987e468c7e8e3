import { CLUSTER, type TurnMessage } from '@chronovirt/contract';
import { MemoryJournal, MemoryStore, silentLog } from '@chronovirt/runtime';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { ChainWriter } from '../testing/sample-chain.ts';
import { parsePosition } from './position.ts';
import { ReadModel } from './read-model.ts';

const models: ReadModel[] = [];
afterEach(() => {
  for (const model of models.splice(0)) model.close();
});

function modelOf(journal: MemoryJournal): ReadModel {
  const model = new ReadModel({ journal, log: silentLog, discoverMs: 5 });
  models.push(model);
  return model;
}

/** A journal into which messages are put in the order of their streams, but in any order between them. */
async function replay(
  messages: readonly { message: TurnMessage }[],
  order: readonly number[],
  journal: MemoryJournal,
): Promise<Map<string, number>> {
  const byHost = Map.groupBy(messages, ({ message }) => message.host as string);
  const last = new Map<string, number>();
  const hosts = [...byHost.keys()];
  const taken = new Map<string, number>();
  const put = async (host: string): Promise<void> => {
    const index = taken.get(host) ?? 0;
    const next = byHost.get(host)?.[index];
    if (next === undefined) return;
    taken.set(host, index + 1);
    await journal.provision(host);
    const appended = await journal.append(next.message, last.get(host) ?? 0);
    if (appended.kind === 'stored') last.set(host, appended.seq);
  };
  for (const one of order) await put(hosts[one % hosts.length] ?? '');
  for (const host of hosts) for (let left = byHost.get(host)?.length ?? 0; left > 0; left--) await put(host);
  return last;
}

describe('who speaks for an instance', () => {
  test('any order in which the streams arrive ends in the same model, and reading it all at the start does too', async () => {
    const writer = await new ChainWriter().life();
    const whole = modelOf(writer.journal);
    await whole.start();
    await until(() => whole.get(writer.spec.uuid)?.created === writer.messages[0]?.message.at);
    const expected = JSON.parse(whole.get(writer.spec.uuid)?.json ?? '{}') as Record<string, unknown>;
    expect(expected).toMatchObject({ state: 'deleted', host: 'h2', name: writer.spec.name });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 12 }),
        fc.array(fc.nat(5), { maxLength: 40 }),
        async (early, order) => {
          const journal = new MemoryJournal({ store: new MemoryStore() });
          const model = modelOf(journal);
          await replay(writer.messages.slice(0, early), [], journal);
          await model.start();
          const rest = new MemoryJournal({ store: journal.store });
          const last = await replayRest(writer, early, order, rest);
          expect(await model.reached(last, 2_000)).toBe(true);
          const shown = (): string => model.get(writer.spec.uuid)?.json ?? '{}';
          await until(() => shown() === JSON.stringify(expected)).catch(() =>
            expect(JSON.parse(shown())).toEqual(expected),
          );
          model.close();
        },
      ),
      { numRuns: 60 },
    );
  });

  test('at each point of a life the state is the owner’s', async () => {
    const writer = new ChainWriter();
    const model = modelOf(writer.journal);
    await writer.journal.provision(CLUSTER);
    await model.start();
    const shown = async (): Promise<string> => {
      const { host, state } = await latest(model, writer);
      return `${host} ${state}`;
    };
    await writer.build('h1');
    expect(await shown()).toBe('h1 building.spawn');
    await writer.outcome('h1', 'failed');
    expect(await shown()).toBe('_cluster building.spawn');
    await writer.giveBack('h1', true);
    expect(await shown()).toBe('_cluster building.place');
    await writer.build('h2');
    await writer.outcome('h2', 'done');
    expect(await shown()).toBe('h2 running');
  });
});

test('a read that waits for a sequence sees it, and one that waits in vain says so', async () => {
  const writer = new ChainWriter();
  await writer.build('h1');
  const model = modelOf(writer.journal);
  await model.start();
  const waiting = model.reached(parsePosition('h1:2'), 5_000);
  await writer.outcome('h1', 'done');
  expect(await waiting).toBe(true);
  expect(model.find(writer.spec.name)?.state).toBe('running');
  expect(await model.reached(parsePosition('h1:99'), 5)).toBe(false);
});

test('a host that is new is heard from its first message on', async () => {
  const writer = new ChainWriter();
  const model = modelOf(writer.journal);
  await writer.journal.provision(CLUSTER);
  await model.start();
  const heard: string[] = [];
  model.onStored(({ host, seq }) => heard.push(`${host}:${seq}`));
  await writer.build('h1');
  await writer.outcome('h1', 'done');
  await latest(model, writer);
  expect(heard.toSorted()).toEqual(['_cluster:1', '_cluster:2', '_cluster:3', 'h1:1', 'h1:2']);
});

test('names belong to those that live; a deleted one is found by its name until another takes it', async () => {
  const journal = new MemoryJournal({ store: new MemoryStore() });
  const first = new ChainWriter(journal, 1);
  await first.life();
  const model = modelOf(journal);
  await model.start();
  await until(() => model.find(first.spec.name) !== undefined);
  expect(model.find(first.spec.name)?.uuid).toBe(first.spec.uuid);
  expect(model.holderOf(first.spec.name)).toBeUndefined();
  expect([...model.list({})]).toHaveLength(0);
  expect([...model.list({ all: true })]).toHaveLength(1);
});

test('pages go through all instances once, in order of their names', async () => {
  const journal = new MemoryJournal({ store: new MemoryStore() });
  for (const n of [3, 1, 2, 5, 4]) await new ChainWriter(journal, n).build('h1');
  const model = modelOf(journal);
  await model.start();
  const names: (string | null)[] = [];
  for (let after: string | undefined; ;) {
    const page = [...model.list({ limit: 2, ...(after === undefined ? {} : { after }) })];
    if (page.length === 0) break;
    names.push(...page.map(({ name }) => name));
    after = page.at(-1)?.uuid;
  }
  expect(names).toEqual(['guest-1', 'guest-2', 'guest-3', 'guest-4', 'guest-5']);
  expect([...model.list({ name: 'guest-[3]' })]).toHaveLength(0);
  expect([...model.list({ name: '*-3' })]).toHaveLength(1);
  expect([...model.list({ state: 'building' })]).toHaveLength(5);
});

test('a page begins after the last one’s end, also when the instance there was deleted meanwhile', async () => {
  const journal = new MemoryJournal({ store: new MemoryStore() });
  const writers = [1, 2, 3].map((n) => new ChainWriter(journal, n));
  for (const writer of writers) await writer.build('h1');
  const [, second] = writers as [ChainWriter, ChainWriter, ChainWriter];
  const model = modelOf(journal);
  await model.start();
  await second.deleteFrom('h1');
  expect((await latest(model, second)).state).toBe('deleted');
  expect([...model.list({ after: second.spec.uuid })].map(({ name }) => name)).toEqual(['guest-3']);
  expect([...model.list({})].map(({ name }) => name)).toEqual(['guest-1', 'guest-3']);
});

test('the list as bytes is the list, whatever has changed since the last one; what has not changed is not made again', async () => {
  const journal = new MemoryJournal({ store: new MemoryStore() });
  const writers = Array.from({ length: 150 }, (_, n) => new ChainWriter(journal, n + 101));
  const [first, second, ...rest] = writers as [ChainWriter, ChainWriter, ...ChainWriter[]];
  for (const writer of [first, ...rest]) await writer.build('h1');
  const model = modelOf(journal);
  const listed = (): Uint8Array[] => {
    const pieces = model.listBytes();
    const entries = [...model.list({})].map(({ json }) => JSON.parse(json) as unknown);
    expect(JSON.parse(`[${Buffer.concat(pieces).toString()}]`)).toEqual(entries);
    return pieces;
  };
  await model.start();
  const before = listed();
  expect(before.length).toBeGreaterThan(2);
  expect(listed()).toEqual(before);
  expect(listed().every((piece, at) => piece === before[at])).toBe(true);

  await rest.at(-1)?.outcome('h1', 'done');
  await latest(model, rest.at(-1) ?? first);
  const after = listed();
  expect(after.map((piece, at) => piece === before[at])).toEqual(before.map((_, at) => at < before.length - 1));

  await second.build('h1');
  await latest(model, second);
  expect(listed().length).toBeGreaterThan(0);
  for (const writer of [first, ...rest.slice(0, 100)]) await writer.deleteFrom('h1');
  await latest(model, rest[99] ?? first);
  expect(listed().length).toBe(1);
});

async function replayRest(
  writer: ChainWriter,
  early: number,
  order: readonly number[],
  journal: MemoryJournal,
): Promise<Map<string, number>> {
  const before = new Map<string, number>();
  for (const { message } of writer.messages.slice(0, early)) {
    before.set(message.host, (await journal.last(message.host, message.instance))?.seq ?? 0);
  }
  const rest = writer.messages.slice(early);
  const byHost = Map.groupBy(rest, ({ message }) => message.host as string);
  const hosts = [...byHost.keys()];
  const pending = new Map(hosts.map((host) => [host, [...(byHost.get(host) ?? [])]]));
  const put = async (host: string): Promise<void> => {
    const next = pending.get(host)?.shift();
    if (next === undefined) return;
    await journal.provision(host);
    const appended = await journal.append(next.message, before.get(host) ?? 0);
    if (appended.kind === 'stored') before.set(host, appended.seq);
  };
  for (const one of order) await put(hosts[one % Math.max(1, hosts.length)] ?? '');
  for (const host of hosts) while ((pending.get(host)?.length ?? 0) > 0) await put(host);
  return before;
}

async function latest(model: ReadModel, writer: ChainWriter): Promise<{ host: string | null; state: string | null }> {
  const last = new Map(writer.messages.map(({ seq, message }) => [message.host as string, seq]));
  expect(await model.reached(last, 2_000)).toBe(true);
  const entry = model.get(writer.spec.uuid);
  return { host: entry?.host ?? null, state: entry?.state ?? null };
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 2_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error('the condition did not come true');
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
