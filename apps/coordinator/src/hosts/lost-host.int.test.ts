/**
 * A lost host on real parts: NATS with the users of set-up, a coordinator, an agent and a watchdog, each a process of its own. What stands
 * for guests are sleepers in a control group, which the watchdog ends; the agent's own are simulated.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bestNatsServer, standStill, startNats, tempDir, until, type NatsServer } from '@chronovirt/testing/lab';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { natsConfiguration } from '../../../../tools/setup/nats-config.mjs';
import { startProgram } from '../testing/program.ts';

const boundMs = 16_000;
const dir = tempDir('lost-host');
const apps = join(import.meta.dirname, '../../..');
const children: ChildProcess[] = [];
const token = randomBytes(32).toString('hex');
let nats: NatsServer;
let address = '';
let cgroup: string;
let configs: Record<string, object>;

function hierarchy(): string {
  const root = '/sys/fs/cgroup';
  const found = [root, ...readdirSync(root).map((name) => join(root, name))].find((one) => {
    try {
      return statSync(join(one, 'cgroup.procs')).isFile() && !one.includes('cpuset');
    } catch {
      return false;
    }
  });
  if (found === undefined) throw new Error('no control group hierarchy under /sys/fs/cgroup: run this as root');
  return found;
}

/** Starts a program and waits for its word that it is ready. */
async function start(name: 'agent' | 'coordinator' | 'watchdog'): Promise<ChildProcess> {
  const entry = {
    agent: 'agent/src/main.ts',
    coordinator: 'coordinator/src/main.ts',
    watchdog: 'agent/src/watchdog/main.ts',
  };
  const { child, ready } = startProgram(dir.path, name, join(apps, entry[name]), configs[name]);
  children.push(child);
  const said = await ready;
  if (name === 'coordinator') ({ address } = said as { address: string });
  return child;
}

interface Shown {
  readonly proof: { readonly kind: string; readonly waitedMs?: number } | null;
  readonly report: { readonly watchdog?: { readonly boundMs: number } } | null;
  readonly record: { readonly value: string; readonly term: number; readonly serves: boolean } | null;
}

async function ask(path: string, init: RequestInit = {}): Promise<{ status: number; body: unknown }> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const response = await fetch(`${address}/v1/hosts/h1${path}`, { ...init, headers });
  return { status: response.status, body: await response.json() };
}

const host = async (): Promise<Shown> => (await ask('')).body as Shown;
const isIn = (value: string) => async (): Promise<boolean> => (await host()).record?.value === value;

async function events(): Promise<string[]> {
  const { body } = await ask('/history');
  const { entries, verdict } = body as {
    entries: { message: { events: { type: string }[] } }[];
    verdict: { ok: boolean };
  };
  expect(verdict.ok).toBe(true);
  return entries.flatMap(({ message }) => message.events.map(({ type }) => type));
}

function sleeper(): ChildProcess {
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
  writeFileSync(join(cgroup, 'cgroup.procs'), String(child.pid));
  children.push(child);
  return child;
}

const lives = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null;

beforeAll(async () => {
  cgroup = join(hierarchy(), `chronovirt-lost-${process.pid}`);
  mkdirSync(cgroup);
  const { path, version } = bestNatsServer();
  const made = await natsConfiguration({ directory: join(dir.path, 'keys'), hosts: ['h1'], port: 4222, version });
  const text = readFileSync(made.configFile, 'utf8');
  nats = await startNats({
    server: path,
    dir: join(dir.path, 'nats'),
    auth: text.slice(text.indexOf('authorization {')),
  });
  const secret = (name: string, content: string | Uint8Array): string => {
    const file = join(dir.path, name);
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  };
  const as = (user: string): object => ({ servers: [nats.url], nkeySeedFile: made.users[user]?.seedFile });
  const common = { cluster: `lost-${process.pid}`, secretsKeyFile: secret('secrets.key', randomBytes(32)) };
  const socket = join(dir.path, 'watchdog.socket');
  configs = {
    coordinator: {
      ...common,
      nats: as('coordinator'),
      tokenFile: secret('api-token', `${token}\n`),
      api: { incomingDirectory: join(dir.path, 'incoming') },
      fleet: { lostMs: 3_000, watchdogMarginMs: 1_000 },
    },
    agent: { ...common, host: 'h1', nats: as('agent-h1'), driver: { kind: 'simulated' }, watchdog: { socket } },
    watchdog: { host: 'h1', socket, boundMs, kill: { cgroup } },
  };
  await start('coordinator');
  await start('watchdog');
});

afterAll(async () => {
  const left = children.filter(lives);
  for (const child of left) {
    child.kill('SIGCONT');
    child.kill('SIGKILL');
  }
  await Promise.all(left.map((child) => new Promise((resolve) => child.once('exit', resolve))));
  await nats?.stop();
  rmdirSync(cgroup);
  await dir[Symbol.asyncDispose]();
});

test('an agent that is frozen: its guests end by the watchdog before the proof, and it stands down when it goes on', async () => {
  const agent = await start('agent');
  await until(async () => (await host()).report?.watchdog?.boundMs === boundMs, {
    what: 'the watchdog is armed and known',
  });
  const guest = sleeper();
  await standStill(agent.pid!);
  const frozen = Date.now();
  await until(isIn('fencing.outwait'), { what: 'the bound is being waited out', timeoutMs: 60_000 });
  expect((await host()).proof).toBeNull();
  await until(isIn('fenced'), { what: 'the host is fenced', timeoutMs: 60_000 });
  expect(lives(guest)).toBe(false);
  const { proof } = await host();
  expect(proof).toMatchObject({ kind: 'watchdog', boundMs });
  expect(proof?.waitedMs).toBeGreaterThanOrEqual(boundMs + 1_000);
  expect(Date.now() - frozen).toBeGreaterThan(boundMs);
  // What is started there now ends, too: nothing confirms the term.
  const another = sleeper();
  await until(() => !lives(another), { what: 'the second guest ends' });
  agent.kill('SIGCONT');
  await until(isIn('reachable'), { what: 'the host is let in again', timeoutMs: 60_000 });
  expect((await host()).record).toMatchObject({ term: 2, serves: true });
  expect(await events()).toEqual(
    expect.arrayContaining(['lost', 'fence.requested', 'endTerm.done', 'outwait.done', 'giveTerm.done']),
  );
  const third = sleeper();
  await new Promise((resolve) => setTimeout(resolve, 3_000));
  expect(lives(third)).toBe(true);
  third.kill('SIGKILL');
});

test('a host that is told to stand down answers it, and starts nothing before it is admitted, over the death of its agent', async () => {
  await until(isIn('reachable'), { what: 'the host is reachable' });
  const order = (name: string): Promise<{ status: number }> =>
    ask('/commands', { method: 'POST', body: JSON.stringify({ name, args: {} }) });
  expect(await order('standDown')).toMatchObject({ status: 202 });
  await until(isIn('fenced'), { what: 'it has stood down', timeoutMs: 60_000 });
  expect((await host()).proof).toMatchObject({ kind: 'stoodDown' });
  const agent = children.findLast((child) => lives(child) && child.spawnargs.includes(join(dir.path, 'agent.json')));
  const ended = new Promise((resolve) => agent?.once('exit', resolve));
  agent?.kill('SIGKILL');
  await ended;
  await start('agent');
  await until(async () => (await events()).filter((type) => type === 'heard').length > 2, {
    what: 'the new agent is heard',
  });
  expect((await host()).proof).toMatchObject({ kind: 'stoodDown' });
  expect(await order('admit')).toMatchObject({ status: 202 });
  await until(isIn('reachable'), { what: 'it is admitted', timeoutMs: 60_000 });
});
