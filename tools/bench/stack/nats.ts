/** The NATS server of a measurement: configured as the product's own, and for a while without syncing, to be filled fast. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort, until } from '@chronovirt/testing/lab';
import { connect } from '@chronovirt/nats-adapter';
import { natsConfiguration } from '../../setup/nats-config.mjs';
import { bestNatsServer } from '../../setup/setup.mjs';
import { Part } from './part.ts';

export interface Nats {
  readonly url: string;
  readonly part: Part;
  /** Seed file of a user that the product's configuration knows: `coordinator`, `agent-<host>`, `reader`. */
  seed(user: string): string;
  stop(): Promise<void>;
}

/** The product's configuration: users with permissions, every append synced to disk. */
export async function startNats(directory: string, hosts: string[]): Promise<Nats> {
  const server = bestNatsServer();
  const port = await freePort();
  const { configFile, users } = await natsConfiguration({ directory, hosts, port, version: server.version });
  const part = new Part('nats-server', join(directory, 'server.log'), [server.path, '--config', configFile]);
  const url = `nats://127.0.0.1:${port}`;
  const seed = (user: string): string => {
    const key = users[user];
    if (key === undefined) throw new Error(`no NATS user ${user} was made`);
    return key.seedFile;
  };
  await answers(url, part, seed('coordinator'));
  return { url, part, seed, stop: () => part.end() };
}

/** The same store without users and without a sync per append. */
export async function startNatsForFilling(directory: string): Promise<{ url: string; stop(): Promise<void> }> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const port = await freePort();
  const configFile = join(directory, 'filling.conf');
  writeFileSync(
    configFile,
    `listen: "127.0.0.1:${port}"\nserver_name: chronovirt\njetstream { store_dir: ${JSON.stringify(join(directory, 'store'))} }\n`,
  );
  const part = new Part('nats-server', join(directory, 'filling.log'), [bestNatsServer().path, '--config', configFile]);
  const url = `nats://127.0.0.1:${port}`;
  await answers(url, part);
  return { url, stop: () => part.end() };
}

/** Waits until the server takes a client and JetStream answers. */
async function answers(url: string, part: Part, nkeySeedFile?: string): Promise<void> {
  const up = until(
    async () => {
      try {
        const nats = await connect({
          servers: url,
          name: 'coordinator',
          patienceMs: 500,
          ...(nkeySeedFile && { nkeySeedFile }),
        });
        await nats.close();
        return true;
      } catch {
        return false;
      }
    },
    { timeoutMs: 60_000, what: `nats-server answers at ${url}` },
  );
  await Promise.race([up, part.endedEarly()]);
}
