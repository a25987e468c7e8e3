import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, startNats, tempDir, until, type NatsServer } from '@chronovirt/testing/lab';
import { silentLog } from '@chronovirt/runtime';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../index.ts';
import { makeUser, type TestUser } from '../testing/nats-users.ts';
import { testServers } from '../testing/servers.ts';

describe.each(testServers())('a connection to nats-server $version', ({ path, version }) => {
  const dir = tempDir('connection');
  let nats: NatsServer;
  let user: TestUser;

  beforeAll(async () => {
    user = makeUser(join(dir.path, 'user.nk'));
    nats = await startNats({
      server: path,
      dir: dir.path,
      auth: `authorization { users: [ { nkey: ${user.publicKey} } ] }`,
    });
  });
  afterAll(async () => {
    await nats?.stop();
    dir.remove();
  });

  it('lets a known user in and tells what the server can do', async () => {
    const connection = await connect({ servers: nats.url, name: 'known', nkeySeedFile: user.seedFile });
    expect(connection.capabilities().version).toBe(version);
    expect(connection.server()).toContain(String(nats.port));
    await connection.link.roundTrip();
    await connection.close();
    expect(connection.link.up()).toBe(false);
    await expect(connection.link.whenUp()).rejects.toMatchObject({ code: 'JOURNAL_CLOSED' });
  });

  it('reads a seed that ends with a line break', async () => {
    const file = join(dir.path, 'line.nk');
    writeFileSync(file, `${readFileSync(user.seedFile, 'utf8')}\n`, { mode: 0o600 });
    const connection = await connect({ servers: nats.url, name: 'known', nkeySeedFile: file });
    expect(connection.link.up()).toBe(true);
    await connection.close();
  });

  it('says at once that an unknown user is not let in', async () => {
    const stranger = makeUser(join(dir.path, 'stranger.nk'));
    const forbidden = { code: 'NATS_FORBIDDEN' };
    await expect(
      connect({ servers: nats.url, name: 'stranger', nkeySeedFile: stranger.seedFile }),
    ).rejects.toMatchObject(forbidden);
    await expect(connect({ servers: nats.url, name: 'nobody' })).rejects.toMatchObject(forbidden);
  });

  it('says where it looked when nobody is there, and waits for a server that is late', async () => {
    const port = await freePort();
    const url = `nats://127.0.0.1:${port}`;
    await expect(connect({ servers: url, name: 'early', patienceMs: 200 })).rejects.toMatchObject({
      code: 'NATS_UNREACHABLE',
      message: expect.stringContaining(url),
    });
    const told: unknown[] = [];
    const log = { ...silentLog, warn: (fields: object, message: string) => void told.push({ ...fields, message }) };
    const waiting = connect({ servers: url, name: 'early', patienceMs: 30_000, log });
    // An agent waits for ever; its log is all that says for what.
    const line = { servers: [url], message: 'no nats server answers yet: waiting for one' };
    await until(() => told.length > 0, { what: 'the wait is told' });
    expect(told).toEqual([expect.objectContaining(line)]);
    await using late = await startNats({ server: path, dir: join(dir.path, 'late'), port });
    const connection = await waiting;
    await connection.close();
    expect(late.port).toBe(port);
  });

  it('comes back after any number of restarts', async () => {
    const connection = await connect({ servers: nats.url, name: 'stays', nkeySeedFile: user.seedFile });
    for (let round = 0; round < 3; round++) {
      await nats.kill('SIGKILL');
      await until(() => !connection.link.up(), { what: 'the loss is known' });
      await nats.restart();
      await connection.link.whenUp(AbortSignal.timeout(10_000));
      await expect(connection.link.roundTrip()).resolves.toBeUndefined();
    }
    await connection.close();
  });

  it.each(['', 'a.b', 'a b', '*', 'x'.repeat(65)])('refuses "%s" as a name', async (name) => {
    await expect(connect({ servers: nats.url, name })).rejects.toMatchObject({ code: 'INVALID_INPUT', field: 'name' });
  });
});
