/** Reading whole histories and folding them with today's charts, against reading the bytes and folding bare. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect as dial, nkeyAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import { hostEvents, streamOf, type StoredEvent } from '@chronovirt/contract';
import { lifeMachine, verify, type Entry } from '@chronovirt/machines';
import { connect, JetStreamJournal } from '@chronovirt/nats-adapter';
import { isReadable, verifyHistories, whyUnreadable } from '@chronovirt/runtime';
import { transition, type SnapshotFrom } from 'xstate';
import { runningHistory } from '../histories/template.ts';
import { writeHistories } from '../histories/write.ts';
import { byTurns, median, timed } from '../measure/samples.ts';
import type { Measured } from '../row.ts';
import { startNatsForFilling } from '../stack/nats.ts';
import { HOST, Stack } from '../stack/stack.ts';
import type { Scene } from './scene.ts';

const names = { whole: 'verify: read and fold of histories', event: 'verify: fold of one event' };
const histories = 600;
const events = 50;
const rounds = 6;

export const verifyScene: Scene = { names: Object.values(names), measure };

async function measure(directory: string, say: (line: string) => void): Promise<Measured[]> {
  say(`writing ${histories} histories`);
  const template = runningHistory(HOST, events);
  const filling = await startNatsForFilling(join(directory, 'nats'));
  await writeHistories(filling.url, HOST, [{ template, count: histories }]);
  await filling.stop();
  const messages = histories * template.messages.length;
  const stack = await Stack.start(directory);
  const seedFile = stack.nats.seed('coordinator');
  const nats = await connect({ servers: stack.nats.url, name: 'coordinator', nkeySeedFile: seedFile });
  const journal = new JetStreamJournal(nats);
  const client = await dial({
    servers: stack.nats.url,
    authenticator: nkeyAuthenticator(new TextEncoder().encode(readFileSync(seedFile, 'utf8').trim())),
    inboxPrefix: '_INBOX_coordinator',
  });
  try {
    const parsed = await readAll(journal, messages);
    const bareEvents = parsed.map((entries) => entries.flatMap(({ message }) => message.events));
    const count = bareEvents.reduce((sum, one) => sum + one.length, 0);
    say('verify');
    const ours = () => timed(() => verifyHost(journal));
    const bare = () => timed(async () => (await readBare(client, messages), foldBare(bareEvents)));
    await ours();
    await bare();
    const whole = await byTurns(rounds, ours, bare);
    const fold = await byTurns(
      rounds,
      () => timed(async () => verifyAll(parsed)),
      () => timed(async () => foldBare(bareEvents)),
    );
    const perEvent = (ms: number): number => (ms * 1000) / count;
    return [
      {
        name: names.whole,
        value: median(whole.map(({ a }) => perEvent(a))),
        unit: 'µs/event',
        floor: median(whole.map(({ b }) => perEvent(b))),
        floorIs:
          'the bytes of the same messages read and not parsed, and the bare XState fold of events that are parsed already',
        ratio: median(whole.map(({ a, b }) => a / b)),
        goal: { of: 'ratio', is: '<=', limit: 1.2 },
        note: `${histories} histories of ${events} events; ours is what \`agent --verify\` does: every message is parsed and checked against its schema`,
      },
      {
        name: names.event,
        value: median(fold.map(({ a }) => perEvent(a))),
        unit: 'µs',
        floor: median(fold.map(({ b }) => perEvent(b))),
        floorIs: 'the bare XState transition of the same event',
        goal: { of: 'value', is: '<=', limit: 20 },
        note: 'every state, op and `to` compared; one transition per event',
      },
    ];
  } finally {
    await client.close();
    await journal.close();
    await nats.close();
    await stack.stop();
  }
}

/** All histories of the host, one list each. */
async function readAll(journal: JetStreamJournal, messages: number): Promise<Entry[][]> {
  const all = new Map<string, Entry[]>();
  const stop = new AbortController();
  let left = messages;
  for await (const stored of journal.feed(HOST, 0, stop.signal)) {
    if (!isReadable(stored)) throw new Error(`message ${stored.seq} cannot be read: ${whyUnreadable(stored)?.text}`);
    const { instance, seq, message } = stored;
    const entries = all.get(instance);
    if (entries === undefined) all.set(instance, [{ seq, message }]);
    else entries.push({ seq, message });
    if ((left -= 1) === 0) break;
  }
  return [...all.values()];
}

/** As `agent --verify` does it. */
async function verifyHost(journal: JetStreamJournal): Promise<void> {
  const { differences } = await verifyHistories(journal, HOST);
  if (differences.length > 0) throw new Error(differences[0]);
}

function verifyAll(all: readonly Entry[][]): void {
  for (const entries of all) {
    const verdict = verify(entries);
    if (!verdict.ok) throw new Error(`message ${verdict.at}: ${verdict.difference}`);
  }
}

let readers = 0;

/** Every message of the host's stream, its bytes alone. */
async function readBare(client: NatsConnection, messages: number): Promise<void> {
  const stream = streamOf(HOST);
  const name = `floor${(readers += 1)}`;
  const config = {
    name,
    deliver_policy: 'all',
    filter_subject: hostEvents(HOST),
    ack_policy: 'none',
    mem_storage: true,
    num_replicas: 1,
    inactive_threshold: 10e9,
  };
  const subject = `$JS.API.CONSUMER.CREATE.${stream}.${name}.${hostEvents(HOST)}`;
  await client.request(subject, JSON.stringify({ stream_name: stream, config }), { timeout: 10_000 });
  const inbox = `_INBOX_coordinator.${name}`;
  const all = Promise.withResolvers<void>();
  let left = messages;
  const subscription = client.subscribe(inbox, {
    callback: () => {
      left -= 1;
      if (left === 0) all.resolve();
    },
  });
  const request = { batch: messages, expires: 60e9 };
  client.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`, JSON.stringify(request), { reply: inbox });
  await all.promise;
  subscription.unsubscribe();
}

/** XState's own transitions and nothing else. The first event of a history adopts it: it sets the state, the chart does not see it. */
function foldBare(all: readonly StoredEvent[][]): void {
  for (const list of all) {
    const [adopted, ...rest] = list;
    if (adopted?.data === undefined) throw new Error('a history begins with its adoption');
    const { state } = adopted.data as unknown as { state: { value: string; context: never } };
    const [parent = '', leaf = ''] = state.value.split('.');
    let snapshot: SnapshotFrom<typeof lifeMachine> = lifeMachine.resolveState({
      value: { [parent]: leaf } as never,
      context: state.context,
    });
    for (const { type, data = {}, of = null } of rest)
      [snapshot] = transition(lifeMachine, snapshot, { type, data, of });
    if (snapshot.value !== 'running') throw new Error(`a bare fold ended in ${JSON.stringify(snapshot.value)}`);
  }
}
