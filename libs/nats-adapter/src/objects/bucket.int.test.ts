import { connect as dial } from '@nats-io/transport-node';
import { jetstreamManager, type StreamConfig } from '@nats-io/jetstream';
import { startNats, tempDir, until } from '@chronovirt/testing/lab';
import { expect, test } from 'vitest';
import { coreOf } from '../connection/core.ts';
import { connect } from '../index.ts';
import { testServers } from '../testing/servers.ts';
import { Bucket } from './bucket.ts';

/** A few more than a server names in one answer, which cannot be configured. */
const OBJECTS = 100_050;
const AT_ONCE = 2_000;

test.each(testServers())(
  'names the keys of more objects than one answer of nats-server $version holds',
  async ({ path }) => {
    const dir = tempDir('bucket');
    const nats = await startNats({ server: path, dir: dir.path });
    const admin = await dial({ servers: nats.url });
    const connection = await connect({ servers: nats.url, name: 'bucket' });
    try {
      const { streams } = await jetstreamManager(admin);
      // In memory, as it is made in a second: what the server says of its subjects is the same.
      await streams.add({
        name: 'OBJ_many',
        subjects: ['$O.many.C.>', '$O.many.M.>'],
        storage: 'memory',
      } as StreamConfig);
      for (let n = 0; n < OBJECTS; n++) {
        admin.publish(`$O.many.M.${n}`, '{}');
        if (n % AT_ONCE === 0) await admin.flush();
      }
      await until(async () => (await streams.info('OBJ_many')).state.messages === OBJECTS, {
        what: 'all are stored',
        timeoutMs: 60_000,
      });
      const keys = await (await Bucket.open(coreOf(connection), 'many')).keys();
      expect([keys.length, new Set(keys).size]).toEqual([OBJECTS, OBJECTS]);
    } finally {
      await connection.close();
      await admin.close();
      await nats.stop();
      dir.remove();
    }
  },
);
