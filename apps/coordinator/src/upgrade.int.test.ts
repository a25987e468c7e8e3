/** A coordinator that takes over from one of other charts: a real process, a real NATS server. What it finds in the histories is kept. */
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CLUSTER } from '@chronovirt/contract';
import { connect, JetStreamJournal } from '@chronovirt/nats-adapter';
import { newInstance, sampleMessage } from '@chronovirt/testing/journal';
import { bestNatsServer, startNats, tempDir, until } from '@chronovirt/testing/lab';
import { expect, test } from 'vitest';
import { startProgram } from './testing/program.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));

test('what was found in the histories that other charts have decided lies in the state directory, for each host', async () => {
  await using dir = tempDir('upgrade');
  await using nats = await startNats({ server: bestNatsServer().path, dir: join(dir.path, 'nats') });
  const secret = (name: string, content: string | Uint8Array): string => {
    const file = join(dir.path, name);
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  };
  const here = await connect({ servers: nats.url, name: 'coordinator' });
  const journal = new JetStreamJournal(here);
  // They begin in the middle of a life: no chart folds them.
  const messages = [CLUSTER, 'h1'].map((host) => sampleMessage(host, newInstance()));
  for (const message of messages) {
    await journal.provision(message.host);
    await journal.append(message, 0);
  }
  const stateDirectory = join(dir.path, 'state');
  const coordinator = startProgram(dir.path, 'coordinator', main, {
    cluster: `upgrade-${process.pid}`,
    nats: { servers: [nats.url] },
    secretsKeyFile: secret('secrets.key', randomBytes(32)),
    tokenFile: secret('api-token', 'x'.repeat(32)),
    stateDirectory,
    api: { incomingDirectory: join(dir.path, 'incoming') },
  });
  try {
    await coordinator.ready;
    for (const { host, id, instance } of messages) {
      const file = join(stateDirectory, `_folded.${host}`);
      await until(() => existsSync(file), { what: `all histories of ${host} were read` });
      expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ upTo: 1, id, except: [instance] });
    }
  } finally {
    const ended = new Promise((resolve) => coordinator.child.once('exit', resolve));
    coordinator.child.kill('SIGKILL');
    await ended;
    await here.close();
  }
});
