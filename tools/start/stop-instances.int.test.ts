/** What Ctrl-C does to instances, whatever they are doing: the real system, on a simulated hypervisor. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { standStill, tempDir, until } from '@chronovirt/testing/lab';
import { guestImage } from '../guest-image/build.mjs';
import type { InstanceView, Turn } from './api.ts';
import { LiveView } from './live-view.ts';
import { stopInstances } from './stop-instances.ts';
import { startSystem, type System } from './system.ts';

const dir = tempDir('stop-instances');
let system: System;
let view: LiveView;
let image: string;

beforeAll(async () => {
  process.env['CHRONOVIRT_STATE'] = dir.path;
  system = await startSystem(
    { once: false, privateLibvirt: false, simulated: true, host: 'local', apiPort: 0, help: false },
    () => {},
  );
  view = new LiveView(system.api, () => {});
  await view.start();
  image = (await system.api.upload((await guestImage(() => {})).disk, 'guest')).sha256;
});
afterAll(async () => {
  await view.stop();
  await system.stop(() => {});
  dir.remove();
});

const shown = (name: string): Promise<InstanceView> => system.api.get(`/v1/instances/${name}`);
const becomes = (name: string, state: string): Promise<unknown> =>
  until(async () => (await shown(name)).state === state, { what: `${name} is ${state}`, timeoutMs: 60_000 });
const order = (instance: string, name: string, args: object = {}): Promise<unknown> =>
  system.api.post(`/v1/instances/${instance}/commands`, { name, args });

async function create(name: string): Promise<void> {
  await system.api.post('/v1/instances', { name, image, flavor: { vcpus: 1, memoryMiB: 128, rootGiB: 1 } });
}

async function runs(name: string): Promise<void> {
  await create(name);
  await becomes(name, 'running');
}

/** Types of what was stored of it, in order. */
async function told(name: string): Promise<string[]> {
  const { entries } = await system.api.get<{ entries: Turn[] }>(`/v1/instances/${name}/history`);
  return entries.flatMap(({ message }) => message.events.map(({ type }) => type));
}

async function stopped(patienceMs?: number): Promise<string> {
  const lines: string[] = [];
  await stopInstances(system.api, view, (line) => lines.push(line), patienceMs === undefined ? {} : { patienceMs });
  return lines.join('\n');
}

/** The agent, found by its command: only this system's processes are looked at. */
function agentPid(): number {
  const found = system.pids().find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('apps/agent'));
  if (found === undefined) throw new Error('the agent does not run');
  return found;
}

test('each guest is stopped by what is legal where it rests; what a person has to decide is said', async () => {
  const resting = {
    runs: [],
    paused: [['pause', 'paused']],
    rescued: [['rescue', 'rescued', { adminPassword: 'not a secret' }]],
    suspended: [['suspend', 'suspended']],
    resized: [['resize', 'resized', { flavor: { vcpus: 2, memoryMiB: 256, rootGiB: 1 } }]],
    off: [['stop', 'stopped', { timeoutSeconds: 0 }]],
  } as const satisfies Record<string, readonly (readonly [name: string, state: string, args?: object])[]>;
  await Promise.all(
    Object.entries(resting).map(async ([name, orders]) => {
      await runs(name);
      for (const [what, state, args] of orders as readonly (readonly [string, string, object?])[]) {
        await order(name, what, args);
        await becomes(name, state);
      }
    }),
  );
  const before = { suspended: await told('suspended'), off: await told('off') };
  const said = await stopped();
  const states = Object.fromEntries(
    await Promise.all(Object.keys(resting).map(async (name) => [name, (await shown(name)).state] as const)),
  );
  expect(states).toEqual({
    runs: 'stopped',
    paused: 'stopped',
    rescued: 'stopped',
    suspended: 'suspended',
    resized: 'resized',
    off: 'stopped',
  });
  expect(await told('paused')).toEqual(expect.arrayContaining(['unpause.done', 'powerOff.done']));
  expect(await told('rescued')).toEqual(expect.arrayContaining(['unrescue.done', 'powerOff.done']));
  expect({ suspended: await told('suspended'), off: await told('off') }).toEqual(before);
  expect(said.match(/could not be stopped/g)).toHaveLength(1);
  expect(said).toMatch(/resized could not be stopped: whether its new size stays .*confirm-resize/);
  await order('resized', 'revertResize');
  await becomes('resized', 'running');
});

test('what is in the middle of something is waited for, and then stopped; not for ever', async () => {
  const pid = agentPid();
  await standStill(pid);
  try {
    await create('late');
    await until(async () => (await shown('late')).state === 'building.order', { what: 'the order is on its way' });
    const said = await stopped(1_500);
    expect(said).toContain('late is building.order: it is waited for');
    expect(said).toMatch(/late could not be stopped: it is still building\.order/);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
  await becomes('late', 'running');
  await order('late', 'hardReboot');
  expect(await stopped()).not.toContain('could not be stopped');
  expect((await shown('late')).state).toBe('stopped');
});
