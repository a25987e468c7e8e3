/**
 * The bare responder: a core request, one append with compare-and-set by the client library, a reply; no schema, no retry, no machine.
 * Messages and replies are as large as the agent's. `node append-floor.ts URL SEED-FILE HISTORIES`
 */
import { readFileSync } from 'node:fs';
import { jetstream } from '@nats-io/jetstream';
import { connect, nkeyAuthenticator } from '@nats-io/transport-node';
import { commandSubject, eventSubject, streamOf } from '@chronovirt/contract';

const [url = '', seedFile = '', file = ''] = process.argv.slice(2);
const { host, message, histories } = JSON.parse(readFileSync(file, 'utf8')) as {
  host: string;
  message: { id: string; instance: string; state: object };
  histories: { uuid: string; last: number }[];
};
const last = new Map(histories.map((history) => [history.uuid, history.last]));
const client = await connect({
  servers: url,
  authenticator: nkeyAuthenticator(new TextEncoder().encode(readFileSync(seedFile, 'utf8').trim())),
  inboxPrefix: `_INBOX_agent-${host}`,
});
const js = jetstream(client);
let count = 0;
client.subscribe(commandSubject(host, '*'), {
  callback: (_error, msg) => {
    void (async () => {
      const { command } = msg.json<{ command: { id: string; instance: string } }>();
      const { id, instance } = command;
      const stored = { ...message, id: `${process.pid}.${(count += 1)}`, instance };
      const { seq } = await js.publish(eventSubject(host, instance), JSON.stringify(stored), {
        msgID: stored.id,
        expect: { lastSubjectSequence: last.get(instance) ?? 0, streamName: streamOf(host) },
      });
      last.set(instance, seq);
      const answer = { kind: 'accepted', id, seq };
      msg.respond(JSON.stringify({ kind: 'answer', answer, host, seq, state: message.state }));
    })();
  },
});
await client.flush();
process.send?.({ ready: true });
