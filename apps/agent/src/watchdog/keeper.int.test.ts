/** The watchdog as a process of its own, over sleepers in a control group of their own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { processesIn } from './control-group.ts';
import { kernelMs } from './protocol.ts';

const boundMs = 1_500;
let directory: string;
let cgroup: string;
let children: ChildProcess[];
let sockets: Socket[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'watchdog-'));
  cgroup = join(hierarchy(), `chronovirt-test-${process.pid}-${Date.now()}`);
  mkdirSync(join(cgroup, 'guest'), { recursive: true });
  children = [];
  sockets = [];
});

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  const ended = children.filter(({ exitCode, signalCode }) => exitCode === null && signalCode === null);
  for (const child of ended) child.kill('SIGKILL');
  await Promise.all(ended.map((child) => once(child, 'exit')));
  await until(() => processesIn(cgroup).length === 0, 'the control group is empty');
  rmdirSync(join(cgroup, 'guest'));
  rmdirSync(cgroup);
  rmSync(directory, { recursive: true });
});

/** A hierarchy in which groups can be made; every root process of a Debian host has one. */
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

async function until(condition: () => boolean, what: string, ms = 10_000): Promise<void> {
  const end = Date.now() + ms;
  while (!condition()) {
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
    await delay(10);
  }
}

/** Something that runs on and on in the group, as a guest does. */
function guest(): ChildProcess {
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
  writeFileSync(join(cgroup, 'guest', 'cgroup.procs'), String(child.pid));
  children.push(child);
  return child;
}

async function startKeeper(extra: object = {}): Promise<ChildProcess> {
  const config = join(directory, 'watchdog.json');
  const socket = join(directory, 'socket');
  writeFileSync(
    config,
    JSON.stringify({ host: 'h1', socket, boundMs, checkMs: 50, kill: { cgroup }, log: { level: 'silent' }, ...extra }),
  );
  const child = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), '--config', config], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  });
  children.push(child);
  const ended = once(child, 'exit').then(() => 'ended' as const);
  if ((await Promise.race([once(child, 'message'), ended])) === 'ended') throw new Error('the watchdog did not start');
  return child;
}

/** The agent's end: arms, and confirms as often as it is told. */
async function agent(): Promise<{ say: (what: object) => void; heard: string[]; confirm: (at?: number) => void }> {
  const socket = connect(join(directory, 'socket'));
  sockets.push(socket);
  const heard: string[] = [];
  socket.on('data', (chunk) => heard.push(...chunk.toString().split('\n').filter(Boolean)));
  await once(socket, 'connect');
  const say = (what: object): void => void socket.write(`${JSON.stringify(what)}\n`);
  say({ arm: { host: 'h1', incarnation: 'x' } });
  await until(() => heard.length > 0, 'the watchdog answers');
  return { say, heard, confirm: (at = kernelMs()) => say({ confirmed: at }) };
}

const lives = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode === null && signalCode === null;

test('one that was never armed ends nothing', async () => {
  await startKeeper();
  const sleeper = guest();
  await delay(boundMs + 500);
  expect(lives(sleeper)).toBe(true);
});

test('guests live as long as the term is confirmed, and end within the bound when it is not', async () => {
  await startKeeper();
  const { heard, confirm } = await agent();
  expect(JSON.parse(heard[0] ?? '')).toEqual({ armed: { boundMs } });
  const sleeper = guest();
  const end = Date.now() + 2 * boundMs;
  while (Date.now() < end) {
    confirm();
    await delay(100);
  }
  expect(lives(sleeper)).toBe(true);
  const last = kernelMs();
  confirm(last);
  await once(sleeper, 'exit');
  expect(kernelMs() - last).toBeGreaterThan(boundMs - 5);
  expect(kernelMs() - last).toBeLessThan(boundMs + 1_500);
  expect(sleeper.signalCode).toBe('SIGKILL');
});

test('a guest that is started after the bound ends, too, until the term is confirmed again', async () => {
  await startKeeper();
  const { confirm } = await agent();
  await once(guest(), 'exit');
  await once(guest(), 'exit');
  confirm();
  const sleeper = guest();
  await delay(boundMs / 2);
  expect(lives(sleeper)).toBe(true);
});

test('an agent that only arms it again, or confirms times that have not come, wins no time', async () => {
  await startKeeper();
  const first = await agent();
  const began = kernelMs();
  first.confirm(began);
  const sleeper = guest();
  const again = setInterval(() => {
    first.say({ arm: { host: 'h1', incarnation: 'y' } });
    first.confirm(kernelMs() + 60_000);
  }, 50);
  await once(sleeper, 'exit');
  clearInterval(again);
  expect(kernelMs() - began).toBeLessThan(boundMs + 1_500);
});

test('the agent dies: the guests end; the watchdog dies and comes back: the bound goes on where it was', async () => {
  const keeper = await startKeeper();
  const { confirm } = await agent();
  const last = kernelMs();
  confirm(last);
  await until(() => readFileSync(join(directory, 'socket.state'), 'utf8').includes(String(last)), 'it is remembered');
  for (const socket of sockets) socket.destroy();
  keeper.kill('SIGKILL');
  await once(keeper, 'exit');
  const sleeper = guest();
  await startKeeper();
  await once(sleeper, 'exit');
  expect(kernelMs() - last).toBeGreaterThan(boundMs - 5);
  expect(kernelMs() - last).toBeLessThan(boundMs + 2_500);
});

test('it is taken off by a person and by nobody else, and then ends nothing', async () => {
  await startKeeper();
  const { confirm } = await agent();
  confirm();
  const tool = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), '--disarm', join(directory, 'socket')]);
  expect((await once(tool, 'exit'))[0]).toBe(0);
  const sleeper = guest();
  await delay(boundMs + 500);
  expect(lives(sleeper)).toBe(true);
});

test('a command ends the guests where there is no control group, and is run again for as long as it has to', async () => {
  const marks = join(directory, 'marks');
  mkdirSync(marks);
  await startKeeper({ kill: { command: ['sh', '-c', `mktemp ${marks}/XXXXXX`] } });
  await agent();
  await until(() => readdirSync(marks).length > 2, 'the command was run three times');
});

test('a second watchdog on the same socket is refused, and one of another host takes no agent of this one', async () => {
  await startKeeper({ host: 'h2' });
  const { heard } = await agent();
  expect(heard[0]).toContain('refused');
  await expect(startKeeper({ host: 'h2' })).rejects.toThrow();
});
