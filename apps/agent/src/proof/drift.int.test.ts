/**
 * Somebody uses virsh behind the back of a real agent, on a real libvirt with a real guest: while the agent hears it, and while it is dead.
 * What is recorded in the end is what virsh says; the event tells what was heard and seen.
 */
import { existsSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { InstanceSpec, InstanceState, StoredEvent, TurnMessage } from '@chronovirt/contract';
import { isReadable } from '@chronovirt/runtime';
import { until } from '@chronovirt/testing/lab';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { CrashLab } from './crash-lab.ts';

let lab: CrashLab;
let spec: InstanceSpec;
beforeAll(async () => {
  lab = await CrashLab.start('drift');
});
afterAll(() => lab?.stop());

afterEach(async () => {
  await order('delete').catch(() => {});
  await kill();
});

/** An agent with that policy, and a guest that runs. */
async function begin(policy: object): Promise<void> {
  await restart(policy);
  spec = lab.newSpec();
  await lab.prepare(spec, []);
}

async function restart(policy: object): Promise<void> {
  lab.setPolicy(policy);
  const agent = lab.startAgent();
  await agent.ready;
}

async function kill(): Promise<void> {
  lab.agent.kill();
  await lab.agent.ended;
}

async function order(
  name: Parameters<CrashLab['make']>[1]['name'],
  args: Record<string, string | number> = {},
): Promise<InstanceState> {
  const reply = await lab.command(lab.make(spec.uuid, { name, args }));
  if (reply.kind !== 'answer' || reply.answer.kind !== 'accepted')
    throw new Error(`${name} was not taken: ${reply.kind === 'answer' ? JSON.stringify(reply.answer) : reply.kind}`);
  return lab.rests(spec.uuid);
}

const virsh = (verb: string, ...more: string[]): Promise<string> =>
  lab.libvirt.virsh(verb, `instance-${spec.uuid}`, ...more);

async function history(): Promise<TurnMessage[]> {
  const messages: TurnMessage[] = [];
  for await (const stored of lab.journal.read(lab.host, spec.uuid))
    if (isReadable(stored)) messages.push(stored.message);
  return messages;
}

/** Waits until an event of that type was stored and the instance is in that state, at rest; answers that event. */
async function seen(type: string, value: string): Promise<StoredEvent> {
  return until(
    async () => {
      // One reading: what is at its end is what became of the event.
      const messages = await history();
      const last = messages.at(-1);
      const event = messages.flatMap(({ events }) => events).findLast((one) => one.type === type);
      const rests = last !== undefined && last.state.value === value && last.state.actor.due.length === 0;
      return event !== undefined && rests ? event : null;
    },
    { timeoutMs: 60_000, everyMs: 50, what: `${type}, then ${value}` },
  );
}

const domainId = async (): Promise<string> => (await virsh('domid')).trim();
const power = async (): Promise<string> => (await lab.seen(spec.uuid)).power;
const isPersistent = async (): Promise<boolean> => /^Persistent:\s+yes/m.test(await virsh('dominfo'));

describe('as it is usual', () => {
  test('a guest that is destroyed is stopped, with what libvirt said and what was seen', async () => {
    await begin({});
    const id = await domainId();
    await virsh('destroy');
    const event = await seen('observed.stopped', 'stopped');
    expect(event.data).toMatchObject({
      heard: expect.stringMatching(/^libvirt (SHUTDOWN\/host|STOPPED\/destroyed)/) as string,
      heardAt: expect.any(Number) as number,
      seen: 'off',
      choice: 'usual',
      observation: { power: 'off', reason: 'destroyed', domain: 'defined' },
    });
    // Somebody starts it again: it shall be off.
    await virsh('start');
    await seen('observed.running', 'stopped');
    expect(await power()).toBe('shut off');
    expect(id).not.toBe('-');
  });

  test('a guest that is suspended and resumed is recorded so, and not touched', async () => {
    await begin({});
    const id = await domainId();
    await virsh('suspend');
    await seen('observed.paused', 'running');
    expect((await lab.last(spec.uuid))?.state.parts.power).toBe('paused');
    await virsh('resume');
    await seen('observed.running', 'running');
    expect((await lab.last(spec.uuid))?.state.parts.power).toBe('on');
    expect(await domainId()).toBe(id);
  });

  test('a guest whose definition is removed runs on, and has it again', async () => {
    await begin({});
    const id = await domainId();
    await virsh('undefine');
    const event = await seen('observed.transient', 'running');
    expect(event.data).toMatchObject({ observation: { domain: 'transient', power: 'on', definition: false } });
    await until(isPersistent, { timeoutMs: 20_000, what: 'a definition' });
    expect(await domainId()).toBe(id);
    // It can be started from it, with everything that it had.
    await order('stop', { timeoutSeconds: 0 });
    await order('start');
    expect(await power()).toBe('running');
  });

  test('memory that somebody saves is not thrown away, and memory that somebody removes is missed', async () => {
    await begin({});
    await virsh('managedsave');
    await seen('observed.suspended', 'suspended');
    await order('resume');
    expect(await power()).toBe('running');
    await order('suspend');
    await virsh('managedsave-remove');
    // libvirt tells nobody of that: the comparison finds it.
    await kill();
    await restart({});
    const event = await seen('observed.stopped', 'stopped');
    expect(event.data).toMatchObject({ seen: 'off', observation: { savedMemory: false } });
  });

  test.each([
    ['destroy', [], 'observed.stopped', 'stopped', 'shut off'],
    ['suspend', [], 'observed.paused', 'running', 'paused'],
    ['undefine', [], 'observed.transient', 'running', 'running'],
    ['start', ['stop'], 'observed.running', 'stopped', 'shut off'],
  ] as const)('what nobody heard is found: %s while the agent is dead', async (verb, before, type, value, end) => {
    await begin({});
    for (const name of before) await order(name, { timeoutSeconds: 0 });
    await kill();
    await virsh(verb);
    await restart({});
    const event = await seen(type, value);
    expect(event.data).toMatchObject({ heard: expect.stringMatching(/comparison/) as string });
    expect(await power()).toBe(end);
    if (end === 'running') await until(isPersistent, { timeoutMs: 20_000, what: 'a definition' });
  });
});

describe('where the record holds', () => {
  const repair = { drift: 'repair' };

  test('a guest that is destroyed is started again, and one that is suspended goes on', async () => {
    await begin(repair);
    const id = await domainId();
    await virsh('destroy');
    await seen('observed.stopped', 'running');
    expect(await domainId()).not.toBe(id);
    await virsh('suspend');
    await seen('observed.paused', 'running');
    expect(await power()).toBe('running');
    await kill();
    await virsh('destroy');
    await restart(repair);
    await until(async () => (await power()) === 'running', { timeoutMs: 60_000, what: 'the guest to run again' });
    expect((await lab.rests(spec.uuid)).value).toBe('running');
  });

  test('a guest that shuts itself down is taken at its word', async () => {
    await begin(repair);
    const [{ message }] = (await lab.journal.last(lab.host, spec.uuid).then((last) => [last])) as [
      { message: TurnMessage },
    ];
    expect(message.state.value).toBe('running');
    // The guest's own power button, heeded once it has booted.
    await until(
      async () => {
        await virsh('shutdown', '--mode', 'acpi').catch(() => '');
        return (await power()) === 'shut off';
      },
      { timeoutMs: 120_000, everyMs: 2_000, what: 'the guest to shut down' },
    );
    const event = await seen('observed.stopped', 'stopped');
    expect(event.data).toMatchObject({ seen: 'shutdown', observation: { reason: 'shutdown' } });
  });

  test('a suspended guest that somebody wakes is suspended again, and one that is gone is made from its disks', async () => {
    await begin(repair);
    await order('suspend');
    await virsh('start');
    await seen('observed.running', 'suspended');
    expect((await lab.seen(spec.uuid)).saved).toBe(true);
    await order('resume');
    await kill();
    await virsh('undefine');
    await virsh('destroy');
    await restart(repair);
    await seen('observed.absent', 'running');
    expect(await power()).toBe('running');
    await until(isPersistent, { timeoutMs: 20_000, what: 'a definition' });
  });
});

describe('where the guest holds', () => {
  const adopt = { drift: 'adopt' };

  test('what somebody did to it is taken over, heard at once or found later, and it is not touched', async () => {
    await begin(adopt);
    const id = await domainId();
    await virsh('suspend');
    expect((await seen('observed.paused', 'paused')).data).toMatchObject({ choice: 'adopt', seen: 'paused' });
    await virsh('resume');
    await seen('observed.running', 'running');
    expect(await domainId()).toBe(id);
    await virsh('destroy');
    await seen('observed.stopped', 'stopped');
    await virsh('start');
    await seen('observed.running', 'running');
    const next = await domainId();
    await kill();
    await virsh('suspend');
    await restart(adopt);
    expect((await seen('observed.paused', 'paused')).data).toMatchObject({
      choice: 'adopt',
      heard: expect.stringMatching(/comparison/) as string,
    });
    expect([await power(), await domainId()]).toEqual(['paused', next]);
    await order('unpause');
    expect(await power()).toBe('running');
  });
});

test('where a person is asked, nothing happens until one says', async () => {
  await begin({ drift: 'ask' });
  await virsh('destroy');
  await seen('observed.stopped', 'running');
  expect((await lab.last(spec.uuid))?.state.parts).toMatchObject({ power: 'off', drift: { seen: 'off' } });
  await kill();
  await restart({ drift: 'ask' });
  await order('repairDrift');
  expect(await power()).toBe('running');
  await virsh('destroy');
  await until(async () => (await lab.last(spec.uuid))?.state.parts.drift ?? null, {
    timeoutMs: 20_000,
    what: 'the question',
  });
  await order('adoptDrift');
  expect((await lab.last(spec.uuid))?.state.value).toBe('stopped');
});

test('images are made of a guest that goes on, and older backups are removed; a shelved one comes back; the trash is emptied', async () => {
  await begin({ reclaimAfterMs: 2_000 });
  const id = await domainId();
  const images = (): string[] => {
    const directory = join(lab.instances, '_images');
    return existsSync(directory) ? readdirSync(directory).filter((name) => /^[0-9a-f]{64}/.test(name)) : [];
  };
  await order('snapshot', { name: 'first' });
  const [first] = images();
  expect(first).toBeDefined();
  expect(await domainId()).toBe(id);
  for (let n = 0; n < 2; n += 1) await order('backup', { name: 'nightly', rotation: 1 });
  const { backups = [] } = (await lab.last(spec.uuid))?.state.parts ?? {};
  expect(backups).toHaveLength(1);
  expect(new Set(images().map((name) => name.slice(0, 64)))).toEqual(
    new Set([first?.slice(0, 64), backups[0]?.sha256]),
  );

  await order('shelve');
  expect((await lab.last(spec.uuid))?.state.value).toBe('shelved');
  await order('unshelve');
  expect(await power()).toBe('running');
  await order('softDelete').catch(() => {});
  await seen('destroy.done', 'deleted');
  expect(await lab.leftOf(spec.uuid)).toEqual([]);
});

test('images that nobody needs leave the cache by themselves; the one that a guest rests on stays', async () => {
  lab.set({ imageCache: { intervalMs: 1_000 } });
  await begin({});
  const cache = join(lab.instances, '_base');
  const [used] = readdirSync(cache);
  const unwanted = `${'f'.repeat(64)}.raw`;
  writeFileSync(join(cache, unwanted), 'nobody needs this');
  const longAgo = Date.now() / 1000 - 2 * 86_400;
  for (const name of readdirSync(cache)) utimesSync(join(cache, name), longAgo, longAgo);
  await until(() => !existsSync(join(cache, unwanted)), { timeoutMs: 20_000, what: 'the image to go' });
  expect(readdirSync(cache)).toEqual([used]);
  expect(await power()).toBe('running');
  lab.set({ imageCache: {} });
});
