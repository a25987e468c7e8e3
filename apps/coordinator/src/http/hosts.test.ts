import { until } from '@chronovirt/testing/lab';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SimulatedCloud } from '../testing/simulated-cloud.ts';

let cloud: SimulatedCloud;
beforeAll(async () => {
  cloud = await new SimulatedCloud().start();
});
afterAll(() => cloud.stop());

interface Told {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

async function ask(path: string, init: RequestInit = {}): Promise<Told> {
  const response = await cloud.fetch(path, init);
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const order = (name: string, args: object = {}, key?: string): Promise<Told> =>
  ask('/v1/hosts/h1/commands', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(key !== undefined && { 'idempotency-key': key }) },
    body: JSON.stringify({ name, args }),
  });

test('a host is listed and shown with what is recorded of it', async () => {
  await until(async () => (await ask('/v1/hosts/h1')).body['record'] !== null, { what: 'the host is heard' });
  const { body } = await ask('/v1/hosts');
  expect(body['hosts']).toMatchObject([{ host: 'h1', alive: true, state: 'reachable', closed: null, alarm: null }]);
  const shown = await ask('/v1/hosts/h1');
  expect(shown.body).toMatchObject({ host: 'h1', proof: null, record: { value: 'reachable', term: 0, serves: true } });
  const orders = shown.body['orders'] as { name: string; allowed: boolean; guard?: string }[];
  expect(orders.find(({ name }) => name === 'forget')).toMatchObject({ allowed: false, guard: 'proof' });
  expect(orders.find(({ name }) => name === 'disable')).toMatchObject({ allowed: true });
});

test('an order about a host is stored before it is answered, once per key, and refusals say why and what to do first', async () => {
  const taken = await order('disable', { reason: 'new disks' }, 'key-1');
  expect(taken).toMatchObject({ status: 202, body: { host: 'h1', command: 'key-1' } });
  expect(await order('disable', { reason: 'new disks' }, 'key-1')).toEqual(taken);
  expect(await order('disable')).toMatchObject({ status: 409, body: { code: 'REFUSED', guard: 'state' } });
  const { body } = await ask('/v1/hosts');
  expect((body['hosts'] as { closed: string }[])[0]?.closed).toContain('new disks');
  expect(await order('enable')).toMatchObject({ status: 202 });
  expect(await order('forget')).toMatchObject({ status: 409, body: { guard: 'proof', path: ['fence'] } });
});

test('what is no order, no host, or has arguments that do not fit is told by field', async () => {
  expect(await order('explode')).toMatchObject({ status: 400, body: { code: 'INVALID_INPUT' } });
  expect(await order('confirmDown', { statement: 'gone' })).toMatchObject({
    status: 400,
    body: { field: 'statement' },
  });
  expect(await ask('/v1/hosts/nowhere')).toMatchObject({ status: 404, body: { code: 'NO_SUCH_HOST' } });
  expect(await ask('/v1/hosts/no.host')).toMatchObject({ status: 404, body: { code: 'NO_SUCH_HOST' } });
});

test('a drain is previewed without ordering anything', async () => {
  expect(await ask('/v1/hosts/h1/drain')).toMatchObject({ status: 200, body: { host: 'h1', steps: [], stay: 0 } });
});

test('the history of a host is there to be read, and folds again to what was recorded', async () => {
  const { body } = await ask('/v1/hosts/h1/history');
  expect(body['verdict']).toMatchObject({ ok: true });
  const entries = body['entries'] as { message: { events: { type: string }[]; by: { kind: string } } }[];
  expect(entries[0]?.message.events[0]?.type).toBe('heard');
  expect(entries.flatMap(({ message }) => message.events.map(({ type }) => type))).toContain('refused');
});

test('histories of hosts are no instances: lists, reads by name and the stream of an instance know nothing of them', async () => {
  expect((await ask('/v1/instances?all=true')).body['instances']).toEqual([]);
  expect((await ask('/v1/instances/host_h1')).status).toBe(404);
});
