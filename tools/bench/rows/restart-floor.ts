/**
 * What a restart cannot do without: a process, a connection, and the last message of every history of a host, which is not even parsed.
 * `node restart-floor.ts URL SEED-FILE HOST`
 */
import { readFileSync } from 'node:fs';
import { connect, nkeyAuthenticator } from '@nats-io/transport-node';
import { hostEvents, streamOf } from '@chronovirt/contract';

const [url = '', seedFile = '', host = ''] = process.argv.slice(2);
const client = await connect({
  servers: url,
  authenticator: nkeyAuthenticator(new TextEncoder().encode(readFileSync(seedFile, 'utf8').trim())),
  inboxPrefix: `_INBOX_agent-${host}`,
});
const stream = streamOf(host);
const name = `floor${process.pid}`;
const config = {
  name,
  deliver_policy: 'last_per_subject',
  filter_subject: hostEvents(host),
  ack_policy: 'none',
  mem_storage: true,
  num_replicas: 1,
  inactive_threshold: 10e9,
};
const subject = `$JS.API.CONSUMER.CREATE.${stream}.${name}.${hostEvents(host)}`;
const made = await client.request(subject, JSON.stringify({ stream_name: stream, config }), { timeout: 60_000 });
let left = made.json<{ num_pending: number }>().num_pending;
const inbox = `_INBOX_agent-${host}.floor`;
const all = Promise.withResolvers<void>();
client.subscribe(inbox, {
  callback: () => {
    left -= 1;
    if (left === 0) all.resolve();
    else if ((asked -= 1) === 0) ask();
  },
});
/** Messages that are asked for at once: of many more the server closes the connection, since they wait for a reader. */
const most = 20_000;
let asked = 0;
function ask(): void {
  asked = Math.min(left, most);
  const request = { batch: asked, expires: 60e9 };
  client.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${name}`, JSON.stringify(request), { reply: inbox });
}
ask();
await all.promise;
process.send?.({ ready: true });
process.disconnect?.();
await client.close();
