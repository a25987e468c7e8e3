/** An agent that takes over from one of other charts, on a real NATS server: what it finds in the histories is kept beside the disks. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, JetStreamJournal } from '@chronovirt/nats-adapter';
import { FakeDriver, SimulatedHost } from '@chronovirt/fake-driver';
import { silentLog, systemClock } from '@chronovirt/runtime';
import { newInstance, sampleMessage } from '@chronovirt/testing/journal';
import { bestNatsServer, startNats, tempDir, until } from '@chronovirt/testing/lab';
import { expect, test } from 'vitest';
import { startAgent } from './agent.ts';
import { agentConfig } from './config.ts';

test('what was found in the histories that other charts have decided lies beside the disks once all were read', async () => {
  await using dir = tempDir('upgrade');
  await using nats = await startNats({ server: bestNatsServer().path, dir: join(dir.path, 'nats') });
  const secretsKeyFile = join(dir.path, 'secrets.key');
  writeFileSync(secretsKeyFile, randomBytes(32), { mode: 0o600 });
  const instancesDirectory = join(dir.path, 'instances');
  const config = agentConfig.parse({
    host: 'h1',
    cluster: `upgrade-${process.pid}`,
    nats: { servers: [nats.url] },
    secretsKeyFile,
    driver: { kind: 'libvirt', instancesDirectory },
  });
  const here = await connect({ servers: nats.url, name: 'coordinator' });
  try {
    const journal = new JetStreamJournal(here);
    await journal.provision('h1');
    // It begins in the middle of a life: no chart folds it.
    const message = sampleMessage('h1', newInstance());
    await journal.append(message, 0);
    const host = new SimulatedHost({ name: 'h1', clock: systemClock, profile: 'instant' });
    const driver = new FakeDriver(host, { log: silentLog });
    const agent = await startAgent(config, silentLog, async () => ({
      driver,
      addresses: async () => [],
      images: driver.images,
    }));
    try {
      await agent.recovered;
      const file = join(instancesDirectory, '_folded.h1');
      // The second reading is a lease after the first.
      await until(() => existsSync(file), { what: 'all histories were read', timeoutMs: 60_000 });
      expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
        upTo: 1,
        id: message.id,
        except: [message.instance],
      });
    } finally {
      await agent.stop();
    }
  } finally {
    await here.close();
  }
});
