/** The answering side of `append.ts`: a bare responder, or requests and journal of this library. Both append one message per command. */
import { connect as dial } from '@nats-io/transport-node';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { commandSubject, eventSubject, streamOf, type CommandId, type HostName } from '@chronovirt/contract';
import { sampleMessage } from '@chronovirt/testing/journal';
import { connect, JetStreamJournal, serveActors } from '../src/index.ts';

const [kind, url = ''] = process.argv.slice(2);
const last = new Map<string, number>();
await (kind === 'floor' ? floor() : ours());
process.send?.('ready');

/** Message for message as large as ours, with nothing around it. */
async function floor(): Promise<void> {
  const client = await dial({ servers: url });
  const manager = await jetstreamManager(client);
  await manager.streams.add({ name: streamOf('floor'), subjects: ['evt.floor.>'], allow_direct: true });
  const js = jetstream(client);
  client.subscribe(commandSubject('floor', '*'), {
    callback: (_, msg) => {
      void (async () => {
        const { instance, id } = msg.json<{ instance: string; id: string }>();
        const message = sampleMessage('floor', instance);
        const ack = await js.publish(eventSubject('floor', instance), JSON.stringify(message), {
          msgID: message.id,
          expect: { lastSubjectSequence: last.get(instance) ?? 0, streamName: streamOf('floor') },
        });
        last.set(instance, ack.seq);
        const answer = { kind: 'accepted', id, seq: ack.seq };
        msg.respond(JSON.stringify({ kind: 'answer', answer, host: 'floor', seq: ack.seq, state: message.state }));
      })();
    },
  });
  await client.flush();
}

async function ours(): Promise<void> {
  const connection = await connect({ servers: url, name: 'bench-journal' });
  const journal = new JetStreamJournal(connection);
  await journal.provision('journal');
  serveActors(connection, 'journal', async (instance, request) => {
    if (request.kind !== 'command') throw new Error('only commands here');
    const { id } = request.command;
    const message = sampleMessage('journal', instance);
    const appended = await journal.append(message, last.get(instance) ?? 0);
    if (appended.kind !== 'stored') throw new Error('conflict');
    last.set(instance, appended.seq);
    const answer = { kind: 'accepted', id: id as CommandId, seq: appended.seq } as const;
    return { kind: 'answer', answer, host: 'journal' as HostName, seq: appended.seq, state: message.state };
  });
  await connection.link.roundTrip();
}
