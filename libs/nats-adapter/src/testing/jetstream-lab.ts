/** The journal's contract suite against a real server: its users, its proxies, and what only an operator may do. */
import { connect as dial, nkeyAuthenticator } from '@nats-io/transport-node';
import { jetstream, jetstreamManager, type StreamConfig } from '@nats-io/jetstream';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventSubject } from '@chronovirt/contract';
import { silentLog, type Log } from '@chronovirt/runtime';
import type { JournalLab, Writer } from '@chronovirt/testing/journal';
import { startNats, tempDir, until, type NatsServer } from '@chronovirt/testing/lab';
import { capabilities, connect, JetStreamJournal, type NatsConnection } from '../index.ts';
import { streamConfig } from '../journal/stream-config.ts';
import { LinkProxy } from './link-proxy.ts';
import { makeUser } from './nats-users.ts';

const forbidden = 'forbidden';
const forgetful = 'forgetful';

export interface JetStreamLab extends JournalLab {
  readonly nats: NatsServer;
  /** A connection straight to the server, as the writers' user. */
  connect(name?: string, log?: Log): Promise<NatsConnection>;
}

/** Starts a server with two users: `writer` may do all but write to one host's histories, `operator` everything. */
export async function jetStreamLab(server: string): Promise<JetStreamLab> {
  const dir = tempDir('journal');
  const writer = makeUser(join(dir.path, 'writer.nk'));
  const operator = makeUser(join(dir.path, 'operator.nk'));
  const auth = `authorization { users: [
    { nkey: ${operator.publicKey} }
    { nkey: ${writer.publicKey}, permissions: { publish: { allow: [">"], deny: ["evt.${forbidden}.>"] }, subscribe: { allow: [">"] } } }
  ] }`;
  const nats = await startNats({ server, dir: dir.path, auth });
  const admin = await dial({
    servers: nats.url,
    authenticator: nkeyAuthenticator(readFileSync(operator.seedFile)),
    maxReconnectAttempts: -1,
  });
  const manager = await jetstreamManager(admin);
  const publisher = jetstream(admin);
  let writers = 0;
  let probes = 0;
  const enter = (url: string, name = `writer-${++writers}`, log: Log = silentLog) =>
    connect({ servers: url, name, nkeySeedFile: writer.seedFile, log });

  return {
    nats,
    connect: (name, log) => enter(nats.url, name, log),
    async open(options): Promise<Writer> {
      const proxy = await LinkProxy.to(nats.port);
      const connection = await enter(proxy.url);
      const journal = new JetStreamJournal(connection, options);
      return {
        journal,
        cut: async () => proxy.cut(),
        heal: async () => proxy.heal(),
        lose: (what) => proxy.lose(what),
        async close() {
          await journal.close();
          await connection.close();
          await proxy.close();
        },
      };
    },
    async putRaw(host, instance, text) {
      return (await publisher.publish(eventSubject(host, instance), text)).seq;
    },
    async forgetfulHost() {
      const config = streamConfig(
        forgetful,
        { maxBytes: 2 ** 20, maxMessageBytes: 2 ** 18, replicas: 1 },
        capabilities(nats.version),
      );
      await manager.streams.add({ ...config, duplicate_window: 100 * 1e6 } as unknown as StreamConfig);
      return forgetful;
    },
    async forgetIds(host) {
      const id = `probe-${++probes}`;
      const probe = () => publisher.publish(eventSubject(host, 'probe'), 'probe', { msgID: id });
      await probe();
      await until(async () => !(await probe()).duplicate, { what: 'the server has forgotten the ids' });
    },
    async forbiddenHost() {
      const journal = new JetStreamJournal(await enter(nats.url));
      await journal.provision(forbidden);
      await journal.close();
      return forbidden;
    },
    async dispose() {
      await admin.close();
      await nats.stop();
      dir.remove();
    },
  };
}
