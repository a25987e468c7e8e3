/** `agent --verify`: the new version reads what the old one has stored, before it takes over; a real process, a real server. */
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jetstream } from '@nats-io/jetstream';
import { connect as dial } from '@nats-io/transport-node';
import { eventSubject, incarnationOf } from '@chronovirt/contract';
import { connect, JetStreamJournal } from '@chronovirt/nats-adapter';
import { writeStanding } from '@chronovirt/runtime';
import { bestNatsServer, startNats, tempDir } from '@chronovirt/testing/lab';
import { expect, test } from 'vitest';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
/** What an agent stored on real libvirt, a message a line. */
const recorded = readFileSync(
  new URL('../../../libs/runtime/src/proof/recorded/one-life-v1.jsonl', import.meta.url),
  'utf8',
)
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as { host: string; seq: number; stored: { instance: string; events: object[] } })
  .filter(({ host }) => host === 'h1');
const instance = recorded[0]?.stored.instance ?? '';

test('says that all agrees, or which message does not, and ends accordingly', async () => {
  const dir = tempDir('agent-verify');
  const nats = await startNats({ server: bestNatsServer().path, dir: dir.path });
  const connection = await connect({ servers: nats.url, name: 'test' });
  const admin = await dial({ servers: nats.url });
  const config = join(dir.path, 'agent.json');
  writeFileSync(
    config,
    JSON.stringify({
      host: 'h1',
      nats: { servers: [nats.url] },
      secretsKeyFile: join(dir.path, 'key'),
      driver: { kind: 'simulated' },
    }),
  );
  const verified = () =>
    new Promise<{ code: number; out: string; err: string }>((resolve) => {
      execFile(process.execPath, [main, '--config', config, '--verify'], (error, out, err) =>
        resolve({ code: Number(error?.code ?? 0), out, err }),
      );
    });
  const put = (subject: string, message: object) => jetstream(admin).publish(subject, JSON.stringify(message));
  try {
    const journal = new JetStreamJournal(connection);
    await journal.provision('h1');
    // Sequences are part of what a state says: each message has to lie where it lay, behind what the host was told of its terms.
    const first = recorded[0]?.seq ?? 1;
    const { signal } = new AbortController();
    for (let term = 1; term < first; term++)
      await writeStanding(
        journal,
        { host: 'h1' as never, term, serves: true, why: '', at: term, incarnation: incarnationOf(1, 1) },
        signal,
      );
    for (const { stored } of recorded) await put(eventSubject('h1', instance), stored);
    expect(await verified()).toEqual({
      code: 0,
      err: '',
      out: `h1: 2 histories, ${first - 1 + recorded.length} messages: all agree with this version\n`,
    });
    const last = recorded.at(-1)?.stored;
    const { seq } = await put(eventSubject('h1', instance), { ...last, events: [{ type: 'levitate.done', to: 'up' }] });
    const { code, out } = await verified();
    expect(code).toBe(1);
    expect(out).toMatch(new RegExp(`^h1:${seq} ${instance}: event levitate\\.done in state deleted`));
    expect(out).toContain(`${first + recorded.length} messages: 1 do not agree with this version`);
  } finally {
    await admin.close();
    await connection.close();
    await nats.stop();
    dir.remove();
  }
});
