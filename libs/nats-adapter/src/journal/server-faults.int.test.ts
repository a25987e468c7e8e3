/** What only a real server can suffer: kill -9, a freeze, a store made anew. The suite for all journals is in `jetstream-journal.int.test.ts`. */
import { isReadable, type Log } from '@chronovirt/runtime';
import { all, newInstance, sampleMessage } from '@chronovirt/testing/journal';
import { until } from '@chronovirt/testing/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { JetStreamJournal, type NatsConnection } from '../index.ts';
import { jetStreamLab, type JetStreamLab } from '../testing/jetstream-lab.ts';
import { testServers } from '../testing/servers.ts';

describe.each(testServers())('nats-server $version', ({ path }) => {
  let lab: JetStreamLab;
  let connection: NatsConnection;
  let journal: JetStreamJournal;
  const repeated: string[] = [];
  const log: Log = {
    debug: (fields, message) => repeated.push(`${message} ${JSON.stringify(fields)}`),
    info: () => {},
    warn: () => {},
    error: () => {},
  };

  beforeAll(async () => {
    lab = await jetStreamLab(path);
    connection = await lab.connect('faults', log);
    journal = new JetStreamJournal(connection);
  });
  afterAll(async () => {
    await journal?.close();
    await connection?.close();
    await lab?.dispose();
  });

  it('loses no acknowledged message and stores none twice while the server is killed again and again, and the feed has each once', async () => {
    await journal.provision('storm');
    const instances = Array.from({ length: 16 }, newInstance);
    const acked = instances.map(() => [] as { id: string; seq: number }[]);
    const count = () => acked.reduce((sum, lane) => sum + lane.length, 0);
    const stop = new AbortController();
    const seen: number[] = [];
    const stopFeed = new AbortController();
    const feed = (async () => {
      for await (const { seq } of journal.feed('storm', 0, stopFeed.signal)) seen.push(seq);
    })();
    const lanes = instances.map(async (instance, lane) => {
      while (!stop.signal.aborted) {
        const message = sampleMessage('storm', instance);
        const answer = await journal.append(message, acked[lane]?.at(-1)?.seq ?? 0);
        if (answer.kind !== 'stored') throw new Error(`conflict with ${JSON.stringify(answer.last)}`);
        acked[lane]?.push({ id: message.id, seq: answer.seq });
      }
    });
    for (let kill = 0; kill < 4; kill++) {
      const before = count();
      await until(() => count() > before + 300, { what: 'appends go on', timeoutMs: 30_000 });
      await lab.nats.kill('SIGKILL');
      await lab.nats.restart();
    }
    const before = count();
    await until(() => count() > before + 300, { what: 'appends go on after the last kill', timeoutMs: 30_000 });
    stop.abort();
    await Promise.all(lanes);

    for (const [lane, instance] of instances.entries()) {
      const stored = (await all(journal.read('storm', instance)))
        .filter(isReadable)
        .map(({ seq, message }) => ({ seq, id: message.id }));
      expect(stored).toEqual(acked[lane]);
    }
    await until(() => seen.length >= count(), { what: 'the feed has all', timeoutMs: 30_000 });
    stopFeed.abort();
    await feed;
    expect(seen).toEqual(
      acked
        .flat()
        .map(({ seq }) => seq)
        .toSorted((a, b) => a - b),
    );
  });

  it('stores once what a frozen server got, and goes on when it thaws', async () => {
    await journal.provision('freeze');
    const instance = newInstance();
    const message = sampleMessage('freeze', instance);
    repeated.length = 0;
    await lab.nats.kill('SIGSTOP');
    const append = journal.append(message, 0);
    await until(() => repeated.some((line) => line.startsWith('append repeated')), {
      what: 'the first try is given up',
    });
    await lab.nats.kill('SIGCONT');
    expect(await append).toMatchObject({ kind: 'stored' });
    expect(await all(journal.read('freeze', instance))).toHaveLength(1);
  });

  it('knows a frozen server as unreachable', async () => {
    await lab.nats.kill('SIGSTOP');
    try {
      await until(() => !connection.link.up(), { what: 'the link counts as lost', timeoutMs: 20_000 });
      await expect(connection.link.roundTrip()).rejects.toMatchObject({ code: 'JOURNAL_UNREACHABLE' });
    } finally {
      await lab.nats.kill('SIGCONT');
    }
    await connection.link.whenUp();
    await connection.link.roundTrip();
  });

  it('reads the last messages of 10,000 histories in one go', async () => {
    await journal.provision('many');
    const instances = Array.from({ length: 10_000 }, newInstance);
    for (let from = 0; from < instances.length; from += 500) {
      await Promise.all(
        instances.slice(from, from + 500).map((instance) => journal.append(sampleMessage('many', instance), 0)),
      );
    }
    const begun = performance.now();
    let first = 0;
    const found = new Set<string>();
    for await (const { instance } of journal.lastOfAll('many')) {
      first ||= performance.now() - begun;
      found.add(instance);
    }
    const took = performance.now() - begun;
    expect(found).toEqual(new Set(instances));
    console.log(
      `lastOfAll of 10,000 on ${connection.capabilities().version}: ${took.toFixed(0)} ms, the first after ${first.toFixed(0)} ms`,
    );
  });
});
