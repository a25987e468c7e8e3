/** What is found about histories that other charts have decided is found once; what is kept of it is believed only where it must be true. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { InstanceUuid } from '@chronovirt/contract';
import { CountingJournal } from '@chronovirt/testing/journal';
import { AgentWorld, sampleSpec } from '@chronovirt/testing/world';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isReadable, type Stored } from '../ports/journal.ts';
import { silentLog } from '../ports/log.ts';
import { foldNotesIn } from '../process/fold-notes-files.ts';
import { MemoryJournal } from './memory-journal.ts';
import { MemoryStore } from './memory-store.ts';
import { UpToDateJournal } from './up-to-date-journal.ts';

type Json = Record<string, unknown>;

let world: AgentWorld;
let store: MemoryStore;
let uuids: InstanceUuid[];
let directory: string;
let warned: string[];

/** Four guests that rest, as another version of the charts has decided it. */
beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'folded-'));
  warned = [];
  world = new AgentWorld();
  ({ store } = world);
  const { agent, spec } = await world.running();
  uuids = [spec.uuid];
  for (const n of [2, 3, 4]) {
    const other = sampleSpec(n);
    uuids.push(other.uuid);
    await world.clock.settle(agent.host.link(other.uuid, world.order(other)));
    await world.rests(other.uuid);
  }
  agent.kill();
  for (const uuid of uuids) rewritten(uuid, (message) => ({ ...message, machine: 'life@0' }));
});
afterEach(() => rmSync(directory, { recursive: true }));

function rewritten(uuid: string, edit: (message: Json) => Json, of: MemoryStore = store): void {
  of.rewrite('h1', uuid, (text) => JSON.stringify(edit(JSON.parse(text) as Json)));
}

const otherwise = (message: Json): Json => ({ ...message, state: { ...(message['state'] as Json), value: 'paused' } });

/** Messages that were read to fold them. */
const readSoFar = ({ ofHistories, ofFeeds }: CountingJournal): number => ofHistories + ofFeeds;

interface Start {
  /** Messages that were read for folding. */
  readonly folded: number;
  /** Histories, by what the journal says of their last messages. */
  readonly last: Map<string, string>;
  readonly warned: string[];
}

/** A process that reads the last message of every history, once or as an agent does: first of the open ones, then of all. */
async function start(which: ('open' | undefined)[] = ['open', undefined], on: MemoryStore = store): Promise<Start> {
  warned = [];
  const inner = new CountingJournal({ store: on });
  const log = {
    ...silentLog,
    warn: (fields: { instance?: string; file?: string }) => void warned.push(fields.instance ?? fields.file ?? ''),
  };
  const journal = new UpToDateJournal(inner, log as never, foldNotesIn(directory, log as never));
  const last = new Map<string, string>();
  for (const one of which)
    for await (const stored of journal.lastOfAll('h1', one))
      last.set(stored.instance, isReadable(stored) ? stored.message.state.value : 'unreadable');
  return { folded: readSoFar(inner), last, warned };
}

const note = (): Json => JSON.parse(readFileSync(join(directory, '_folded.h1'), 'utf8')) as Json;

describe('histories that other charts have decided', () => {
  test('are folded once, by the first start: the next knows that they fold to what they say', async () => {
    const { folded, last } = await start();
    expect(folded).toBe(store.end('h1'));
    expect(await start()).toEqual({ folded: 0, last, warned: [] });
    expect([...last.values()]).toEqual(uuids.map(() => 'running'));
  });

  test('are folded by each start while none has read them all', async () => {
    await start(['open']);
    expect(readdirSync(directory)).toEqual([]);
    expect((await start(['open'])).folded).toBe(store.end('h1'));
  });

  test('are folded anew each time, and each time that is told, where it leads to something else', async () => {
    const [one = '', two = ''] = uuids;
    rewritten(one, otherwise);
    rewritten(two, (message) => ({ ...message, events: [{ type: 'levitate.done', to: 'up' }] }));
    const { last, warned: told } = await start([undefined]);
    expect(last.get(one)).toBe('running');
    expect(last.get(two)).toBe('unreadable');
    expect(told).toEqual([one]);
    const ofThese = [one, two].map((uuid) => [...texts(uuid)].length).reduce((sum, length) => sum + length, 0);
    const again = await start([undefined]);
    expect(again.last).toEqual(last);
    expect(again.warned).toEqual([one]);
    // Up to the last message of the two.
    expect(again.folded).toBeLessThan(store.end('h1'));
    expect(again.folded).toBeGreaterThanOrEqual(ofThese);
    expect(note()).toMatchObject({ except: [one, two] });
  });

  test('are folded where they have gone on since; what is found then is kept as well', async () => {
    await start();
    const [one = ''] = uuids;
    const [last = ''] = [...texts(one)].slice(-1);
    store.putRaw('h1', one, last.replace('"value":"running"', '"value":"paused"'));
    const { folded, last: now, warned: told } = await start([undefined]);
    expect(told).toEqual([]);
    expect(folded).toBeGreaterThan(0);
    expect(now.get(one)).toBe('unreadable');
    expect(note()).toMatchObject({ upTo: store.end('h1'), except: [one] });
    expect((await start([undefined])).last).toEqual(now);
  });

  test('are not taken for known when they were stored while a start read the others', async () => {
    const [one = '', two = ''] = uuids;
    const lasts = uuids.map((uuid) => [...texts(uuid)].at(-1) ?? '');
    class Growing extends MemoryJournal {
      override async *lastOfAll(...args: Parameters<MemoryJournal['lastOfAll']>): AsyncIterable<Stored> {
        for await (const stored of super.lastOfAll(...args)) {
          yield stored;
          if (stored.instance !== one) continue;
          // A predecessor's: the last appends of a process that was frozen. The first was missed by the reader, the second it will meet.
          store.putRaw('h1', one, lasts[0]?.replace('"value":"running"', '"value":"paused"') ?? '');
          store.putRaw('h1', uuids[3] ?? '', lasts[3] ?? '');
        }
      }
    }
    const journal = new UpToDateJournal(new Growing({ store }), silentLog, foldNotesIn(directory, silentLog));
    const before = store.end('h1');
    for await (const _ of journal.lastOfAll('h1'));
    expect(note()['except']).toEqual([]);
    expect(note()['upTo']).toBeLessThanOrEqual(before);
    const { last: next } = await start([undefined]);
    expect([one, two].map((uuid) => next.get(uuid))).toEqual(['unreadable', 'running']);
  });
});

describe('a note is not believed', () => {
  const foldsAll = async (on?: MemoryStore): Promise<void> =>
    expect((await start(['open'], on)).folded).toBe((on ?? store).end('h1'));

  beforeEach(async () => void (await start()));

  test('of other charts', async () => {
    writeFileSync(join(directory, '_folded.h1'), JSON.stringify({ ...note(), charts: 'life@0 host@0' }));
    await foldsAll();
  });

  test('that is damaged, which is told', async () => {
    writeFileSync(join(directory, '_folded.h1'), JSON.stringify(note()).slice(0, 40));
    await foldsAll();
    expect(warned).toContain(join(directory, '_folded.h1'));
    rmSync(join(directory, '_folded.h1'));
    await foldsAll();
    expect(warned).toEqual([]);
  });

  test('of another stream: one that was made anew, or is an older copy of this one and has gone on otherwise', async () => {
    const anew = copy(
      () => true,
      (text) => text.replaceAll(/"id":"[^"]*"/g, '"id":"another"'),
    );
    await foldsAll(anew);
    const older = copy((seq) => seq < store.end('h1'));
    await foldsAll(older);
    const [one = ''] = uuids;
    const [last = ''] = [...texts(one)].slice(-1);
    older.putRaw('h1', one, last.replace(/"id":"[^"]*"/, '"id":"another"'));
    await foldsAll(older);
  });

  function copy(has: (seq: number) => boolean, edit = (text: string) => text): MemoryStore {
    const other = new MemoryStore();
    other.provision('h1');
    for (let seq = 1; seq <= store.end('h1'); seq++) {
      const found = store.get('h1', seq);
      if (found !== undefined && has(seq)) other.putRaw('h1', found.instance, edit(found.text));
    }
    return other;
  }
});

test('where nothing can be kept a start goes on without, and says so', async () => {
  writeFileSync(join(directory, 'no-directory'), '');
  const inner = new CountingJournal({ store });
  const log = { ...silentLog, warn: ({ file }: { file?: string }) => void warned.push(file ?? '') };
  const below = join(directory, 'no-directory', 'below');
  const journal = new UpToDateJournal(inner, log as never, foldNotesIn(below, log as never));
  for await (const _ of journal.lastOfAll('h1'));
  expect(warned.at(-1)).toBe(join(below, '_folded.h1'));
  const before = readSoFar(inner);
  // This process knows what it has found.
  for await (const _ of journal.lastOfAll('h1'));
  expect(readSoFar(inner)).toBe(before);
});

/** The stored texts of a history. */
function* texts(uuid: string): Iterable<string> {
  for (let seq = 1; seq <= store.end('h1'); seq++) {
    const found = store.get('h1', seq);
    if (found?.instance === uuid) yield found.text;
  }
}
