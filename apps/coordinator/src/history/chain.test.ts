import { CLUSTER } from '@chronovirt/contract';
import { isReadable, MemoryJournal, type Stored } from '@chronovirt/runtime';
import { expect, test } from 'vitest';
import { ChainWriter } from '../testing/sample-chain.ts';
import { readChain } from './chain.ts';
import { parseMoment, stateAt } from './moment.ts';

async function chainOf(writer: ChainWriter, hosts: string[] = []): Promise<Stored[]> {
  const chain: Stored[] = [];
  for await (const stored of readChain(writer.journal, writer.spec.uuid, hosts)) chain.push(stored);
  return chain;
}

const places = (chain: readonly Stored[]): string[] => chain.map(({ host, seq }) => `${host}:${seq}`);

test('a history over three streams is read in the order in which it happened, from the spine alone', async () => {
  const writer = await new ChainWriter().life();
  const chain = await chainOf(writer);
  expect(places(chain)).toEqual(writer.messages.map(({ seq, message }) => `${message.host}:${seq}`));
});

test('any host is enough to begin with, and naming more changes nothing', async () => {
  const writer = await new ChainWriter().life();
  const whole = places(await chainOf(writer));
  for (const hosts of [['h1'], ['h2'], ['h2', 'h1'], ['h9']])
    expect(places(await chainOf(writer, hosts))).toEqual(whole);
});

test('links decide where clocks disagree: an adoption never comes before what it was handed over from', async () => {
  const writer = await new ChainWriter().life();
  const journal = new MemoryJournal();
  for (const host of [CLUSTER, 'h1', 'h2']) await journal.provision(host);
  const last = new Map<string, number>();
  // The clock of h2 is an hour slow, that of h1 an hour fast.
  for (const { message } of writer.messages) {
    const off = message.host === 'h2' ? -3_600_000 : message.host === 'h1' ? 3_600_000 : 0;
    const appended = await journal.append({ ...message, at: message.at + off }, last.get(message.host) ?? 0);
    if (appended.kind === 'stored') last.set(message.host, appended.seq);
  }
  const chain: Stored[] = [];
  for await (const stored of readChain(journal, writer.spec.uuid)) chain.push(stored);
  const index = (type: string, host: string): number =>
    chain.findIndex(
      (stored) =>
        stored.host === host && isReadable(stored) && stored.message.events.some((event) => event.type === type),
    );
  expect(chain).toHaveLength(writer.messages.length);
  expect(index('adopted', 'h1')).toBeGreaterThan(index('place.done', CLUSTER));
  expect(index('adopted', 'h2')).toBeGreaterThan(index('returned', CLUSTER));
  expect(index('returned', CLUSTER)).toBeGreaterThan(index('released', 'h1'));
});

test('the state at a sequence, and at a time, is that of whoever owned the instance then', async () => {
  const writer = await new ChainWriter().life();
  const chain = await chainOf(writer);
  const timeOf = (type: string, host: string): string => {
    const found = writer.messages.find(
      ({ message }) => message.host === host && message.events.some((event) => event.type === type),
    );
    return new Date(found?.message.at ?? 0).toISOString();
  };
  expect(stateAt(chain, parseMoment(timeOf('spawn.done', 'h2'), 'at'), 'at')).toMatchObject({
    host: 'h2',
    state: { value: 'running' },
  });
  expect(stateAt(chain, parseMoment(timeOf('pause.done', 'h2'), 'at'), 'at').state.value).toBe('paused');
  expect(stateAt(chain, parseMoment(timeOf('create.requested', CLUSTER), 'at'), 'at').state.value).toBe(
    'building.place',
  );
  expect(stateAt(chain, parseMoment(`h2:1`, 'at'), 'at').state.value).toBe('building.spawn');
});

test('a moment that cannot be meant says what would be', async () => {
  const chain = await chainOf(await new ChainWriter().life());
  expect(() => stateAt(chain, parseMoment('1', 'at'), 'at')).toThrow(
    /more than one stream of this history; say _cluster:1 or h1:1 or h2:1/,
  );
  expect(() => stateAt(chain, parseMoment('h1:99', 'at'), 'at')).toThrow(
    /no message h1:99 in this history; the nearest are h1:2/,
  );
  expect(() => stateAt(chain, parseMoment('2020-01-01', 'at'), 'at')).toThrow(/was not there yet at 2020-01-01/);
  expect(() => parseMoment('yesterday', 'at')).toThrow(/^at: expected a sequence/);
});
