/** What set-up allows its users is what this library needs of them, and no more than it may have. */
import { createHash, randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { all, first, newInstance, sampleMessage } from '@chronovirt/testing/journal';
import { startNats, tempDir, type NatsServer } from '@chronovirt/testing/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { agentUser, coordinatorUser, userBlock } from '../../../../tools/setup/nats-users.mjs';
import {
  connect,
  JetStreamJournal,
  NatsImageStore,
  NatsSecretStore,
  requestActor,
  serveActors,
  type NatsConnection,
} from '../index.ts';
import { makeUser } from '../testing/nats-users.ts';
import { testServers } from '../testing/servers.ts';

describe.each(testServers())('users of set-up on nats-server $version', ({ path }) => {
  const dir = tempDir('permissions');
  const keyFile = join(dir.path, 'wrapping.key');
  let nats: NatsServer;
  let coordinator: NatsConnection;
  let agent: NatsConnection;
  let spine: JetStreamJournal;
  let journal: JetStreamJournal;

  beforeAll(async () => {
    writeFileSync(keyFile, randomBytes(32), { mode: 0o600 });
    const users = [coordinatorUser(), agentUser('h1')].map((user) => ({
      user,
      key: makeUser(join(dir.path, `${user.name}.nk`)),
    }));
    const blocks = users.map(({ user, key }) => userBlock(user, key.publicKey)).join('\n');
    nats = await startNats({ server: path, dir: dir.path, auth: `authorization { users: [\n${blocks}\n] }` });
    const enter = (name: string) => connect({ servers: nats.url, name, nkeySeedFile: join(dir.path, `${name}.nk`) });
    [coordinator, agent] = await Promise.all([enter('coordinator'), enter('agent-h1')]);
    spine = new JetStreamJournal(coordinator);
    journal = new JetStreamJournal(agent);
  });
  afterAll(async () => {
    await Promise.all([spine?.close(), journal?.close()]);
    await Promise.all([coordinator?.close(), agent?.close()]);
    await nats?.stop();
    dir.remove();
  });

  it('let an agent say that its stream is missing, and use it once the coordinator has made it', async () => {
    expect(await journal.isProvisioned('h1')).toBe(false);
    await expect(journal.provision('h1')).rejects.toMatchObject({ code: 'JOURNAL_MISSING' });
    await spine.provision('h1');
    await spine.provision('_cluster');
    expect(await journal.isProvisioned('h1')).toBe(true);
    await journal.provision('h1');
    const message = sampleMessage('h1', newInstance());
    const appended = await journal.append(message, 0);
    const stored = { seq: 1, host: 'h1', instance: message.instance, message };
    expect(appended).toEqual({ kind: 'stored', seq: 1 });
    expect(await journal.last('h1', message.instance)).toEqual(stored);
    expect(await journal.get('h1', 1)).toEqual(stored);
    expect(await all(journal.lastOfAll('h1'))).toEqual([stored]);
    expect(await all(journal.read('h1', message.instance))).toEqual([stored]);
    expect(await first(1, journal.feed('h1', 0, new AbortController().signal))).toEqual([stored]);
    expect(await first(1, spine.feed('h1', 0, new AbortController().signal))).toEqual([stored]);
    expect((await spine.hosts()).toSorted()).toEqual(['_cluster', 'h1']);
  });

  it('let no agent write the history of another host or of the spine', async () => {
    for (const host of ['_cluster', 'h2']) {
      await expect(journal.append(sampleMessage(host, newInstance()), 0)).rejects.toMatchObject({
        code: 'JOURNAL_FORBIDDEN',
      });
    }
  });

  it('bring requests of the coordinator to the agent', async () => {
    const instance = newInstance();
    const reply = { kind: 'error', code: 'STOPPING', message: 'as asked' } as const;
    const serving = serveActors(agent, 'h1', async () => reply);
    const command = { id: 'c1', instance, name: 'pause', args: {}, by: { kind: 'user', name: 'eve' } } as never;
    expect(
      await requestActor(coordinator, 'h1', instance, { kind: 'command', command }, { patienceMs: 10_000 }),
    ).toEqual(reply);
    await serving.stop();
  });

  it('let the coordinator keep images and secrets, the agent read them and add images that it made', async () => {
    const early = await NatsImageStore.open(agent);
    const content = randomBytes(300_000);
    const sha256 = createHash('sha256').update(content).digest('hex');
    await expect(early.open(sha256)).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
    const images = await NatsImageStore.open(coordinator);
    await images.put(
      { sha256, name: 'x', format: 'raw', bytes: content.length, virtualBytes: content.length, uploaded: 1, by: 'eve' },
      async function* () {
        yield content;
      },
    );
    expect(Buffer.concat(await all(await early.open(sha256))).equals(content)).toBe(true);

    const made = randomBytes(200_000);
    const madeHash = createHash('sha256').update(made).digest('hex');
    await early.put(
      {
        sha256: madeHash,
        name: 's',
        format: 'qcow2',
        bytes: made.length,
        virtualBytes: 1,
        uploaded: 2,
        by: 'agent-h1',
      },
      async function* () {
        yield made;
      },
    );
    expect(Buffer.concat(await all(await images.open(madeHash))).equals(made)).toBe(true);
    await expect(early.remove(madeHash)).rejects.toThrow();
    expect(await images.remove(madeHash)).toBe(true);

    const secrets = await NatsSecretStore.open(coordinator, { keyFile });
    const key = await secrets.newKey();
    const ref = await secrets.seal(key, newInstance(), 'userData', Buffer.from('plain'));
    const reader = await NatsSecretStore.open(agent, { keyFile });
    expect(Buffer.from(await reader.open(key, ref)).toString()).toBe('plain');
    expect(await images.sweep()).toBe(0);
    expect(await images.remove(sha256)).toBe(true);
  });
});
