import { setTimeout } from 'node:timers/promises';
import type { InstanceUuid } from '@chronovirt/contract';
import { silentLog } from '@chronovirt/runtime';
import { until } from '@chronovirt/testing/lab';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ReadModel } from '../read-model/read-model.ts';
import { forgetSecrets } from '../cluster/forget-secrets.ts';
import { answered, get, post, remove, restsIn, runs, uploadSample } from '../testing/requests.ts';
import { SimulatedCloud } from '../testing/simulated-cloud.ts';

let cloud: SimulatedCloud;
const logged: string[] = [];
const record = (fields: object, message: string): void => void logged.push(JSON.stringify({ ...fields, message }));
beforeAll(async () => {
  cloud = await new SimulatedCloud({
    log: { debug: record, info: record, warn: record, error: record },
    config: { sinceTimeoutMs: 300 },
  }).start();
});
afterAll(() => cloud.stop());

const body = (name: string, image: string) => ({ name, image, flavor: { vcpus: 1, memoryMiB: 128 } });

describe('a caller', () => {
  test.each([undefined, 'Bearer', 'Bearer wrong', 'Basic x'])(
    'without the token is refused (%s)',
    async (authorization) => {
      const response = await fetch(`${cloud.server.address}/v1/instances`, {
        headers: authorization === undefined ? {} : { authorization },
      });
      expect(response.status).toBe(401);
      expect(response.headers.get('content-type')).toBe('application/problem+json');
      expect(await response.json()).toMatchObject({ code: 'NO_TOKEN' });
    },
  );

  test('needs no token for health and for the document', async () => {
    expect((await fetch(`${cloud.server.address}/healthz`)).status).toBe(200);
    const document = (await (await fetch(`${cloud.server.address}/openapi.json`)).json()) as {
      openapi: string;
      paths: object;
    };
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toContain('/v1/instances/{instance}/commands');
  });

  test('gets a request id, its own if it sent one, in problems too', async () => {
    const answer = await answered(await cloud.fetch('/v1/nothing', { headers: { 'x-request-id': 'mine-1' } }));
    expect([answer.status, answer.headers.get('x-request-id'), answer.body['requestId']]).toEqual([
      404,
      'mine-1',
      'mine-1',
    ]);
  });
});

describe('a method that a path does not take', () => {
  test.each([
    ['PUT', '/v1/instances', 'GET, HEAD, POST'],
    ['PATCH', '/v1/instances/web', 'DELETE, GET, HEAD'],
    ['GET', '/v1/instances/web/commands', 'POST'],
    ['HEAD', '/v1/hosts/h1/commands', 'POST'],
    ['DELETE', '/v1/hosts/h%201', 'GET, HEAD'],
    ['POST', '/openapi.json', 'GET, HEAD'],
    ['OPTIONS', '/healthz', 'GET, HEAD'],
  ])('%s %s is answered with those that it takes: %s', async (method, path, allow) => {
    const answer = await answered(await cloud.fetch(path, { method }));
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
    if (method !== 'HEAD') expect(answer.body).toMatchObject({ code: 'METHOD_NOT_ALLOWED', status: 405 });
  });

  test('is another matter than a path that nothing has, and than HEAD where GET is', async () => {
    for (const path of ['/v1/nothing', '/v1/instances/', '/v1/instances/a/b/c', '/openapi_json']) {
      const answer = await answered(await cloud.fetch(path, { method: 'PUT' }));
      expect([answer.status, answer.headers.get('allow'), answer.body['code']]).toEqual([404, null, 'NO_SUCH_ROUTE']);
    }
    expect((await cloud.fetch('/v1/instances', { method: 'HEAD' })).status).toBe(200);
  });
});

describe('create, then show', () => {
  test('never misses: a read with since sees what the reply told of', async () => {
    const image = await uploadSample(cloud);
    const created = await post(cloud, '/v1/instances', body('first', image));
    expect(created.status).toBe(202);
    const { host, seq } = created.body;
    const shown = await get(cloud, `/v1/instances/first?since=${String(host)}:${String(seq)}`);
    expect(shown).toMatchObject({ status: 200, body: { name: 'first', uuid: created.body['instance'] } });
    await restsIn(cloud, 'first', 'running');
    expect(await get(cloud, '/v1/instances?name=first')).toMatchObject({
      body: { instances: [{ state: 'running', host: 'h1', vmState: 'active', powerState: 1 }] },
    });
  });

  test('a since that is not reached answers that it is not, and when to try', async () => {
    expect(await get(cloud, '/v1/instances?since=h1:999999')).toMatchObject({ status: 504, body: { code: 'NOT_YET' } });
  });

  test('the same key is the same instance, at once and later', async () => {
    const image = await uploadSample(cloud);
    const send = () => post(cloud, '/v1/instances', body('once', image), { 'idempotency-key': 'key-1' });
    const [a, b] = await Promise.all([send(), send()]);
    await restsIn(cloud, 'once', 'running');
    const c = await send();
    expect([a.status, b.status, c.status]).toEqual([202, 202, 202]);
    expect(
      new Set([a, b, c].map((answer) => `${String(answer.body['instance'])} ${String(answer.body['seq'])}`)).size,
    ).toBe(1);
    expect((await get(cloud, '/v1/instances?name=once')).body['instances']).toHaveLength(1);
  });

  test('a name is taken once, also by two creates at the same time', async () => {
    const image = await uploadSample(cloud);
    const answers = await Promise.all([1, 2, 3].map(() => post(cloud, '/v1/instances', body('twin', image))));
    expect(answers.map(({ status }) => status).toSorted()).toEqual([202, 409, 409]);
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({ guard: 'nameFree', field: 'name' });
  });

  test('a dry run tells the spec and makes nothing', async () => {
    const image = await uploadSample(cloud, 'dry-disk');
    const answer = await post(cloud, '/v1/instances?dryRun', body('dry', 'dry-disk'));
    expect(answer).toMatchObject({
      status: 200,
      body: { spec: { name: 'dry', image: { sha256: image }, flavor: { name: 'custom', vcpus: 1 } } },
    });
    expect((await get(cloud, '/v1/instances/dry')).status).toBe(404);
  });
});

test('an instance is as old as its create, whatever was done with it since, for a coordinator that starts afterwards too', async () => {
  await runs(cloud, 'aged');
  const createdOf = async (): Promise<unknown> => (await get(cloud, '/v1/instances/aged')).body['created'];
  const created = await createdOf();
  for (const [name, state] of [
    ['shelve', 'shelved'],
    ['offload', 'offloaded'],
    ['unshelve', 'running'],
  ] as const) {
    await post(cloud, '/v1/instances/aged/commands', { name });
    await restsIn(cloud, 'aged', state);
    expect([state, await createdOf()]).toEqual([state, created]);
  }
  const later = new ReadModel({ journal: cloud.journal, log: silentLog });
  await later.start();
  expect(later.find('aged')?.created).toBe(created);
  later.close();
});

describe('bad input', () => {
  test.each([
    [{}, 'name'],
    [{ name: 'Web!', image: 'x' }, 'name'],
    [{ name: 'web' }, 'image'],
    [{ name: 'web', image: 'no-such-image' }, 'image'],
    [{ name: 'web', image: 'f'.repeat(64) }, 'image'],
    [{ name: 'web', image: 'small-disk', flavor: 'giant' }, 'flavor'],
    [{ name: 'web', image: 'small-disk', flavor: { vcpus: 1 } }, 'flavor.memoryMiB'],
    [{ name: 'web', image: 'small-disk', userData: '%%%' }, 'userData'],
    [{ name: 'web', image: 'small-disk', sshKeys: ['-----BEGIN'] }, 'sshKeys.0'],
    [{ name: 'web', image: 'small-disk', colour: 'blue' }, 'colour'],
    [{ name: 'web', image: 'small-disk', host: 'a.b' }, 'host'],
  ])('%j is refused and names its field', async (input, field) => {
    await uploadSample(cloud, 'small-disk', Buffer.alloc(4096, 7));
    const answer = await post(cloud, '/v1/instances', input);
    expect(answer).toMatchObject({ status: 400, body: { field } });
    expect((await get(cloud, '/v1/instances/web')).status).toBe(404);
  });

  test.each([
    [{ flavor: { vcpus: 1, memoryMiB: 1.5 } }, 'flavor.memoryMiB', /expected int/],
    [{ flavor: { vcpus: 1, memoryMiB: 12 } }, 'flavor.memoryMiB', /memoryMiB: expected at least 16 MiB$/],
    [{ flavor: { vcpus: 0, memoryMiB: 128 } }, 'flavor.vcpus', /vcpus: expected at least 1$/],
    [{ flavor: { vcpus: 1, memory: 128 } }, 'flavor.memory', /no such field/],
    [{ flavor: 5 }, 'flavor', /expected string.* or .*expected object/],
    [{ networks: [{ bridge: 'longer-than-a-bridge' }] }, 'networks.0.bridge', /name of a bridge/],
    [{ networks: [{ network: 'a"/><b' }] }, 'networks.0.network', /name of a libvirt network/],
    [{ networks: ['lan', 7] }, 'networks.0', /expected object/],
  ])('%j: of a choice of shapes it names the part that is to blame', async (input, field, says) => {
    const answer = await post(cloud, '/v1/instances', { name: 'web', image: 'small-disk', ...input });
    expect(answer).toMatchObject({ status: 400, body: { field } });
    expect(answer.body['detail']).toMatch(says);
  });

  test('a body that is no JSON, of another type, or too large', async () => {
    const send = async (text: string, type: string) =>
      answered(await cloud.fetch('/v1/instances', { method: 'POST', body: text, headers: { 'content-type': type } }));
    expect(await send('{', 'application/json')).toMatchObject({ status: 400, body: { field: 'body' } });
    expect(await send('a=b', 'text/plain')).toMatchObject({ status: 415 });
    expect(await send(JSON.stringify({ name: 'x'.repeat(2_000_000) }), 'application/json')).toMatchObject({
      status: 413,
    });
  });

  test('a query and a header that cannot be meant', async () => {
    expect(await get(cloud, '/v1/instances?limit=0')).toMatchObject({ status: 400, body: { field: 'limit' } });
    expect(await get(cloud, '/v1/instances?since=x')).toMatchObject({ status: 400, body: { field: 'since' } });
    expect(await get(cloud, '/v1/instances?stat=running')).toMatchObject({ status: 400, body: { field: 'stat' } });
    expect(await post(cloud, '/v1/instances', {}, { 'idempotency-key': 'a b' })).toMatchObject({ status: 400 });
  });
});

describe('orders', () => {
  test('go from acceptance to the goal, and a refusal names guard, fact and way out', async () => {
    await runs(cloud, 'ordered');
    expect(await post(cloud, '/v1/instances/ordered/commands', { name: 'pause' })).toMatchObject({
      status: 202,
      body: { host: 'h1' },
    });
    await restsIn(cloud, 'ordered', 'paused');
    expect(await post(cloud, '/v1/instances/ordered/commands', { name: 'pause' })).toMatchObject({
      status: 409,
      body: { code: 'REFUSED', guard: 'state', path: ['unpause'], host: 'h1' },
    });
    expect(await get(cloud, '/v1/instances/ordered/explain?command=start')).toMatchObject({
      body: { allowed: false, guard: 'state', path: ['unpause', 'stop'] },
    });
    expect(await get(cloud, '/v1/instances/ordered/explain?command=unpause')).toMatchObject({
      body: { allowed: true, reachable: true },
    });
    const all = (await get(cloud, '/v1/instances/ordered/explain')).body['commands'] as { command: string }[];
    expect(all.find(({ command }) => command === 'unpause')).toEqual({ command: 'unpause', allowed: true });
    expect(all.find(({ command }) => command === 'backup')).toMatchObject({ dependsOn: ['name', 'rotation'] });
  });

  test('what a host would have to take that cannot be told anything is explained as away; what the spine takes is not', async () => {
    await runs(cloud, 'left-alone');
    const explained = async (): Promise<Record<string, string>> => {
      const { commands } = (await get(cloud, '/v1/instances/left-alone/explain')).body as {
        commands: { command: string; allowed: boolean; away?: string }[];
      };
      return Object.fromEntries(
        commands.map(({ command, allowed, away }) => [command, allowed ? (away ?? 'now') : 'refused']),
      );
    };
    expect(await explained()).toMatchObject({ pause: 'now', delete: 'now', reset: 'now', start: 'refused' });
    cloud.isAgentAway = true;
    expect(await explained()).toMatchObject({
      pause: 'h1 is silent',
      delete: 'h1 is silent',
      reset: 'h1 is silent',
      start: 'refused',
      evacuate: 'refused',
    });
    expect(await post(cloud, '/v1/instances/left-alone/commands', { name: 'pause' })).toMatchObject({ status: 503 });
    cloud.isAgentAway = false;
    expect(await explained()).toMatchObject({ pause: 'now' });
  });

  test('a lock that lies with a host keeps a delete out also where the spine would take it, and explain says so', async () => {
    const own = await new SimulatedCloud().start();
    try {
      await runs(own, 'kept');
      await post(own, '/v1/instances/kept/commands', { name: 'lock', args: { reason: 'evidence' } });
      expect(await get(own, '/v1/instances/kept/explain?command=delete')).toMatchObject({
        body: { allowed: false, guard: 'lockOpen', path: ['unlock'] },
      });
      const stated = 'its rack was taken out of the room';
      await post(own, '/v1/hosts/h1/commands', { name: 'confirmDown', args: { statement: stated } });
      await until(() => own.fleet.proofOf('h1') !== null, { what: 'a proof' });
      const fact = expect.stringContaining('evidence; the lock can be taken away where it is evacuated to') as unknown;
      expect(await get(own, '/v1/instances/kept/explain?command=delete')).toMatchObject({
        body: { allowed: false, guard: 'lockOpen', fact, path: null },
      });
      expect(await post(own, '/v1/instances/kept/commands', { name: 'delete' })).toMatchObject({
        status: 409,
        body: { guard: 'lockOpen', path: null, host: '_cluster' },
      });
    } finally {
      await own.stop();
    }
  });

  test('a lock counts from when its host has stored it, however late the coordinator hears of that', async () => {
    const own = new SimulatedCloud();
    let lateMs = 0;
    const feed = own.journal.feed.bind(own.journal);
    own.journal.feed = async function* late(host, ...more) {
      for await (const stored of feed(host, ...more)) {
        if (host === 'h1' && lateMs > 0) await setTimeout(lateMs);
        yield stored;
      }
    };
    await own.start();
    try {
      await runs(own, 'just-locked');
      lateMs = 1_000;
      await post(own, '/v1/instances/just-locked/commands', { name: 'lock' });
      await post(own, '/v1/hosts/h1/commands', { name: 'confirmDown', args: { statement: 'its rack was taken away' } });
      await until(() => own.fleet.proofOf('h1') !== null, { what: 'a proof' });
      expect(await post(own, '/v1/instances/just-locked/commands', { name: 'delete' })).toMatchObject({
        status: 409,
        body: { guard: 'lockOpen', host: '_cluster' },
      });
    } finally {
      lateMs = 0;
      await own.stop();
    }
  });

  test('a known id gets its old answer', async () => {
    await runs(cloud, 'repeated');
    const send = () =>
      post(cloud, '/v1/instances/repeated/commands', { name: 'pause' }, { 'idempotency-key': 'pause-1' });
    const first = await send();
    await restsIn(cloud, 'repeated', 'paused');
    const second = await send();
    expect([first.status, second.status]).toEqual([202, 202]);
    expect(second.body['seq']).toBe(first.body['seq']);
  });

  test('ifSeq lets a person act on what they saw', async () => {
    await runs(cloud, 'seen');
    const { seq } = (await get(cloud, '/v1/instances/seen')).body;
    expect(await post(cloud, '/v1/instances/seen/commands', { name: 'pause', ifSeq: Number(seq) - 1 })).toMatchObject({
      status: 412,
      body: { guard: 'ifSeq' },
    });
  });

  test.each([
    [{ name: 'explode' }, 'name'],
    [{ name: 'create' }, 'name'],
    [{ name: 'stop', args: { timeoutSeconds: -1 } }, 'timeoutSeconds'],
    [{ name: 'stop', args: { colour: 1 } }, 'colour'],
    [{ name: 'resize', args: { flavor: 'giant' } }, 'flavor'],
    [{ name: 'rebuild', args: { image: 'nowhere' } }, 'args.image'],
  ])('%j is bad input', async (order, field) => {
    await uploadSample(cloud, 'x');
    if ((await get(cloud, '/v1/instances/bad')).status === 404) await runs(cloud, 'bad');
    expect(await post(cloud, '/v1/instances/bad/commands', order)).toMatchObject({ status: 400, body: { field } });
  });

  test('a host that does not answer: nothing was done, and the answer says so', async () => {
    await runs(cloud, 'away');
    cloud.isAgentAway = true;
    try {
      expect(await post(cloud, '/v1/instances/away/commands', { name: 'pause' })).toMatchObject({
        status: 503,
        body: { code: 'HOST_UNREACHABLE', host: 'h1' },
      });
      expect(await get(cloud, '/v1/instances/away/console-log')).toMatchObject({ status: 503 });
      expect(await get(cloud, '/v1/instances/away')).toMatchObject({ status: 200, body: { state: 'running' } });
    } finally {
      cloud.isAgentAway = false;
    }
  });

  test('a host that falls silent over an order may have taken it, and the answer says so', async () => {
    await runs(cloud, 'silent');
    cloud.isAgentSilent = true;
    const told = await post(cloud, '/v1/instances/silent/commands', { name: 'pause' }).finally(
      () => (cloud.isAgentSilent = false),
    );
    expect(told).toMatchObject({ status: 504, body: { code: 'HOST_SILENT', host: 'h1' } });
    expect(JSON.stringify(told.body)).not.toContain('nothing was done');
  });

  test('an instance that nobody knows is not found, by any route', async () => {
    for (const path of [
      '',
      '/history',
      '/state?at=1',
      '/diff?a=1&b=2',
      '/verify',
      '/explain',
      '/console-log',
      '/addresses',
    ]) {
      expect(await get(cloud, `/v1/instances/ghost${path}`)).toMatchObject({
        status: 404,
        body: { field: 'instance' },
      });
    }
    expect(await post(cloud, '/v1/instances/ghost/commands', { name: 'start' })).toMatchObject({ status: 404 });
  });
});

describe('after a delete', () => {
  test('the history is there, the name is free, and the list shows it only when asked for all', async () => {
    await runs(cloud, 'mortal');
    expect(await remove(cloud, '/v1/instances/mortal')).toMatchObject({ status: 202 });
    await restsIn(cloud, 'mortal', 'deleted');
    const history = await get(cloud, '/v1/instances/mortal/history');
    const types = (history.body['entries'] as { message: { events: { type: string }[] } }[]).flatMap(({ message }) =>
      message.events.map(({ type }) => type),
    );
    expect(types).toEqual(
      expect.arrayContaining(['create.requested', 'adopted', 'spawn.done', 'destroy.requested', 'destroy.done']),
    );
    expect((await get(cloud, '/v1/instances?name=mortal')).body['instances']).toHaveLength(0);
    expect((await get(cloud, '/v1/instances?name=mortal&all')).body['instances']).toHaveLength(1);
    expect(await get(cloud, '/v1/instances/mortal/verify')).toMatchObject({ body: { ok: true } });
    expect(await get(cloud, '/v1/instances/mortal/addresses')).toMatchObject({ status: 409 });
    expect(await remove(cloud, '/v1/instances/mortal')).toMatchObject({ status: 409, body: { guard: 'notDeleted' } });
    await runs(cloud, 'mortal');
    expect(await get(cloud, '/v1/instances/mortal')).toMatchObject({ body: { state: 'running' } });
  });
});

describe('time travel', () => {
  test('shows a state at a sequence and what differs between two', async () => {
    await runs(cloud, 'past');
    const { seq } = (await get(cloud, '/v1/instances/past')).body;
    await post(cloud, '/v1/instances/past/commands', { name: 'stop', args: { timeoutSeconds: 0 } });
    const stopped = await restsIn(cloud, 'past', 'stopped');
    expect(await get(cloud, `/v1/instances/past/state?at=h1:${String(seq)}`)).toMatchObject({
      body: { state: { value: 'running' } },
    });
    const { changes } = (
      await get(cloud, `/v1/instances/past/diff?a=h1:${String(seq)}&b=h1:${String(stopped.body['seq'])}`)
    ).body;
    expect(changes).toContainEqual({ path: 'value', before: 'running', after: 'stopped' });
    expect(await get(cloud, '/v1/instances/past/state?at=soon')).toMatchObject({ status: 400, body: { field: 'at' } });
  });
});

test('an instance that its agent gave up on says so for as long as the agent does, and delete is open', async () => {
  await runs(cloud, 'stuck');
  const { uuid } = (await get(cloud, '/v1/instances/stuck')).body as { uuid: InstanceUuid };
  const halt = { instance: uuid, code: 'JOURNAL_FORBIDDEN', message: 'the journal refuses its messages', seq: null };
  cloud.model.hearHalts('h1', [halt]);
  const told = { code: 'JOURNAL_FORBIDDEN', text: 'the journal refuses its messages' };
  expect(await get(cloud, '/v1/instances/stuck')).toMatchObject({ body: { state: 'running', halted: told } });
  const { instances } = (await get(cloud, '/v1/instances')).body as { instances: { uuid: string; halted: object }[] };
  expect(instances.find((one) => one.uuid === uuid)?.halted).toMatchObject(told);
  expect(await get(cloud, '/v1/instances/stuck/explain?command=pause')).toMatchObject({ status: 423 });
  expect(await get(cloud, '/v1/instances/stuck/explain?command=delete')).toMatchObject({ body: { allowed: true } });
  cloud.model.hearHalts('h1', []);
  expect(await get(cloud, '/v1/instances/stuck')).toMatchObject({ body: { halted: null } });
  expect(await get(cloud, '/v1/instances/stuck/explain?command=pause')).toMatchObject({ body: { allowed: true } });
});

test('a history that this version cannot read on halts the instance alone: it says which version is needed', async () => {
  await runs(cloud, 'halted');
  const { uuid, seq } = (await get(cloud, '/v1/instances/halted')).body;
  cloud.store.append('h1', String(uuid), 'from-the-future', Number(seq), JSON.stringify({ v: 2 }));
  const next = Number(cloud.store.end('h1'));
  const shown = await get(cloud, `/v1/instances/halted?since=h1:${next}`);
  expect(shown.body).toMatchObject({ name: 'halted', halted: { code: 'UNKNOWN_VERSION', needs: 2, seq: next } });
  expect(await get(cloud, '/v1/instances/halted/explain?command=stop')).toMatchObject({
    status: 423,
    body: { code: 'HALTED' },
  });
  expect(await get(cloud, '/v1/instances/halted/explain?command=delete')).toMatchObject({
    status: 200,
    body: { allowed: true, host: 'h1', seq: next },
  });
  const { entries } = (await get(cloud, '/v1/instances/halted/history')).body as { entries: { unreadable?: object }[] };
  expect(entries.at(-1)?.unreadable).toMatchObject({ needs: 2 });
  expect(await get(cloud, '/v1/instances/halted/verify')).toMatchObject({ body: { ok: false } });
  expect((await get(cloud, '/v1/instances')).status).toBe(200);
  const told = await post(cloud, '/v1/instances/halted/commands', { name: 'stop' });
  expect(told).toMatchObject({ status: 423, body: { code: 'HALTED' } });
  expect((await remove(cloud, '/v1/instances/halted')).status).toBe(202);
  await restsIn(cloud, 'halted', 'deleted');
});

test('each turn of the spine is a line of the log, with instance, command, op and sequence', async () => {
  await runs(cloud, 'told');
  const { uuid } = (await get(cloud, '/v1/instances/told')).body;
  const lines = logged.map((line) => JSON.parse(line) as Record<string, unknown>);
  const told = lines.filter(({ message, instance }) => message === 'turn stored' && instance === uuid);
  expect(told.map(({ events }) => events)).toEqual([['create.requested'], ['place.done', 'granted'], ['order.done']]);
  for (const line of told)
    expect(line).toMatchObject({
      host: '_cluster',
      command: expect.any(String) as string,
      op: expect.any(Number) as number,
      seq: expect.any(Number) as number,
    });
});

test('what was sealed goes with the delete, and what a delete left behind at the next start; of no other instance', async () => {
  const userData = Buffer.from('#cloud-config').toString('base64');
  const [gone, kept, missed] = await Promise.all(
    ['sealed-gone', 'sealed-kept', 'sealed-missed'].map(async (name) => {
      await runs(cloud, name, { userData, adminPassword: 'correct-horse-battery' });
      return String((await get(cloud, `/v1/instances/${name}`)).body['uuid']);
    }),
  );
  const [left] = (await cloud.secrets.held()).filter(({ instance }) => instance === missed);
  const stays = cloud.secrets.objects.get(left!.object);
  for (const name of ['sealed-gone', 'sealed-missed']) {
    await remove(cloud, `/v1/instances/${name}`);
    await restsIn(cloud, name, 'deleted');
  }
  const held = async () => (await cloud.secrets.held()).map(({ instance }) => instance);
  await expect.poll(held).not.toContain(gone);
  await expect.poll(held).not.toContain(missed);
  cloud.secrets.objects.set(left!.object, stays ?? Buffer.alloc(0));
  forgetSecrets({ model: cloud.model, journal: cloud.journal, secrets: cloud.secrets, log: silentLog })();
  await expect.poll(held).not.toContain(missed);
  expect(await held()).toContain(kept);
});

test('what was sealed is in no answer, no history and no log', async () => {
  const secret = 'correct-horse-battery';
  const coded = Buffer.from(`#cloud-config ${secret}`).toString('base64');
  await runs(cloud, 'sealed', {
    userData: coded,
    adminPassword: secret,
    injectedFiles: [{ path: '/etc/key', content: coded }],
  });
  const texts = [
    JSON.stringify((await get(cloud, '/v1/instances/sealed')).body),
    JSON.stringify((await get(cloud, '/v1/instances/sealed/history')).body),
    JSON.stringify(
      (await post(cloud, '/v1/instances', { name: 'sealed-2', image: 'x', adminPassword: secret, flavor: 'giant' }))
        .body,
    ),
    logged.join('\n'),
    [...cloud.secrets.objects.values()].map((sealed) => sealed.toString('latin1')).join('\n'),
  ];
  for (const text of texts)
    for (const plain of [secret, coded, Buffer.from(secret).toString('base64')]) expect(text).not.toContain(plain);
  expect((await get(cloud, '/v1/instances/sealed')).body['sealed']).toEqual([
    'userData',
    'adminPassword',
    'injectedFiles',
  ]);
});
