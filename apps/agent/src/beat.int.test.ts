/** What an agent tells of its host before anybody counts on it, on a real NATS server. */
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect, JetStreamJournal, watchBeats } from '@chronovirt/nats-adapter';
import type { HostReport } from '@chronovirt/contract';
import { silentLog } from '@chronovirt/runtime';
import { bestNatsServer, startNats, tempDir, until } from '@chronovirt/testing/lab';
import { expect, test } from 'vitest';
import { startAgent } from './agent.ts';
import { agentConfig } from './config.ts';

test('an agent that is ready has told its term: nobody who counts on its host then has to wait for the next beat', async () => {
  await using dir = tempDir('beat');
  await using nats = await startNats({ server: bestNatsServer().path, dir: join(dir.path, 'nats') });
  const secretsKeyFile = join(dir.path, 'secrets.key');
  writeFileSync(secretsKeyFile, randomBytes(32), { mode: 0o600 });
  const config = agentConfig.parse({
    host: 'h1',
    cluster: `beat-${process.pid}`,
    nats: { servers: [nats.url] },
    secretsKeyFile,
    driver: { kind: 'simulated' },
    beatMs: 60_000,
  });
  const here = await connect({ servers: nats.url, name: 'coordinator' });
  try {
    // As after an earlier start: the agent waits for nobody.
    await new JetStreamJournal(here).provision('h1');
    const heard: HostReport[] = [];
    watchBeats(here, (report) => heard.push(report));
    await here.link.roundTrip();
    const agent = await startAgent(config, silentLog);
    try {
      await agent.recovered;
      await until(() => heard.some(({ standing }) => standing !== undefined), { what: 'its term is told' });
      expect(heard.at(-1)).toMatchObject({ host: 'h1', standing: { term: 0, barred: false } });
    } finally {
      await agent.stop();
    }
  } finally {
    await here.close();
  }
});
