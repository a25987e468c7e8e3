/** Passwords that come with an order: from the API's body to the config drive of the guest, and nowhere else; gone when they are not needed. */
import type { InstanceUuid, SecretRef, TurnMessage } from '@chronovirt/contract';
import { isReadable, silentLog } from '@chronovirt/runtime';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { forgetSecrets } from '../cluster/forget-secrets.ts';
import { get, post, remove, restsIn, runs } from '../testing/requests.ts';
import { SimulatedCloud } from '../testing/simulated-cloud.ts';
import { makePassword } from './make-password.ts';

const secret = 'correct "horse" <battery>';
const created = 'the one of create';

let cloud: SimulatedCloud;
const logged: string[] = [];
const record = (fields: object, message: string): void => void logged.push(JSON.stringify({ ...fields, message }));
beforeAll(async () => {
  cloud = await new SimulatedCloud({ log: { debug: record, info: record, warn: record, error: record } }).start();
});
afterAll(() => cloud.stop());

async function made(name: string, more: object = {}): Promise<InstanceUuid> {
  return (await runs(cloud, name, { ...more })).body['instance'] as InstanceUuid;
}

const order = (name: string, command: string, args: object = {}, key?: string) =>
  post(
    cloud,
    `/v1/instances/${name}/commands`,
    { name: command, args },
    key === undefined ? {} : { 'idempotency-key': key },
  );

/** What the guest would read on its config drive, or null when there is no such drive. */
function drive(uuid: string, file: 'config' | 'config.rescue'): { adminPassword: string | null } | null {
  const found = cloud.sim.files.view(uuid as InstanceUuid)?.files.find(({ name }) => name === file);
  return found === undefined ? null : (JSON.parse(found.content) as { adminPassword: string | null });
}

const held = async (uuid: string): Promise<string[]> =>
  (await cloud.secrets.held()).filter(({ instance }) => instance === uuid).map(({ name }) => name);

async function history(uuid: string): Promise<TurnMessage[]> {
  const messages: TurnMessage[] = [];
  for (const host of ['_cluster', 'h1'])
    for await (const stored of cloud.journal.read(host, uuid as InstanceUuid))
      if (isReadable(stored)) messages.push(stored.message);
  return messages;
}

const intent = async (uuid: string, event: string): Promise<Record<string, unknown>> => {
  const asked = (await history(uuid)).flatMap(({ events }) => events).findLast(({ type }) => type === event);
  return (asked?.data?.['request'] ?? {}) as Record<string, unknown>;
};

test.each([
  ['one that was made with secrets', { adminPassword: created }],
  ['one that was made without any', {}],
])(
  'the password of a rescue reaches the rescue guest of %s, and is forgotten with it',
  async (_what, more: { adminPassword?: string }) => {
    const name = `given-${Object.keys(more).length}`;
    const uuid = await made(name, more);
    const before = await held(uuid);
    const answer = await order(name, 'rescue', { adminPassword: secret });
    expect(answer).toMatchObject({ status: 202 });
    expect(answer.body).not.toHaveProperty('adminPassword');
    await restsIn(cloud, name, 'rescued');
    expect(drive(uuid, 'config.rescue')).toMatchObject({ adminPassword: secret });
    // The history says that one was given, never which.
    expect(await intent(uuid, 'rescue.requested')).toMatchObject({
      adminPassword: { object: expect.stringContaining(`${uuid}.rescuePassword.`) as string, key: { kid: 'test' } },
    });
    await expect.poll(() => held(uuid)).toEqual(before);
    await order(name, 'unrescue');
    await restsIn(cloud, name, 'running');
    expect(drive(uuid, 'config.rescue')).toBeNull();
    expect(drive(uuid, 'config')).toMatchObject({ adminPassword: more.adminPassword ?? null });
  },
);

test('a rescue without one gets one made, which is told once, and the next rescue another', async () => {
  const uuid = await made('without', { adminPassword: created });
  const told: unknown[] = [];
  for (const key of ['rescue-1', 'rescue-2']) {
    const answer = await order('without', 'rescue', {}, key);
    expect(answer.body['adminPassword']).toMatch(/^[2-9A-HJ-NP-Za-km-z]{16}$/);
    await restsIn(cloud, 'without', 'rescued');
    expect(drive(uuid, 'config.rescue')).toMatchObject({ adminPassword: answer.body['adminPassword'] });
    told.push(answer.body['adminPassword']);
    const again = await order('without', 'rescue', {}, key);
    expect(again).toMatchObject({ status: 202, body: { seq: answer.body['seq'] } });
    expect(again.body).not.toHaveProperty('adminPassword');
    await order('without', 'unrescue');
    await restsIn(cloud, 'without', 'running');
  }
  expect(new Set([...told, created]).size).toBe(3);
  await expect.poll(() => held(uuid)).toEqual(['adminPassword']);
  const texts = [JSON.stringify(await history(uuid)), logged.join('\n')];
  for (const text of texts) for (const plain of told) expect(text).not.toContain(plain);
});

test('the same order again, at once and later, is the same order: one password counts, and nothing of the others stays', async () => {
  const uuid = await made('twice');
  const send = (text: string) => order('twice', 'rescue', { adminPassword: text }, 'rescue-twice');
  const answers = await Promise.all([send('first'), send('second')]);
  expect(new Set(answers.map(({ status, body }) => `${status} ${String(body['seq'])}`)).size).toBe(1);
  await restsIn(cloud, 'twice', 'rescued');
  const set = drive(uuid, 'config.rescue')?.adminPassword;
  expect(['first', 'second']).toContain(set);
  expect(await send('third')).toMatchObject({ status: 202, body: { seq: answers[0].body['seq'] } });
  expect(drive(uuid, 'config.rescue')?.adminPassword).toBe(set);
  await expect.poll(() => held(uuid)).toEqual([]);
});

test('a rescue that is refused, or that reaches nobody, leaves nothing sealed; one of which nobody knows leaves what it may need', async () => {
  const uuid = await made('refused');
  await order('refused', 'pause');
  await restsIn(cloud, 'refused', 'paused');
  const refused = await order('refused', 'rescue', { adminPassword: secret });
  expect(refused).toMatchObject({ status: 409, body: { guard: 'state' } });
  cloud.isAgentAway = true;
  expect(await order('refused', 'rescue', { adminPassword: secret })).toMatchObject({ status: 503 });
  cloud.isAgentAway = false;
  expect(await held(uuid)).toEqual([]);
  cloud.isAgentSilent = true;
  expect(await order('refused', 'rescue', { adminPassword: secret })).toMatchObject({ status: 504 });
  cloud.isAgentSilent = false;
  expect(await held(uuid)).toEqual(['rescuePassword']);
  // It goes with the instance, whose spec tells of no secrets.
  const next = forgetSecrets({ model: cloud.model, journal: cloud.journal, secrets: cloud.secrets, log: silentLog });
  await remove(cloud, '/v1/instances/refused');
  await restsIn(cloud, 'refused', 'deleted');
  await expect.poll(() => held(uuid)).toEqual([]);
  next();
  expect(JSON.stringify(refused.body)).not.toContain('horse');
});

test.each([
  ['no text', { object: 'x.adminPassword.1', sha256: 'a'.repeat(64), bytes: 1 }],
  ['empty', ''],
  ['too long', 'x'.repeat(256)],
  ['of two lines', 'root:x\nuser:y'],
])(
  'a password that is %s is refused by its field, before anything is sealed; its value is told nowhere',
  async (what, given) => {
    const name = `bad-${what.replaceAll(' ', '-')}`;
    const uuid = await made(name);
    for (const command of ['rescue', 'rebuild']) {
      const answer = await order(name, command, { adminPassword: given });
      expect(answer).toMatchObject({ status: 400, body: { code: 'INVALID_INPUT', field: 'args.adminPassword' } });
      if (typeof given === 'string' && given !== '')
        expect(JSON.stringify(answer.body)).not.toContain(given.slice(0, 5));
    }
    expect(await order(name, 'rescue', { adminPassword: secret, image: 'nowhere' })).toMatchObject({
      status: 400,
      body: { field: 'args.image' },
    });
    expect(await held(uuid)).toEqual([]);
  },
);

test('a dry run seals nothing and makes none', async () => {
  const uuid = await made('dry');
  for (const args of [{ adminPassword: secret }, {}]) {
    const answer = await post(cloud, '/v1/instances/dry/commands?dryRun=true', { name: 'rescue', args });
    expect(answer).toMatchObject({ status: 200, body: { command: 'rescue', allowed: true } });
    expect(answer.body).not.toHaveProperty('adminPassword');
  }
  expect(await held(uuid)).toEqual([]);
});

test.each(['running', 'stopped'])(
  'the password of a rebuild is the instance’s from then on; without one it keeps its own (%s)',
  async (state) => {
    const name = `rebuilt-${state}`;
    const uuid = await made(name, { adminPassword: created });
    if (state === 'stopped') await order(name, 'stop', { timeoutSeconds: 0 });
    await restsIn(cloud, name, state);
    const rebuild = async (args: object): Promise<void> => {
      const answer = await order(name, 'rebuild', args);
      expect(answer).toMatchObject({ status: 202 });
      expect(answer.body).not.toHaveProperty('adminPassword');
      await get(cloud, `/v1/instances/${name}?since=h1:${String(answer.body['seq'])}`);
      await restsIn(cloud, name, state);
    };
    await rebuild({});
    expect(drive(uuid, 'config')).toMatchObject({ adminPassword: created });
    await rebuild({ adminPassword: secret });
    expect(drive(uuid, 'config')).toMatchObject({ adminPassword: secret });
    await rebuild({});
    expect(drive(uuid, 'config')).toMatchObject({ adminPassword: secret });
    expect(await held(uuid)).toEqual(['adminPassword', 'rebuildPassword']);
    // A coordinator that begins now knows that the spec names it.
    forgetSecrets({ model: cloud.model, journal: cloud.journal, secrets: cloud.secrets, log: silentLog })();
    await rebuild({});
    expect(drive(uuid, 'config')).toMatchObject({ adminPassword: secret });
    await remove(cloud, `/v1/instances/${name}`);
    await restsIn(cloud, name, 'deleted');
    await expect.poll(() => held(uuid)).toEqual([]);
  },
);

test('an order that ended while no coordinator was there: the next one forgets what came with it, and nothing else', async () => {
  const uuid = await made('missed', { adminPassword: created });
  await order('missed', 'rescue', { adminPassword: secret });
  await restsIn(cloud, 'missed', 'rescued');
  await expect.poll(() => held(uuid)).toEqual(['adminPassword']);
  const { adminPassword } = (await intent(uuid, 'rescue.requested')) as { adminPassword: SecretRef };
  cloud.secrets.objects.set(adminPassword.object, Buffer.from('sealed'));
  // One that no history names may be on its way to the host yet.
  await cloud.secrets.seal(await cloud.secrets.newKey(), uuid, 'rescuePassword', Buffer.from('on its way'));
  forgetSecrets({ model: cloud.model, journal: cloud.journal, secrets: cloud.secrets, log: silentLog })();
  await expect.poll(() => cloud.secrets.objects.has(adminPassword.object)).toBe(false);
  expect(await held(uuid)).toEqual(['adminPassword', 'rescuePassword']);
});

test('what was given is in no answer, no history, no event and no log', async () => {
  const uuid = await made('quiet');
  await order('quiet', 'rescue', { adminPassword: secret });
  await restsIn(cloud, 'quiet', 'rescued');
  const texts = [
    JSON.stringify((await get(cloud, '/v1/instances/quiet')).body),
    JSON.stringify((await get(cloud, '/v1/instances/quiet/history')).body),
    JSON.stringify((await get(cloud, '/v1/instances/quiet/explain')).body),
    JSON.stringify(await history(uuid)),
    logged.join('\n'),
    [...cloud.secrets.objects.values()].map((sealed) => sealed.toString('latin1')).join('\n'),
  ];
  for (const text of texts)
    for (const plain of [secret, 'horse', Buffer.from(secret).toString('base64')]) expect(text).not.toContain(plain);
});

test('passwords that are made differ, and hold nothing that is read as something else', () => {
  const all = Array.from({ length: 1000 }, makePassword);
  expect(new Set(all).size).toBe(1000);
  for (const one of all) expect(one).toMatch(/^(?=.*[2-9])(?=.*[A-Z])(?=.*[a-z])[2-9A-HJ-NP-Za-km-z]{16}$/);
});
