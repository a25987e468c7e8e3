import { HOST_STATE_VERSION, hostTokenOf, incarnationOf, STATE_VERSION, type InstanceUuid } from '@chronovirt/contract';
import { AgentWorld, sampleSpec } from '@chronovirt/testing/world';
import { beforeEach, describe, expect, test } from 'vitest';
import { MemoryJournal } from '../journal/memory-journal.ts';
import type { Stored } from '../ports/journal.ts';
import { verifyHistories } from './verify-histories.ts';
import { writeStanding } from './write-standing.ts';

type Json = Record<string, unknown>;

let world: AgentWorld;
let uuids: InstanceUuid[];

/** Three guests whose histories lie between each other's; one of them is deleted, and created once more. */
beforeEach(async () => {
  world = new AgentWorld();
  await world.clock.settle(
    writeStanding(memory(), {
      host: world.host,
      term: 1,
      serves: true,
      why: 'it',
      at: 1,
      incarnation: incarnationOf(1, 1),
    }),
  );
  const { agent, spec } = await world.running();
  uuids = [spec.uuid];
  for (const n of [2, 3]) {
    const other = sampleSpec(n);
    uuids.push(other.uuid);
    await world.clock.settle(agent.host.link(other.uuid, world.order(other)));
  }
  for (const name of ['pause', 'unpause'] as const)
    for (const uuid of uuids) {
      await world.command(agent, uuid, name);
      await world.rests(uuid);
    }
  agent.kill();
});

const memory = (): MemoryJournal => new MemoryJournal({ store: world.store });
const stored = (): number => world.store.end('h1');

function rewritten(token: string, edit: (message: Json, n: number) => Json): void {
  let n = 0;
  world.store.rewrite('h1', token, (text) => JSON.stringify(edit(JSON.parse(text) as Json, n++)));
}

test('every history is read and folded in one pass over the stream, and none by itself', async () => {
  class Watched extends MemoryJournal {
    override read(): never {
      throw new Error('a history was read by itself');
    }
  }
  const journal = new Watched({ store: world.store });
  expect(await verifyHistories(journal, 'h1')).toEqual({ histories: 4, messages: stored(), differences: [] });
});

test('what is stored while it reads is none of it', async () => {
  class Growing extends MemoryJournal {
    override async *feed(...args: Parameters<MemoryJournal['feed']>): AsyncIterable<Stored> {
      for (const uuid of uuids) this.store.putRaw('h1', uuid, 'later');
      this.store.putRaw('h1', '00000000-0000-4000-8000-00000000000f', 'new');
      yield* super.feed(...args);
    }
  }
  const messages = stored();
  const journal = new Growing({ store: world.store });
  expect(await verifyHistories(journal, 'h1')).toEqual({ histories: 4, messages, differences: [] });
  expect(stored()).toBe(messages + 4);
});

test('a host without histories has none that differ', async () => {
  world.store.provision('h2');
  expect(await verifyHistories(memory(), 'h2')).toEqual({ histories: 0, messages: 0, differences: [] });
});

describe('each history that this version takes otherwise or not at all is named once, with the first message that tells', () => {
  const differences = async () => (await verifyHistories(memory(), 'h1')).differences;

  test('another state, a message that cannot be read, and an event that the chart does not take', async () => {
    const [one = '', two = '', three = ''] = uuids;
    rewritten(one, (message, n) =>
      n < 1 ? message : { ...message, state: { ...(message['state'] as Json), value: 'shelved' } },
    );
    rewritten(two, (message, n) => (n === 1 || n === 3 ? { v: 99 } : message));
    rewritten(three, (message, n) =>
      n === 2
        ? { ...message, state: { v: STATE_VERSION - 1 }, events: [{ type: 'levitate.done', to: 'up' }] }
        : message,
    );
    const found = await differences();
    expect(found).toHaveLength(3);
    const of = (uuid: string) => found.find((line) => line.includes(uuid));
    expect(of(one)).toMatch(/^h1:\d+ .*: the state differs in value$/);
    expect(of(two)).toMatch(/^h1:\d+ .*: message version 99/);
    expect(of(three)).toMatch(/^h1:\d+ .*: event levitate\.done in state/);
  });

  test('states of an older version say nothing, but where they lead has to be known', async () => {
    const [one = ''] = uuids;
    rewritten(one, (message) => ({ ...message, state: { v: STATE_VERSION - 1 } }));
    rewritten(hostTokenOf('h1'), (message) => ({ ...message, state: { v: HOST_STATE_VERSION - 1 } }));
    expect(await differences()).toEqual([]);
    // A history of one message, in which the host was told less than it is today.
    const other = '00000000-0000-4000-8000-00000000000b';
    const first = world.store.get('h1', 2)?.text.replaceAll(one, other) ?? '';
    world.store.putRaw('h1', other, first.replace('"hostsTried":[],', ''));
    expect(await differences()).toEqual([
      expect.stringMatching(new RegExp(`${other}: it leads to no state of this version`)),
    ]);
  });
});
