import { CLUSTER } from '@chronovirt/contract';
import { silentLog } from '@chronovirt/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { coordinatorConfig } from '../config/coordinator-config.ts';
import { parsePosition } from '../read-model/position.ts';
import { ReadModel } from '../read-model/read-model.ts';
import { get, post, restsIn, runs } from '../testing/requests.ts';
import { ChainWriter } from '../testing/sample-chain.ts';
import { SimulatedCloud } from '../testing/simulated-cloud.ts';
import { eventStream } from './event-stream.ts';

let cloud: SimulatedCloud;
beforeAll(async () => {
  cloud = await new SimulatedCloud({ config: { heartbeatMs: 30, maxEventsBehind: 20 } }).start();
});
afterAll(() => cloud.stop());

interface Read {
  readonly id: string;
  readonly event: string;
  readonly place: string;
  readonly types: string[];
  readonly at: number;
}

/** Reads events until `enough` says so, then leaves. */
async function read(
  path: string,
  enough: (all: readonly Read[], text: string) => boolean,
  headers: Record<string, string> = {},
  meanwhile: () => Promise<unknown> = async () => {},
): Promise<Read[]> {
  const stop = new AbortController();
  const response = await cloud.fetch(path, { headers, signal: stop.signal });
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const all: Read[] = [];
  let text = '';
  let rest = '';
  let started: Promise<unknown> | null = null;
  for await (const chunk of response.body ?? []) {
    const piece = Buffer.from(chunk).toString('utf8');
    text += piece;
    rest += piece;
    for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
      const parsed = parse(rest.slice(0, end));
      rest = rest.slice(end + 2);
      if (parsed !== null) all.push(parsed);
    }
    started ??= meanwhile();
    if (enough(all, text)) break;
  }
  await started;
  stop.abort();
  return all;
}

function parse(block: string): Read | null {
  const field = (name: string): string => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1] ?? '';
  if (field('data') === '') return null;
  const data = JSON.parse(field('data')) as {
    host?: string;
    seq?: number;
    message?: { at: number; events: { type: string }[] };
  };
  return {
    id: field('id'),
    event: field('event'),
    place: `${data.host}:${data.seq}`,
    types: data.message?.events.map(({ type }) => type) ?? [],
    at: data.message?.at ?? 0,
  };
}

const hasType =
  (type: string) =>
  (all: readonly Read[]): boolean =>
    all.some(({ types }) => types.includes(type));

test('turns come as they are stored, after the position where the stream begins', async () => {
  await runs(cloud, 'live');
  const all = await read('/v1/events', hasType('pause.done'), {}, () =>
    post(cloud, '/v1/instances/live/commands', { name: 'pause' }),
  );
  expect(all[0]).toMatchObject({ event: 'position' });
  expect(all.slice(1).flatMap(({ types }) => types)).toEqual(['pause.requested', 'pause.done']);
});

test('a reader that comes back with the last id misses nothing and gets nothing twice, at whichever event it left', async () => {
  await runs(cloud, 'back');
  await post(cloud, '/v1/instances/back/commands', { name: 'stop', args: { timeoutSeconds: 0 } });
  await restsIn(cloud, 'back', 'stopped');
  const whole = await read('/v1/events?since=_cluster:0', hasType('powerOff.done'));
  const turns = whole.filter(({ event }) => event === 'turn');
  for (const [index, { id }] of turns.entries()) {
    if (index === turns.length - 1) break;
    const after = await read('/v1/events', (all) => all.some(({ place }) => place === turns.at(-1)?.place), {
      'last-event-id': id,
    });
    expect(after.filter(({ event }) => event === 'turn').map(({ place }) => place)).toEqual(
      turns.slice(index + 1).map(({ place }) => place),
    );
  }
});

test('so does a reader of one instance', async () => {
  await runs(cloud, 'mine');
  await post(cloud, '/v1/instances/mine/commands', { name: 'stop', args: { timeoutSeconds: 0 } });
  await restsIn(cloud, 'mine', 'stopped');
  const path = '/v1/events?instance=mine&since=_cluster:0';
  const turns = (await read(path, hasType('powerOff.done'))).filter(({ event }) => event === 'turn');
  const [middle] = turns.slice(-3);
  const after = await read('/v1/events?instance=mine', hasType('powerOff.done'), { 'last-event-id': middle?.id ?? '' });
  expect(after.filter(({ event }) => event === 'turn').map(({ place }) => place)).toEqual(
    turns.slice(-2).map(({ place }) => place),
  );
});

test('a host that the API comes to know later gives nothing that the reader has already', async () => {
  const writer = new ChainWriter();
  await writer.journal.provision(CLUSTER);
  const model = new ReadModel({ journal: writer.journal, log: silentLog, discoverMs: 5 });
  await model.start();
  const stop = new AbortController();
  const context = {
    ...cloud.ports(),
    journal: writer.journal,
    model,
    config: coordinatorConfig.parse({ incomingDirectory: '/' }),
    closing: stop.signal,
  };
  const response = eventStream(context, {
    since: parsePosition('_cluster:2,h1:1'),
    instance: null,
    drains: null,
    signal: stop.signal,
  });
  const reader = response.body?.getReader();
  let text = Buffer.from((await reader?.read())?.value ?? []).toString('utf8');
  await writer.build('h1');
  await writer.outcome('h1', 'done');
  while (!text.includes('spawn.done')) text += Buffer.from((await reader?.read())?.value ?? []).toString('utf8');
  stop.abort();
  model.close();
  const places = [...text.matchAll(/^data: (.*)$/gm)].map(
    ([, data = '{}']) => JSON.parse(data) as { host?: string; seq?: number },
  );
  expect(places.filter(({ host }) => host === 'h1').map(({ seq }) => seq)).toEqual([2]);
});

test('nothing is missed or doubled while much is stored and the reader begins in the past', async () => {
  await runs(cloud, 'busy');
  const orders = async (): Promise<void> => {
    for (let round = 0; round < 8; round++) {
      await post(cloud, '/v1/instances/busy/commands', { name: 'pause' });
      await restsIn(cloud, 'busy', 'paused');
      await post(cloud, '/v1/instances/busy/commands', { name: 'unpause' });
      await restsIn(cloud, 'busy', 'running');
    }
  };
  const { uuid } = (await get(cloud, '/v1/instances/busy')).body;
  const all = await read(
    '/v1/events?instance=busy&since=_cluster:0',
    (read_) => read_.filter(({ types }) => types.includes('unpause.done')).length === 8,
    {},
    orders,
  );
  const history = (await get(cloud, `/v1/instances/${String(uuid)}/history`)).body['entries'] as {
    host: string;
    seq: number;
  }[];
  const places = all.filter(({ event }) => event === 'turn').map(({ place }) => place);
  expect(new Set(places).size).toBe(places.length);
  expect(places.toSorted()).toEqual(history.map(({ host, seq }) => `${host}:${seq}`).toSorted());
});

test('one instance is followed alone', async () => {
  await runs(cloud, 'alone');
  await runs(cloud, 'noisy');
  const both = async (): Promise<void> => {
    await post(cloud, '/v1/instances/noisy/commands', { name: 'pause' });
    await restsIn(cloud, 'noisy', 'paused');
    await post(cloud, '/v1/instances/alone/commands', { name: 'pause' });
  };
  const all = await read('/v1/events?instance=alone', hasType('pause.done'), {}, both);
  expect(all.filter(({ event }) => event === 'turn')).toHaveLength(2);
});

test('what an instance has behind it comes in order of time, whichever host stored it', async () => {
  await runs(cloud, 'behind');
  await post(cloud, '/v1/instances/behind/commands', { name: 'liveMigrate' });
  await restsIn(cloud, 'behind', 'running');
  const all = await read('/v1/events?instance=behind&since=_cluster:0', hasType('probe.done'));
  const turns = all.filter(({ event }) => event === 'turn');
  expect(turns.map(({ at }) => at)).toEqual(turns.map(({ at }) => at).toSorted((one, other) => one - other));
  const places = turns.map(({ place }) => place.split(':')[0]);
  expect(places.indexOf('h1')).toBeLessThan(places.lastIndexOf('_cluster'));
});

test('an idle stream shows that it lives', async () => {
  let seen = '';
  await read('/v1/events', (_all, text) => {
    seen = text;
    return text.includes(': still here');
  });
  expect(seen).toContain(': still here');
});

test('a position that cannot be meant, and an instance that nobody knows, are refused at once', async () => {
  expect(await get(cloud, '/v1/events?since=x')).toMatchObject({ status: 400, body: { field: 'since' } });
  expect(await get(cloud, '/v1/events?instance=ghost')).toMatchObject({ status: 404 });
});

test('a reader that does not read is ended at its bound, and finds what it missed when it comes back', async () => {
  await runs(cloud, 'flood');
  const response = await cloud.fetch('/v1/events');
  const reader = response.body?.getReader();
  const first = Buffer.from((await reader?.read())?.value ?? new Uint8Array(0)).toString('utf8');
  // Far more than the socket's buffers and the queue hold.
  for (let round = 0; round < 25; round++) {
    await Promise.all(
      Array.from({ length: 40 }, () => post(cloud, '/v1/instances/flood/commands', { name: 'unpause' })),
    );
  }
  let text = first;
  for (;;) {
    const next = await reader?.read();
    if (next === undefined || next.done) break;
    text += Buffer.from(next.value).toString('utf8');
    if (text.split('event: turn').length > 1000) break;
  }
  const lastId = [...text.matchAll(/^id: (.*)$/gm)].at(-1)?.[1] ?? '';
  const count = text.split('event: turn').length - 1;
  expect(count).toBeGreaterThan(0);
  await reader?.cancel().catch(() => {});
  if (count >= 1000) return;
  const rest = await read('/v1/events', (all) => all.filter(({ event }) => event === 'turn').length === 1000 - count, {
    'last-event-id': lastId,
  });
  expect(rest.filter(({ event }) => event === 'turn')).toHaveLength(1000 - count);
}, 60_000);
