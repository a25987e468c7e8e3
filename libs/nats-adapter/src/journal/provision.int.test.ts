import { connect as dial } from '@nats-io/transport-node';
import { jetstreamManager } from '@nats-io/jetstream';
import { startNats, tempDir, type NatsServer } from '@chronovirt/testing/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect, JetStreamJournal, type NatsConnection } from '../index.ts';
import { testServers } from '../testing/servers.ts';
import { capabilities } from '../connection/capabilities.ts';

describe.each(testServers())('provisioning on nats-server $version', ({ path, version }) => {
  const dir = tempDir('provision');
  let nats: NatsServer;
  let connection: NatsConnection;

  beforeAll(async () => {
    nats = await startNats({ server: path, dir: dir.path });
    connection = await connect({ servers: nats.url, name: 'provision' });
  });
  afterAll(async () => {
    await connection?.close();
    await nats?.stop();
    dir.remove();
  });

  it('makes what the server then really has', async () => {
    const journal = new JetStreamJournal(connection, { maxBytes: 2 ** 22 });
    await journal.provision('made');
    const admin = await dial({ servers: nats.url });
    const manager = await jetstreamManager(admin);
    const { config } = await manager.streams.info('EVT_made');
    expect(config).toMatchObject({
      discard: 'new',
      max_bytes: 2 ** 22,
      deny_delete: true,
      deny_purge: true,
      allow_direct: true,
      max_msg_size: 2 ** 18,
    });
    expect('chronovirt.message' in (config.metadata ?? {})).toBe(capabilities(version).metadata);
    await expect(manager.streams.purge('EVT_made')).rejects.toThrow(/purge/);
    await admin.close();
    await journal.close();
  });

  it('refuses a stream of that name which forgets, and names every wrong setting', async () => {
    const admin = await dial({ servers: nats.url });
    await (
      await jetstreamManager(admin)
    ).streams.add({ name: 'EVT_wrong', subjects: ['evt.wrong.>'], max_age: 3_600 * 1e9, max_bytes: 1_000_000 });
    await admin.close();
    const journal = new JetStreamJournal(connection);
    await expect(journal.provision('wrong')).rejects.toMatchObject({
      code: 'JOURNAL_MISCONFIGURED',
      differences: expect.arrayContaining(
        ['discard', 'max_age', 'deny_delete', 'deny_purge', 'allow_direct'].map((field) =>
          expect.objectContaining({ field }),
        ),
      ),
    });
    await journal.close();
  });

  it('refuses more than one replica where they are not safe, before it asks the server', async () => {
    const journal = new JetStreamJournal(connection, { replicas: 3 });
    const refused = capabilities(version).replicas ? { code: 'JETSTREAM_REFUSED' } : { code: 'NATS_TOO_OLD' };
    await expect(journal.provision('copies')).rejects.toMatchObject(refused);
    await journal.close();
  });

  it('says which setting helps when the server has no room', async () => {
    const journal = new JetStreamJournal(connection, { maxBytes: 2 ** 60 });
    await expect(journal.provision('huge')).rejects.toMatchObject({
      code: 'JOURNAL_FULL',
      message: expect.stringContaining('max_file_store'),
    });
    await journal.close();
  });
});
