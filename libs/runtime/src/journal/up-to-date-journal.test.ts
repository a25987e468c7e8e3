import { STATE_VERSION, type InstanceUuid } from '@chronovirt/contract';
import { MACHINE_VERSION, verify } from '@chronovirt/machines';
import { CountingJournal } from '@chronovirt/testing/journal';
import { AgentWorld } from '@chronovirt/testing/world';
import { beforeEach, describe, expect, test } from 'vitest';
import { isReadable, type Journal, type Stored } from '../ports/journal.ts';
import { silentLog } from '../ports/log.ts';
import { HistoriesAtHand } from './histories-at-hand.ts';
import { Folding } from './folding.ts';
import { MemoryJournal } from './memory-journal.ts';
import { UpToDateJournal } from './up-to-date-journal.ts';

type Json = Record<string, unknown>;
const outdated = { v: STATE_VERSION - 1, was: 'of another shape' };

let world: AgentWorld;
let uuid: InstanceUuid;
let written: Stored[];

/** A guest that was created, paused, and let go on; the agent is gone. */
beforeEach(async () => {
  world = new AgentWorld();
  const { agent, spec } = await world.running();
  ({ uuid } = spec);
  for (const name of ['pause', 'unpause'] as const) {
    await world.command(agent, uuid, name);
    await world.rests(uuid);
  }
  agent.kill();
  written = await all(memory().read('h1', uuid));
});

const memory = (): Journal => new MemoryJournal({ store: world.store });

/** What the journal said that nobody has to stop for. */
let warned: unknown[] = [];
function today(): Journal {
  warned = [];
  return new UpToDateJournal(memory(), { ...silentLog, warn: (fields: unknown) => void warned.push(fields) });
}

async function all(messages: AsyncIterable<Stored>, most = Number.POSITIVE_INFINITY): Promise<Stored[]> {
  const found: Stored[] = [];
  for await (const stored of messages) if (found.push(stored) >= most) break;
  return found;
}

/** What the host was told when it took the instance over, without a field that an older version did not have. */
function withoutHostsTried(events: unknown): unknown {
  return JSON.parse(JSON.stringify(events), (key, value: unknown) => (key === 'hostsTried' ? undefined : value));
}

function rewritten(edit: (message: Json, n: number) => Json): void {
  let n = 0;
  world.store.rewrite('h1', uuid, (text) => JSON.stringify(edit(JSON.parse(text) as Json, n++)));
}

describe('a history whose states are of an older version', () => {
  beforeEach(() => rewritten((message) => ({ ...message, state: outdated })));

  test('cannot be used as it is, and says so', async () => {
    expect(await memory().last('h1', uuid)).toMatchObject({
      unreadable: { code: 'OUTDATED_STATE', text: expect.stringContaining(`state version ${STATE_VERSION - 1}`) },
    });
  });

  test('is folded anew wherever it is read, and has the states that it had', async () => {
    const journal = today();
    const last = written.at(-1);
    expect(await all(journal.read('h1', uuid))).toEqual(written);
    expect(await all(journal.read('h1', uuid, { from: written[2]?.seq ?? 0 }))).toEqual(written.slice(2));
    expect(await journal.last('h1', uuid)).toEqual(last);
    expect(await all(journal.lastOfAll('h1'))).toEqual([last]);
    expect(await journal.get('h1', written[1]?.seq ?? 0)).toEqual(written[1]);
    expect(await all(journal.feed('h1', 0, new AbortController().signal), written.length)).toEqual(written);
    const message = last !== undefined && isReadable(last) ? last.message : null;
    if (message === null) throw new Error('no message');
    expect(await journal.append({ ...message, id: 'late' as never }, 1)).toEqual({ kind: 'conflict', last });
    expect(warned).toEqual([]);
  });

  test('goes on under an agent of today, whose messages carry states of today', async () => {
    const agent = world.startAgent();
    await world.clock.settle(agent.started);
    expect(agent.host.state(uuid)?.state.value).toBe('running');
    expect(await world.command(agent, uuid, 'pause')).toMatchObject({ answer: { kind: 'accepted' } });
    expect(await world.rests(uuid)).toMatchObject({ v: STATE_VERSION, value: 'paused' });
    const entries = (await all(today().read('h1', uuid))).filter(isReadable);
    expect(verify(entries)).toMatchObject({ ok: true, messages: entries.length });
  });

  test('is folded on from where it stood by who follows the host: each message is read once', async () => {
    const { signal } = new AbortController();
    const counted = new CountingJournal({ store: world.store });
    const journal = new UpToDateJournal(counted, silentLog);
    expect(await all(journal.feed('h1', 0, signal), written.length)).toEqual(written);
    expect(counted.ofHistories).toBe(1);
    const [, second] = written;
    counted.ofHistories = 0;
    expect(await all(journal.feed('h1', second?.seq ?? 0, signal), written.length - 2)).toEqual(written.slice(2));
    // From its beginning to the first that was met.
    expect(counted.ofHistories).toBe(3);
  });

  test('is read by itself where it is one of few in a long stream, else with all of them in one pass', async () => {
    const counted = new CountingJournal({ store: world.store });
    const journal = new UpToDateJournal(counted, silentLog);
    expect(await all(journal.lastOfAll('h1'))).toEqual(written.slice(-1));
    expect(counted.ofHistories).toBe(0);
    for (let n = 0; n < 100; n++) world.store.putRaw('h1', '00000000-0000-4000-8000-00000000000b', 'no message');
    expect(await all(journal.lastOfAll('h1'))).toHaveLength(2);
    expect(await all(journal.lastOfAll('h1'))).toContainEqual(written.at(-1));
    expect(counted.ofHistories).toBe(2 * written.length);
  });

  test('cannot be followed past a message that is damaged; each later one says so, and none is folded for it', async () => {
    rewritten((message, n) => (n === 2 ? { v: 99 } : message));
    const counted = new CountingJournal({ store: world.store });
    const journal = new UpToDateJournal(counted, silentLog);
    const met = await all(journal.feed('h1', 0, new AbortController().signal), written.length);
    const text = expect.stringMatching(/cannot be folded: message 3: message version 99/);
    expect(met.slice(0, 2)).toEqual(written.slice(0, 2));
    for (const stored of met.slice(3))
      expect(stored).toMatchObject({ unreadable: { code: 'UNKNOWN_VERSION', needs: 99, text } });
    expect(await all(journal.read('h1', uuid))).toEqual(met);
    expect(counted.ofHistories).toBe(1 + written.length);
  });

  test('has no message of today where what an event of old carries leads to no state of today; later ones may put that right', async () => {
    rewritten((message, n) => (n === 0 ? { ...message, events: withoutHostsTried(message['events']) } : message));
    expect(await today().get('h1', 1)).toMatchObject({
      unreadable: {
        code: 'NOT_A_MESSAGE',
        text: expect.stringMatching(/no state of this version: state\.context\.hostsTried/),
      },
    });
    expect(await today().last('h1', uuid)).toEqual(written.at(-1));
  });

  test('halts where a message before cannot be read, and names that', async () => {
    rewritten((message, n) => (n === 1 ? { v: 99 } : message));
    expect(await today().last('h1', uuid)).toMatchObject({
      unreadable: { text: expect.stringMatching(/cannot be folded: message 2: message version 99/) },
    });
  });
});

describe('a history that another chart has decided', () => {
  test('is gone on from where that chart was as today’s folds it', async () => {
    rewritten((message) => ({ ...message, machine: 'life@0' }));
    expect(await today().last('h1', uuid)).toMatchObject({
      message: { machine: 'life@0', state: { value: 'running' } },
    });
    expect(warned).toEqual([]);
  });

  test('counts as today’s chart folds it where the two differ, which is logged with what differs', async () => {
    rewritten((message) => ({
      ...message,
      machine: 'life@0',
      state: { ...(message['state'] as Json), value: 'paused' },
    }));
    const agent = world.startAgent();
    await world.clock.settle(agent.started);
    expect(agent.host.state(uuid)?.state.value).toBe('running');
    await today().last('h1', uuid);
    expect(warned).toEqual([expect.objectContaining({ instance: uuid, by: 'life@0', differs: ['value'] })]);
  });

  test('halts where today’s chart does not take an event of it, and says which; delete is open', async () => {
    rewritten((message, n) =>
      n === written.length - 1
        ? {
            ...message,
            machine: 'life@9',
            events: [{ type: 'levitate.done', to: 'floating' }],
            state: { ...(message['state'] as Json), value: 'floating' },
          }
        : message,
    );
    const why = `decided by life@9, and ${MACHINE_VERSION} does not fold it`;
    expect(await today().last('h1', uuid)).toMatchObject({
      unreadable: { code: 'NOT_A_MESSAGE', text: expect.stringMatching(`${why}.*levitate\\.done`) },
    });
    const agent = world.startAgent();
    await world.clock.settle(agent.started);
    const reply = await world.command(agent, uuid, 'pause');
    expect(reply).toMatchObject({ kind: 'error', message: expect.stringContaining('levitate.done') });
    expect(await world.command(agent, uuid, 'delete')).toMatchObject({ answer: { kind: 'accepted' } });
    expect(await world.rests(uuid)).toMatchObject({ value: 'deleted' });
  });
});

describe('histories at hand', () => {
  /** Begins a history that nobody has read before, and counts how often. */
  function atHand(most: number): { begun: number[]; take(stored: Stored): Promise<Stored> } {
    const begun: number[] = [];
    const histories = new HistoriesAtHand(
      async (wanted) => {
        begun.push(wanted.seq);
        const folding = new Folding();
        let now = wanted;
        for await (const stored of memory().read(wanted.host, wanted.instance, { to: wanted.seq }))
          now = folding.take(stored);
        return { folding, now };
      },
      { most },
    );
    return { begun, take: (stored) => histories.take(stored) };
  }

  const taken = async (from: ReturnType<typeof atHand>, messages: Stored[]): Promise<Stored[]> => {
    const now: Stored[] = [];
    for (const stored of messages) now.push(await from.take(stored));
    return now;
  };

  test('are forgotten when they are up to date or over, and when there are too many: then they begin anew', async () => {
    const agent = world.startAgent();
    await world.clock.settle(agent.started);
    await world.command(agent, uuid, 'delete');
    await world.rests(uuid);
    agent.kill();
    const whole = await all(memory().read('h1', uuid));
    const [end = 0] = whole.slice(-1).map(({ seq }) => seq);
    rewritten((message, n) => (n === 3 ? message : { ...message, state: outdated }));
    const now = await all(memory().read('h1', uuid));
    const few = atHand(8);
    expect(await taken(few, now)).toEqual(whole);
    // After the one of today, and not once more up to the end.
    expect(few.begun).toEqual([1, 5]);
    await few.take(now.at(-1) as Stored);
    expect(few.begun).toEqual([1, 5, end]);

    const other = '00000000-0000-4000-8000-00000000000b';
    for (const { text } of texts()) world.store.putRaw('h1', other, text.replaceAll(uuid, other));
    const others = await all(memory().read('h1', other));
    const one = atHand(1);
    expect((await taken(one, [now[0], others[0], now[1]] as Stored[])).every(isReadable)).toBe(true);
    expect(one.begun).toEqual([1, others[0]?.seq, 2]);
  });

  const texts = (): { text: string }[] =>
    Array.from({ length: 3 }, (_, n) => world.store.get('h1', n + 1)).flatMap((found) => found ?? []);
});
