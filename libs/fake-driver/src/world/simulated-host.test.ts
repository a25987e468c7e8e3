import { SimulatedClock } from '@chronovirt/testing/sim';
import { beforeEach, describe, expect, it } from 'vitest';
import { uuidOf } from '../testing/sample-guest.ts';
import type { HostConnection } from './connection.ts';
import type { DomainDefinition } from './definition.ts';
import type { DelayProfile } from './profile.ts';
import { SimulatedHost } from './simulated-host.ts';

const uuid = uuidOf(1);
const definition = (op: number): DomainDefinition => ({
  uuid,
  name: `instance-${uuid}`,
  memoryKiB: 1024,
  vcpus: 1,
  ours: true,
  mark: { epoch: 1, op },
  disks: ['root'],
  interfaces: [],
});

/** Starts and saves take a second; everything else is done at once. */
const slow: DelayProfile = {
  workMs: (call) => (call === 'create' || call === 'managedSave' || call === 'createDisk' ? 1000 : 0),
  replyMs: () => 0,
  eventMs: () => 0,
  guestShutdownMs: () => 0,
  bootMs: () => 0,
};

let clock: SimulatedClock;
let host: SimulatedHost;
let agent: HostConnection;
let other: HostConnection;

/** How a call has ended so far. */
function fateOf(call: Promise<unknown>): () => Promise<string> {
  let ended = 'pending';
  call.then(
    () => (ended = 'done'),
    (error: { code: string }) => (ended = error.code),
  );
  return async () => {
    await clock.drain();
    return ended;
  };
}

async function running(op = 1): Promise<void> {
  await agent.domains.define(definition(op));
  await clock.settle(agent.domains.create(uuid));
}

beforeEach(() => {
  clock = new SimulatedClock();
  host = new SimulatedHost({ clock, profile: slow });
  agent = host.connect('agent');
  other = host.connect('other');
});

describe('a start', () => {
  it('shows as active at once, with its mark, but paused and busy until the guest runs', async () => {
    await agent.domains.define(definition(4));
    void agent.domains.create(uuid);
    await clock.advance(10);
    expect(await other.domains.look(uuid)).toMatchObject({
      state: 'paused',
      reason: 'starting-up',
      busy: 'starting up',
      live: { mark: { op: 4 } },
    });
    await clock.advance(1000);
    expect(await other.domains.look(uuid)).toMatchObject({ state: 'running', reason: 'booted', busy: null });
  });

  it('makes a second start wait, and then refuses it', async () => {
    await agent.domains.define(definition(1));
    void agent.domains.create(uuid);
    await expect(clock.settle(other.domains.create(uuid))).rejects.toMatchObject({ code: 'OPERATION_INVALID' });
    expect(clock.monotonic()).toBe(1000);
  });

  it('lets a definition through while it lasts: the guest keeps the one that it was started with', async () => {
    await agent.domains.define(definition(1));
    void agent.domains.create(uuid);
    await other.domains.define(definition(2));
    await clock.advance(1000);
    expect(host.viewOf(uuid)).toMatchObject({ live: { mark: { op: 1 } }, stored: { mark: { op: 2 } } });
  });
});

describe('the job lock', () => {
  it('holds a barrier back until the job ends', async () => {
    await running();
    const saving = fateOf(agent.domains.managedSave(uuid));
    await clock.settle(other.domains.setMetadata(uuid));
    expect(clock.monotonic()).toBe(2000);
    expect(await saving()).toBe('done');
  });

  it('is given up after 30 seconds, and the error names the holder', async () => {
    await running();
    host.faults.add({ kind: 'hang', ms: 100_000, on: 'managedSave' });
    void agent.domains.managedSave(uuid);
    const began = clock.monotonic();
    await expect(clock.settle(other.domains.setMetadata(uuid))).rejects.toThrow('held by managedSave');
    expect(clock.monotonic() - began).toBe(30_000);
  });

  it('is taken by a destroy: the save ends without an image, who waited finds the domain off', async () => {
    await running();
    const saving = fateOf(agent.domains.managedSave(uuid));
    const waiting = fateOf(other.domains.suspend(uuid));
    await clock.advance(100);
    await clock.settle(other.domains.destroy(uuid));
    expect(host.viewOf(uuid)).toMatchObject({ state: 'off', reason: 'destroyed', saved: null });
    expect(await waiting()).toBe('OPERATION_INVALID');
    expect(await saving()).toBe('OPERATION_FAILED');
    await clock.advance(5000);
    expect(host.viewOf(uuid)).toMatchObject({ state: 'off', saved: null });
  });

  it('is no matter to looks', async () => {
    await running();
    void agent.domains.managedSave(uuid);
    expect(await other.domains.look(uuid)).toMatchObject({ state: 'paused', reason: 'save', busy: 'saving' });
  });
});

describe('definitions', () => {
  it('an undefined guest runs on as transient, and is gone when it ends', async () => {
    await running();
    await agent.domains.undefine(uuid);
    expect(host.viewOf(uuid)).toMatchObject({ state: 'running', stored: null });
    await agent.domains.destroy(uuid);
    expect(host.viewOf(uuid)).toBeNull();
  });

  it('a saved guest carries the mark of its run, unless the image is changed', async () => {
    await running(1);
    await clock.settle(agent.domains.managedSave(uuid));
    await agent.domains.define(definition(2));
    expect(host.viewOf(uuid)).toMatchObject({ saved: { mark: { op: 1 } }, stored: { mark: { op: 2 } } });
    await agent.domains.managedSaveDefine(definition(3));
    await clock.settle(agent.domains.create(uuid));
    expect(host.viewOf(uuid)).toMatchObject({ reason: 'restored', live: { mark: { op: 3 } }, saved: null });
  });
});

describe('a caller that dies', () => {
  it('hears nothing more, and its call goes on to its end', async () => {
    await agent.domains.define(definition(1));
    const starting = fateOf(agent.domains.create(uuid));
    await clock.advance(10);
    agent.kill();
    await clock.advance(5000);
    expect([await starting(), host.viewOf(uuid)?.state]).toEqual(['pending', 'running']);
    expect(await fateOf(agent.domains.look(uuid))()).toBe('pending');
  });

  it('takes its child processes with it: what they wrote is not whole', async () => {
    await agent.own.makeDirectory(uuid, { epoch: 1, op: 1 });
    const signal = new AbortController().signal;
    const file = { name: '.root', madeBy: null, content: '' };
    void agent.own.writeFile('createDisk', uuid, file, signal);
    await clock.advance(10);
    agent.kill();
    await clock.advance(5000);
    expect(host.files.view(uuid)?.files).toEqual([{ ...file, whole: false }]);
  });

  it('can be killed before a call is sent, and the host never hears of it', async () => {
    await agent.domains.define(definition(1));
    host.onPrimitive(({ n, phase, connection }) => {
      if (n === 1 && phase === 'before') connection.kill();
    });
    void agent.domains.create(uuid);
    await clock.advance(5000);
    expect(host.viewOf(uuid)?.state).toBe('off');
  });
});

describe('the daemon', () => {
  it('restarts: guests run on, what was half done is undone, callers are told', async () => {
    await running();
    const saving = fateOf(agent.domains.managedSave(uuid));
    await clock.advance(10);
    host.stopDaemon();
    expect(await saving()).toBe('CONNECTION_LOST');
    expect(await fateOf(agent.domains.look(uuid))()).toBe('CONNECTION_LOST');
    host.startDaemon();
    expect(await agent.domains.look(uuid)).toMatchObject({ state: 'running', reason: 'save-canceled', saved: null });
    await clock.advance(5000);
    expect(host.viewOf(uuid)?.state).toBe('running');
  });

  it('tells subscribers of the gap when it is back', async () => {
    const heard: (string | null)[] = [];
    other.subscribe((event) => heard.push(event?.type ?? null));
    await running();
    host.stopDaemon();
    host.guest(uuid).crash();
    host.startDaemon();
    await clock.drain();
    expect(heard).toEqual(['DEFINED', 'STARTED', null]);
  });
});

describe('events', () => {
  it('come before or after the reply that they belong to, and in order among themselves', async () => {
    const orders = new Set<string>();
    for (let seed = 0; seed < 20; seed++) {
      const lively = new SimulatedHost({ clock, profile: 'lively', seed });
      const caller = lively.connect();
      const heard: string[] = [];
      caller.subscribe((event) => heard.push(event?.type ?? 'gap'));
      await clock.settle(caller.domains.define(definition(1)));
      await clock.settle(caller.domains.create(uuid));
      const stopping = caller.domains.destroy(uuid).then(() => heard.push('reply'));
      await clock.settle(stopping);
      await clock.advance(100);
      expect(heard.filter((one) => one !== 'reply')).toEqual(['DEFINED', 'STARTED', 'STOPPED']);
      orders.add(heard.indexOf('reply') < heard.indexOf('STOPPED') ? 'reply first' : 'event first');
    }
    expect(orders.size).toBe(2);
  });

  it('can be held back', async () => {
    const heard: string[] = [];
    other.subscribe((event) => heard.push(event?.type ?? 'gap'));
    host.events.hold();
    await running();
    await clock.advance(1000);
    expect(heard).toEqual([]);
    host.events.release();
    expect(heard).toEqual(['DEFINED', 'STARTED']);
  });
});

/** Everything that happens to a guest's life on a lively host, with its times. */
async function story(seed: number): Promise<string[]> {
  const time = new SimulatedClock();
  const lively = new SimulatedHost({ clock: time, profile: 'lively', seed });
  const lines: string[] = [];
  lively.onPrimitive(({ name, phase }) => lines.push(`${time.monotonic()} ${name} ${phase}`));
  lively.events.subscribe(({ type }) => lines.push(`${time.monotonic()} ${type}`));
  const caller = lively.connect();
  await time.settle(caller.domains.define(definition(1)));
  for (const call of ['create', 'suspend', 'resume', 'managedSave', 'create', 'destroy'] as const)
    await time.settle(caller.domains[call](uuid));
  await time.advance(100);
  return lines;
}

it('is the same each time for the same seed', async () => {
  expect(await story(5)).toEqual(await story(5));
  expect(await story(5)).not.toEqual(await story(6));
});
