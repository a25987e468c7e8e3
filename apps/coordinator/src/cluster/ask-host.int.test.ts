/** Questions to a host whose agent dies over them, on a real NATS server. */
import { incarnationOf, type HostReport } from '@chronovirt/contract';
import { connect, serveQueries, type NatsConnection } from '@chronovirt/nats-adapter';
import { systemClock } from '@chronovirt/runtime';
import { bestNatsServer, startNats, tempDir, until, type NatsServer } from '@chronovirt/testing/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Hosts } from '../hosts/hosts.ts';
import { askHost } from './ask-host.ts';

const report = (process: number): HostReport =>
  ({ host: 'h1', incarnation: incarnationOf(1_000 + process, process), enabled: true }) as unknown as HostReport;

describe('a question to a host', () => {
  const dir = tempDir('ask-host');
  let nats: NatsServer;
  let here: NatsConnection;
  let there: NatsConnection;
  beforeAll(async () => {
    nats = await startNats({ server: bestNatsServer().path, dir: dir.path });
    here = await connect({ servers: nats.url, name: 'here' });
    there = await connect({ servers: nats.url, name: 'there' });
  });
  afterAll(async () => {
    await here?.close();
    await there?.close();
    await nats?.stop();
    dir.remove();
  });

  it('is put to the next process as soon as that one reports; who asked does not wait for an answer that will not come', async () => {
    const hosts = new Hosts(systemClock);
    hosts.hear(report(1));
    let heard = 0;
    const dies = serveQueries(there, 'h1', () => {
      heard += 1;
      return new Promise(() => {});
    });
    await there.link.roundTrip();
    const began = performance.now();
    const { signal } = new AbortController();
    const answer = askHost(here, hosts)('h1', 'computeNode', {}, { patienceMs: 30_000, signal });
    await until(() => heard === 1, { timeoutMs: 10_000, what: 'the first process was asked' });
    void dies.stop();
    const next = serveQueries(there, 'h1', async () => 'the next one');
    await there.link.roundTrip();
    hosts.hear(report(1)); // a beat that was on its way
    hosts.hear(report(2));
    expect(await answer).toBe('the next one');
    expect(heard).toBe(1);
    expect(performance.now() - began).toBeLessThan(10_000);
    await next.stop();
  });

  it('ends when whoever asks gives it up, and when the patience is over', async () => {
    const hosts = new Hosts(systemClock);
    const silent = serveQueries(there, 'h1', () => new Promise(() => {}));
    await there.link.roundTrip();
    const giveUp = new AbortController();
    const answer = askHost(here, hosts)('h1', 'look', {}, { patienceMs: 30_000, signal: giveUp.signal });
    giveUp.abort(new Error('not needed any more'));
    await expect(answer).rejects.toThrow('not needed any more');
    void silent.stop();
    await there.link.roundTrip();
    const { signal } = new AbortController();
    const late = askHost(here, hosts)('h1', 'look', {}, { patienceMs: 300, signal });
    await expect(late).rejects.toMatchObject({ code: 'HOST_UNREACHABLE', retry: 'later' });
  });
});
