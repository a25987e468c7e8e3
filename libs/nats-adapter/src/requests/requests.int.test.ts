import { connect as dial } from '@nats-io/transport-node';
import {
  ChronovirtError,
  commandSubject,
  querySubject,
  type ActorRequest,
  type HostReport,
  type InstanceUuid,
} from '@chronovirt/contract';
import type { CommandReply } from '@chronovirt/runtime';
import { newInstance } from '@chronovirt/testing/journal';
import { startNats, tempDir, until, type NatsServer } from '@chronovirt/testing/lab';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  connect,
  publishBeat,
  requestActor,
  requestQuery,
  serveActors,
  serveQueries,
  watchBeats,
  type NatsConnection,
  type Serving,
} from '../index.ts';
import { testServers } from '../testing/servers.ts';

const refused = (id: string): CommandReply =>
  ({
    kind: 'answer',
    answer: { kind: 'refused', id, seq: 3, guard: 'g', fact: 'f', path: null },
    host: 'h1',
    seq: 3,
    state: null,
  }) as unknown as CommandReply;

const pause = (instance: InstanceUuid, id = 'c1'): ActorRequest =>
  ({
    kind: 'command',
    command: { id, instance, name: 'pause', args: {}, by: { kind: 'user', name: 'eve' } },
  }) as unknown as ActorRequest;

const bad = (message: RegExp) => ({ kind: 'error', code: 'INVALID_INPUT', message: expect.stringMatching(message) });

describe.each(testServers())('requests over nats-server $version', ({ path }) => {
  const dir = tempDir('requests');
  let nats: NatsServer;
  let here: NatsConnection;
  let there: NatsConnection;
  let serving: Serving | undefined;

  beforeAll(async () => {
    nats = await startNats({ server: path, dir: dir.path });
    here = await connect({ servers: nats.url, name: 'here' });
    there = await connect({ servers: nats.url, name: 'there' });
  });
  afterEach(async () => {
    // What this test sent and nobody waits for any more still reaches the server now, not the next test's handler.
    await here.link.roundTrip();
    await serving?.stop();
    serving = undefined;
  });
  afterAll(async () => {
    await here?.close();
    await there?.close();
    await nats?.stop();
    dir.remove();
  });

  it('brings a command to its actor and the answer back', async () => {
    const instance = newInstance();
    const heard: [InstanceUuid, ActorRequest][] = [];
    serving = serveActors(there, 'h1', async (...got) => {
      heard.push(got);
      return refused('c1');
    });
    await there.link.roundTrip();
    const reply = await requestActor(here, 'h1', instance, pause(instance), { patienceMs: 5_000 });
    expect(reply).toEqual(refused('c1'));
    expect(heard).toEqual([[instance, pause(instance)]]);
  });

  it('says that nothing was done when no agent is there for the whole patience', async () => {
    const instance = newInstance();
    const begun = performance.now();
    expect(await requestActor(here, 'h1', instance, pause(instance), { patienceMs: 300 })).toEqual({
      kind: 'unreachable',
      taken: false,
    });
    expect(performance.now() - begun).toBeGreaterThan(250);
  });

  it('waits for an agent that comes within the patience', async () => {
    const instance = newInstance();
    const reply = requestActor(here, 'h1', instance, pause(instance), { patienceMs: 20_000 });
    serving = serveActors(there, 'h1', async () => refused('c1'));
    expect(await reply).toEqual(refused('c1'));
  });

  it('sends the same command again when an agent took it and died, and says that it may have been taken', async () => {
    const instance = newInstance();
    const heard: ActorRequest[] = [];
    const silent = serveActors(there, 'h1', (_, request) => {
      heard.push(request);
      return new Promise(() => {});
    });
    await there.link.roundTrip();
    const patient = new AbortController();
    const asked = requestActor(here, 'h1', instance, pause(instance), {
      patienceMs: 60_000,
      tryMs: 100,
      signal: patient.signal,
    });
    await until(() => heard.length > 1, { what: 'it is sent again' });
    patient.abort(new Error('that was enough'));
    await expect(asked).rejects.toThrow('that was enough');
    const patience = { patienceMs: 400, tryMs: 100 };
    expect(await requestActor(here, 'h1', instance, pause(instance), patience)).toEqual({
      kind: 'unreachable',
      taken: true,
    });
    for (const request of heard) expect(request).toEqual(pause(instance));
    void silent.stop();
  });

  it('waits over a restart of the server, and gives up with it down', async () => {
    const instance = newInstance();
    serving = serveActors(there, 'h1', async () => refused('c1'));
    await nats.kill('SIGKILL');
    await until(() => !here.link.up(), { what: 'the loss is known' });
    expect(await requestActor(here, 'h1', instance, pause(instance), { patienceMs: 200 })).toEqual({
      kind: 'unreachable',
      taken: false,
    });
    const reply = requestActor(here, 'h1', instance, pause(instance), { patienceMs: 20_000 });
    await nats.restart();
    expect(await reply).toEqual(refused('c1'));
  });

  it('ends with the reason when the caller stops', async () => {
    const stop = new AbortController();
    const instance = newInstance();
    const reply = requestActor(here, 'h1', instance, pause(instance), { patienceMs: 20_000, signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(reply).rejects.toThrow('enough');
  });

  it('answers bad input with the field, and lets none of it through', async () => {
    const instance = newInstance();
    let reached = 0;
    serving = serveActors(there, 'h1', async () => {
      reached++;
      return refused('c1');
    });
    await there.link.roundTrip();
    const raw = await dial({ servers: nats.url });
    const say = async (subject: string, text: string) => (await raw.request(subject, text, { timeout: 5_000 })).json();
    const subject = commandSubject('h1', instance);
    expect(await say(subject, 'garbage')).toMatchObject(bad(/JSON/));
    expect(await say(subject, '{"kind":"command","command":{}}')).toMatchObject(bad(/request\.command/));
    expect(await say(subject, JSON.stringify(pause(newInstance())))).toMatchObject(bad(/speaks of/));
    expect(await say(commandSubject('h1', 'no-uuid'), JSON.stringify(pause(instance)))).toMatchObject(bad(/UUID/));
    expect(reached).toBe(0);
    await raw.close();
  });

  it('tells an error of ours by its code, and of any other only its name', async () => {
    const instance = newInstance();
    const thrown: Error[] = [new ChronovirtError('HALTED', 'said for callers'), new TypeError('password=geheim')];
    serving = serveActors(there, 'h1', async () => {
      throw thrown.shift() ?? new Error('none left');
    });
    await there.link.roundTrip();
    const patience = { patienceMs: 5_000 };
    expect(await requestActor(here, 'h1', instance, pause(instance), patience)).toEqual({
      kind: 'error',
      code: 'HALTED',
      message: 'said for callers',
    });
    const reply = await requestActor(here, 'h1', instance, pause(instance), patience);
    expect(reply).toMatchObject({ kind: 'error', code: 'INTERNAL', message: expect.stringContaining('TypeError') });
    expect(JSON.stringify(reply)).not.toContain('geheim');
  });

  it('refuses a reply that is none', async () => {
    const instance = newInstance();
    const raw = await dial({ servers: nats.url });
    raw.subscribe(commandSubject('h1', '*'), { callback: (_, msg) => void msg.respond('{"kind":"surprise"}') });
    await raw.flush();
    await expect(requestActor(here, 'h1', instance, pause(instance), { patienceMs: 5_000 })).rejects.toMatchObject({
      code: 'REPLY_UNREADABLE',
    });
    await raw.close();
  });

  it('answers queries by method, with result, error and deadline', async () => {
    serving = serveQueries(there, 'h1', async (method, args, { signal, deadlineMs }) => {
      if (method === 'getInfo') return { args, deadlineMs };
      if (method === 'nothing') return undefined;
      if (method === 'large') return 'x'.repeat(2 ** 21);
      if (method === 'slow') await new Promise((resolve) => signal.addEventListener('abort', resolve));
      throw new ChronovirtError('INSTANCE_NOT_FOUND', 'none', { retry: 'never' });
    });
    await there.link.roundTrip();
    const ask = (method: string) => requestQuery(here, 'h1', method, { a: 1 }, { patienceMs: 5_000 });
    expect(await ask('getInfo')).toEqual({ kind: 'result', value: { args: { a: 1 }, deadlineMs: 5_000 } });
    expect(await ask('nothing')).toEqual({ kind: 'result', value: null });
    expect(await ask('absent')).toEqual({ kind: 'error', code: 'INSTANCE_NOT_FOUND', message: 'none', retry: 'never' });
    expect(await ask('large')).toMatchObject({ kind: 'error', code: 'REPLY_TOO_BIG' });
    const raw = await dial({ servers: nats.url });
    const late = await raw.request(querySubject('h1', 'slow'), JSON.stringify({ args: {}, deadlineMs: 50 }), {
      timeout: 5_000,
    });
    expect(late.json()).toMatchObject({ kind: 'error', code: 'QUERY_LATE', retry: 'later' });
    await raw.close();
    await expect(ask('a.b')).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  });

  it('hears the beats of all hosts and drops what is none', async () => {
    const report = beat('h1');
    const heard: HostReport[] = [];
    const stop = watchBeats(here, (got) => heard.push(got));
    await here.link.roundTrip();
    const raw = await dial({ servers: nats.url });
    raw.publish('hb.h1', 'garbage');
    raw.publish('hb.h2', JSON.stringify(report));
    await raw.flush();
    expect(publishBeat(there, report)).toBe(true);
    expect(publishBeat(there, beat('h2'))).toBe(true);
    await until(() => heard.length >= 2, { what: 'both beats are heard' });
    expect(heard).toEqual([report, beat('h2')]);
    stop();
    await raw.close();
  });
});

function beat(host: string): HostReport {
  return {
    host,
    incarnation: '1700000000000-1',
    bootId: 'boot',
    at: 1,
    driver: 'simulated',
    hypervisor: 'none',
    acceleration: { kind: 'simulated', why: 'a test' },
    enabled: true,
    vcpus: 1,
    memoryMiB: 1,
    diskGiB: 1,
    freeDiskGiB: 1,
    instances: 0,
    implements: [],
    waitingFor: null,
  } as unknown as HostReport;
}
