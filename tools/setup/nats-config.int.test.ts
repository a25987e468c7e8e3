/** The users' permissions on real servers: what each needs works, what is another's is denied. */
import { execFileSync } from 'node:child_process';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { connect, nkeyAuthenticator, type NatsConnection } from '@nats-io/transport-node';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { Objm } from '@nats-io/obj';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startNats, tempDir, type NatsServer } from '../../libs/testing/src/lab/index.ts';
import { natsConfiguration } from './nats-config.mjs';
import { natsServers } from './nats-server.mjs';
import { checkout } from './places.mjs';

const dir = tempDir('keys');
afterAll(() => dir.remove());

describe.each(natsServers())('the configuration for nats-server $version', ({ version, path }) => {
  const directory = join(dir.path, version);
  let server: NatsServer;
  let users: Awaited<ReturnType<typeof natsConfiguration>>['users'];
  const open: NatsConnection[] = [];

  async function as(name: string): Promise<NatsConnection> {
    const seed = readFileSync(users[name]!.seedFile);
    const connection = await connect({
      servers: server.url,
      name,
      inboxPrefix: `_INBOX_${name}`,
      authenticator: nkeyAuthenticator(seed.subarray(0, seed.length - 1)),
    });
    open.push(connection);
    return connection;
  }

  beforeAll(async () => {
    const made = await natsConfiguration({ directory, hosts: ['h1', 'h2'], port: 4222, version });
    users = made.users;
    const text = readFileSync(made.configFile, 'utf8');
    execFileSync(path, ['-t', '-c', made.configFile], { stdio: ['ignore', 'ignore', 'pipe'] });
    server = await startNats({
      server: path,
      dir: join(directory, 'run'),
      auth: text.slice(text.indexOf('authorization {')),
    });
    const manager = await jetstreamManager(await as('coordinator'));
    for (const host of ['h1', 'h2', '_cluster']) {
      await manager.streams.add({
        name: `EVT_${host}`,
        subjects: [`evt.${host}.>`],
        allow_direct: true,
        deny_delete: true,
        deny_purge: true,
      });
    }
    for (const bucket of ['images', 'secrets']) {
      const store = await new Objm(await as('coordinator')).create(bucket);
      await store.putBlob({ name: 'one' }, new TextEncoder().encode(`bytes of ${bucket}`));
    }
  });

  afterAll(async () => {
    for (const connection of open) await connection.close();
    await server.stop();
  });

  it('keeps keys and configuration from other eyes, and the same keys at the next start', async () => {
    const again = await natsConfiguration({ directory, hosts: ['h1', 'h2'], port: 4222, version });
    expect(again.users).toEqual(users);
    expect(again.changed).toBe(false);
    for (const file of [again.configFile, ...Object.values(users).map(({ seedFile }) => seedFile)]) {
      expect(statSync(file).mode & 0o777).toBe(0o600);
    }
    expect((await natsConfiguration({ directory, hosts: ['h1', 'h2', 'h3'], port: 4222, version })).changed).toBe(true);
  });

  it('lets an agent append to its histories, read them back and read images and secrets', async () => {
    const agent = await as('agent-h1');
    const js = jetstream(agent);
    const first = await js.publish('evt.h1.web', 'one', { msgID: '1', expect: { lastSubjectSequence: 0 } });
    await js.publish('evt.h1.web', 'two', { msgID: '2', expect: { lastSubjectSequence: first.seq } });
    const manager = await jetstreamManager(agent, { checkAPI: false });
    expect((await manager.direct.getMessage('EVT_h1', { last_by_subj: 'evt.h1.web' }))?.string()).toBe('two');
    expect((await manager.direct.getMessage('EVT_h1', { seq: first.seq }))?.string()).toBe('one');
    const consumer = await js.consumers.get('EVT_h1', { filter_subjects: 'evt.h1.>' });
    const read: string[] = [];
    for await (const message of await consumer.fetch({ max_messages: 2, expires: 2_000 })) read.push(message.string());
    expect(read).toEqual(['one', 'two']);
    for (const bucket of ['images', 'secrets']) {
      const bytes = await (await new Objm(agent).open(bucket)).getBlob('one');
      expect(new TextDecoder().decode(bytes!)).toBe(`bytes of ${bucket}`);
    }
  });

  it('lets an agent add the images that it made', async () => {
    const images = await new Objm(await as('agent-h1')).open('images');
    await images.putBlob({ name: 'snapshot' }, new TextEncoder().encode('its disk'));
    const store = await new Objm(await as('coordinator')).open('images');
    expect(new TextDecoder().decode((await store.getBlob('snapshot'))!)).toBe('its disk');
  });

  it('carries an order of the coordinator to an agent and the answer back', async () => {
    const [agent, coordinator] = [await as('agent-h2'), await as('coordinator')];
    agent.subscribe('rpc.h2.>', { callback: (_, message) => void message.respond(`did ${message.string()}`) });
    await agent.flush();
    const answer = await coordinator.request('rpc.h2.cmd.web', 'start', { timeout: 20_000 });
    expect(answer.string()).toBe('did start');
  });

  it.each([
    ['agent-h1', 'evt.h2.web', "another host's history"],
    ['agent-h1', 'evt._cluster.web', 'the spine'],
    ['agent-h1', 'rpc.h2.cmd.web', 'an order to another host'],
    ['agent-h1', '$JS.API.STREAM.DELETE.EVT_h1', 'the end of its own stream'],
    ['agent-h1', '$JS.API.STREAM.PURGE.EVT_h1', 'the emptying of its own stream'],
    ['agent-h1', '$JS.API.DIRECT.GET.EVT_h2.evt.h2.web', 'reading another host'],
    ['agent-h1', '$JS.API.CONSUMER.CREATE.EVT_h2.x.evt.h2.>', 'replaying another host'],
    ['agent-h1', '$O.secrets.C.x', 'writing secrets'],
    ['agent-h1', '$JS.API.STREAM.PURGE.OBJ_images', 'the end of an image'],
    ['coordinator', '$JS.API.STREAM.DELETE.EVT_h1', 'the end of a stream'],
    ['reader', 'evt.h1.web', 'a history'],
    ['reader', 'rpc.h1.cmd.web', 'an order'],
    ['reader', '$JS.API.DIRECT.GET.OBJ_secrets', 'reading secrets'],
    ['reader', '$JS.API.CONSUMER.CREATE.OBJ_secrets.x.$O.secrets.>', 'replaying secrets'],
  ])('denies %s to publish to %s: %s', async (name, subject) => {
    const connection = await as(name);
    const told: string[] = [];
    void (async () => {
      for await (const status of connection.status()) if (status.type === 'error') told.push(status.error.message);
    })();
    connection.publish(subject, '{}');
    // Who asks for an answer may be told first that none has come. What the server denies it says before its answer to this.
    await connection.flush();
    await setImmediate();
    expect(told).toEqual([expect.stringMatching(/Permissions Violation for Publish/)]);
  });

  it.each([
    ['agent-h1', '_INBOX_agent-h2.>'],
    ['agent-h1', 'rpc.h2.>'],
    ['agent-h1', 'evt.>'],
    ['reader', '_INBOX_coordinator.>'],
    ['reader', 'rpc.>'],
  ])('denies %s to listen on %s', async (name, subject) => {
    const connection = await as(name);
    const { promise: denied, resolve } = Promise.withResolvers<string>();
    connection.subscribe(subject, { callback: (error) => resolve(error?.message ?? 'a message came') });
    expect(await denied).toMatch(/Permissions Violation/);
  });
});

it('deploy/nats-server.conf says the same as set-up writes, in the words of a person', async () => {
  const { configFile, users } = await natsConfiguration({
    directory: join(dir.path, 'deploy'),
    hosts: ['HOST'],
    port: 4222,
    version: '2.12.0',
  });
  let ours = readFileSync(configFile, 'utf8');
  const key = (name: string, placeholder: string) => (ours = ours.replace(users[name]!.publicKey, placeholder));
  key('coordinator', 'COORDINATOR_PUBLIC_KEY');
  key('agent-HOST', 'AGENT_HOST_PUBLIC_KEY');
  key('reader', 'READER_PUBLIC_KEY');
  const [mine, theirs] = [ours, readFileSync(join(checkout, 'deploy/nats-server.conf'), 'utf8')].map((text) =>
    words(text)!.toSorted(),
  );
  expect(theirs).toEqual(mine);
});

it('refuses a host name that would reach beyond its own subjects', async () => {
  await expect(
    natsConfiguration({ directory: dir.path, hosts: ['h1.>'], port: 4222, version: '2.12.0' }),
  ).rejects.toThrow(/host "h1.>"/);
});

it('says which file to remove when a seed is damaged', async () => {
  const directory = join(dir.path, 'damaged');
  const made = await natsConfiguration({ directory, hosts: [], port: 4222, version: '2.12.0' });
  writeFileSync(made.users['reader']!.seedFile, 'nonsense\n');
  await expect(natsConfiguration({ directory, hosts: [], port: 4222, version: '2.12.0' })).rejects.toThrow(
    /reader.seed holds no nkey seed/,
  );
});

/** The words of a configuration without its comments, so that layout does not count. */
const words = (text: string) =>
  text
    .replaceAll(/^\s*#.*$/gm, '')
    .replace(/store_dir: "[^"]*"/, 'store_dir')
    .match(/"[^"]*"|[^\s,"]+/g);
