/**
 * The password of a rescue on real parts: NATS with the users of set-up, a coordinator and an agent as processes that are killed in
 * between, libvirt, and a guest that is logged in to with it.
 */
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Libvirt, domainByUuid } from '@chronovirt/libvirt';
import { connect, NatsSecretStore, type NatsConnection } from '@chronovirt/nats-adapter';
import {
  bestNatsServer,
  guestImage,
  guestReady,
  startLibvirtHost,
  startNats,
  tempDir,
  until,
  type LibvirtHost,
  type NatsServer,
} from '@chronovirt/testing/lab';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { natsConfiguration } from '../../../../tools/setup/nats-config.mjs';
import { startProgram } from '../testing/program.ts';

const dir = tempDir('order-secret');
const apps = join(import.meta.dirname, '../../..');
const children: ChildProcess[] = [];
const token = randomBytes(32).toString('hex');
const instances = join(dir.path, 'instances');
let nats: NatsServer;
let libvirt: LibvirtHost;
let connection: NatsConnection;
let secrets: NatsSecretStore;
let address = '';
let uuid = '';
let configs: Record<'agent' | 'coordinator', object>;

/** Starts a program and waits for its word that it is ready. */
async function start(name: 'agent' | 'coordinator'): Promise<ChildProcess> {
  const { child, ready } = startProgram(dir.path, name, join(apps, name, 'src/main.ts'), configs[name]);
  children.push(child);
  const said = await ready;
  if (name === 'coordinator') ({ address } = said as { address: string });
  return child;
}

const lives = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null;

async function kill(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

async function api(path: string, init: RequestInit = {}): Promise<{ status: number; body: Record<string, unknown> }> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(`${address}/v1${path}`, { ...init, headers: { ...headers, ...init.headers } });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function order(name: string, args: object = {}): Promise<Record<string, unknown>> {
  const answer = await api('/instances/web/commands', { method: 'POST', body: JSON.stringify({ name, args }) });
  expect(answer).toMatchObject({ status: 202 });
  return answer.body;
}

const restsIn = (state: string): Promise<unknown> =>
  until(async () => (await api('/instances/web')).body['state'] === state, {
    what: `the instance is ${state}`,
    timeoutMs: 120_000,
  });

const sealed = async (): Promise<string[]> =>
  (await secrets.held()).filter(({ instance }) => instance === uuid).map(({ name }) => name);

/** Files below a directory that hold a text. */
function filesWith(text: string, directory: string): string[] {
  return readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((name) => {
    const file = join(directory, name);
    return existsSync(file) && statSync(file).isFile() && readFileSync(file).includes(text);
  });
}

const ownFile = (name: string): string => join(instances, uuid, name);

/** Logs in as root on the serial console of the guest; fails when the password does not open it. */
async function logIn(password: string): Promise<void> {
  const heard = (): string => readFileSync(ownFile('console.log'), 'latin1');
  await until(() => guestReady(heard()), { timeoutMs: 180_000, what: 'the rescue system is up' });
  const client = await Libvirt.connect({ uri: libvirt.uri });
  try {
    const console = await client.domainOpenConsole(domainByUuid(uuid), null, 1);
    console.resume();
    const answers = async (line: string, answer: RegExp): Promise<void> => {
      const from = heard().length;
      console.write(`${line}\r`);
      await until(() => answer.test(heard().slice(from)), { timeoutMs: 60_000, what: `${answer} after a line` });
    };
    await answers('', /login: $/);
    await answers('root', /Password: $/);
    await answers(password, /# /);
    console.destroy();
  } finally {
    await client.close();
  }
}

beforeAll(async () => {
  mkdirSync(instances);
  const { path, version } = bestNatsServer();
  const made = await natsConfiguration({ directory: join(dir.path, 'keys'), hosts: ['h1'], port: 4222, version });
  const text = readFileSync(made.configFile, 'utf8');
  nats = await startNats({
    server: path,
    dir: join(dir.path, 'nats'),
    auth: text.slice(text.indexOf('authorization {')),
  });
  libvirt = await startLibvirtHost({ dir: dir.path, name: 'h1' });
  const secret = (name: string, content: string | Uint8Array): string => {
    const file = join(dir.path, name);
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  };
  const as = (user: string) => ({ servers: [nats.url], nkeySeedFile: made.users[user]?.seedFile ?? '' });
  const keyFile = secret('secrets.key', randomBytes(32));
  const common = { cluster: `order-secret-${process.pid}`, secretsKeyFile: keyFile, log: { level: 'debug' } };
  configs = {
    coordinator: {
      ...common,
      nats: as('coordinator'),
      tokenFile: secret('api-token', `${token}\n`),
      api: { incomingDirectory: join(dir.path, 'incoming') },
    },
    agent: {
      ...common,
      host: 'h1',
      nats: as('agent-h1'),
      driver: { kind: 'libvirt', uri: libvirt.uri, instancesDirectory: instances, acceleration: 'tcg' },
    },
  };
  await start('coordinator');
  connection = await connect({ ...as('coordinator'), name: 'coordinator' });
  secrets = await NatsSecretStore.open(connection, { keyFile });
});

afterAll(async () => {
  await Promise.all(children.filter(lives).map(kill));
  await connection?.close();
  await libvirt?.stop();
  await nats?.stop();
  dir.remove();
});

test('a password that was made opens the rescue guest, over the death of the agent that took the order; unrescue forgets it', async () => {
  const agent = await start('agent');
  const { disk } = await guestImage();
  const image = await api('/images?name=lab', {
    method: 'POST',
    body: new Uint8Array(readFileSync(disk)),
    headers: { 'content-type': 'application/octet-stream' },
  });
  const body = { name: 'web', image: image.body['sha256'], flavor: { vcpus: 1, memoryMiB: 128 }, networks: [] };
  const host = async () =>
    ((await api('/hosts')).body as { hosts: { alive: boolean }[] }).hosts.some(({ alive }) => alive);
  await until(host, { what: 'the host reports' });
  uuid = String((await api('/instances', { method: 'POST', body: JSON.stringify(body) })).body['instance']);
  await restsIn('running');
  await order('stop', { timeoutSeconds: 0 });
  await restsIn('stopped');

  const { adminPassword } = await order('rescue');
  const password = String(adminPassword);
  expect(password).toMatch(/^\w{16}$/);
  // The order is stored, and nothing but the journal and the store of secrets knows of it any more.
  await kill(agent);
  expect(await sealed()).toEqual(['rescuePassword']);
  await start('agent');
  await restsIn('rescued');
  await logIn(password);
  expect(filesWith(password, instances)).toEqual([join(uuid, 'disk.config.rescue')]);
  await until(async () => (await sealed()).length === 0, { what: 'what was sealed is gone' });

  await order('unrescue');
  await restsIn('running');
  expect(filesWith(password, dir.path)).toEqual([]);
});

test('one that was given opens the rescue guest too, and is forgotten though the coordinator died before the rescue was over', async () => {
  await order('stop', { timeoutSeconds: 0 });
  await restsIn('stopped');
  const password = 'let <me> "in"';
  /** The part of it that JSON writes as it is. */
  const plain = 'let <me>';
  await order('rescue', { adminPassword: password });
  const coordinator = children.findLast(
    (child) => lives(child) && child.spawnargs.includes(join(dir.path, 'coordinator.json')),
  );
  await kill(coordinator!);
  await until(() => existsSync(ownFile('console.log')) && filesWith(plain, instances).length > 0, {
    what: 'the agent has made the rescue system',
    timeoutMs: 120_000,
  });
  expect(await sealed()).toEqual(['rescuePassword']);
  await start('coordinator');
  await restsIn('rescued');
  await logIn(password);
  await until(async () => (await sealed()).length === 0, { what: 'what was sealed is gone' });
  expect(filesWith(plain, join(dir.path, 'nats'))).toEqual([]);
  for (const log of ['agent.log', 'coordinator.log'])
    expect(readFileSync(join(dir.path, log), 'utf8')).not.toContain(plain);

  const answer = await api('/instances/web', { method: 'DELETE' });
  expect(answer).toMatchObject({ status: 202 });
  await restsIn('deleted');
  expect(filesWith(plain, dir.path)).toEqual([]);
});
