/**
 * The whole system on one machine, started in order and ended in reverse: NATS, hypervisor, coordinator, agent. What is written is in
 * the state directory alone, and a next start finds everything again.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { bestNatsServer, pinnedNode } from '../setup/setup.mjs';
import { natsConfiguration } from '../setup/nats-config.mjs';
import { checkout, stateDir } from '../setup/places.mjs';
import { Api } from './api.ts';
import { Child } from './child.ts';
import { Supervised } from './supervised.ts';
import { findHypervisor, type Hypervisor } from './hypervisor.ts';
import type { StartOptions } from './options.ts';
import { newKey, newToken, secretFile } from './secret-files.ts';

export interface System {
  readonly api: Api;
  readonly address: string;
  readonly hypervisor: Hypervisor;
  readonly instancesDirectory: string;
  /** Resolves with the reason when a process keeps ending. */
  readonly broken: Promise<string>;
  /** Pids of the processes that were started here. */
  pids(): number[];
  stop(say: (line: string) => void): Promise<void>;
}

export async function startSystem(options: StartOptions, say: (line: string) => void): Promise<System> {
  const started: { name: string; stop: () => Promise<void> }[] = [];
  const children: Supervised[] = [];
  const stop = async (tell: (line: string) => void): Promise<void> => {
    for (const part of started.toReversed()) {
      await part.stop().catch((error: unknown) => tell(`  ${part.name} did not end in order: ${String(error)}`));
    }
    started.length = 0;
  };
  const run = (name: string, command: readonly string[]): Supervised => {
    const child = new Supervised(name, () => Child.start(name, join(stateDir('log'), `${name}.log`), command), say);
    children.push(child);
    started.push({ name, stop: () => child.end() });
    return child;
  };
  try {
    const nats = await startNats(options, run, say);
    const instancesDirectory = stateDir('instances');
    const hypervisor = await timed(
      say,
      'hypervisor',
      () => findHypervisor(options, { libvirt: stateDir('libvirt'), instances: instancesDirectory }, say),
      ({ text }) => text,
    );
    started.push({ name: 'hypervisor', stop: () => hypervisor.stop() });
    const files = {
      token: secretFile(join(stateDir(), 'api-token'), newToken),
      key: secretFile(join(stateDir(), 'secrets.key'), newKey),
    };
    const common = { cluster: clusterName(), secretsKeyFile: files.key };
    const coordinator = await timed(
      say,
      'coordinator',
      async () => {
        const config = writeConfig('coordinator', {
          ...common,
          nats: { servers: [nats.url], nkeySeedFile: nats.seeds('coordinator') },
          tokenFile: files.token,
          api: { port: options.apiPort, incomingDirectory: stateDir('incoming') },
        });
        return run('coordinator', [
          pinnedNode,
          join(checkout, 'apps/coordinator/src/main.ts'),
          '--config',
          config,
        ]).ready(60_000);
      },
      ({ address }) => `API at ${address}`,
    );
    const address = coordinator.address ?? '';
    await timed(
      say,
      'agent',
      async () => {
        const config = writeConfig('agent', {
          ...common,
          host: options.host,
          nats: { servers: [nats.url], nkeySeedFile: nats.seeds(`agent-${options.host}`) },
          driver: hypervisor.driver,
        });
        return run('agent', [pinnedNode, join(checkout, 'apps/agent/src/main.ts'), '--config', config]).ready(120_000);
      },
      () => `host ${options.host}`,
    );
    const api = new Api(address, files.token);
    writeFileSync(join(stateDir(), 'api.json'), `${JSON.stringify({ address, tokenFile: files.token }, null, 2)}\n`, {
      mode: 0o600,
    });
    started.push({ name: 'api.json', stop: async () => rmSync(join(stateDir(), 'api.json'), { force: true }) });
    const broken = Promise.race(children.map(({ gaveUp }) => gaveUp));
    return {
      api,
      address,
      hypervisor,
      instancesDirectory,
      broken,
      pids: () => children.flatMap(({ pid, isOver }) => (pid === undefined || isOver ? [] : [pid])),
      stop,
    };
  } catch (error) {
    await stop(say);
    throw error;
  }
}

async function startNats(
  options: StartOptions,
  run: (name: string, command: readonly string[]) => Supervised,
  say: (line: string) => void,
): Promise<{ url: string; seeds: (user: string) => string }> {
  const server = bestNatsServer();
  if (server === undefined || server === null)
    throw new Error('no nats-server was found or built; run: node tools/setup/setup.mjs --for start');
  const directory = stateDir('nats');
  const port = await freePort();
  const { configFile, users } = await natsConfiguration({
    directory,
    hosts: [options.host],
    port,
    version: server.version,
  });
  await timed(
    say,
    'NATS',
    async () => {
      const child = run('nats', [server.path, '--config', configFile]);
      await accepts(port, child, 20_000);
    },
    () => `nats-server ${server.version} on 127.0.0.1:${port}`,
  );
  return {
    url: `nats://127.0.0.1:${port}`,
    seeds: (user) => {
      const key = users[user];
      if (key === undefined) throw new Error(`no NATS user ${user} was made`);
      return key.seedFile;
    },
  };
}

function writeConfig(name: string, config: object): string {
  const directory = stateDir('config');
  mkdirSync(directory, { recursive: true });
  const file = join(directory, `${name}.json`);
  writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
  return file;
}

/** Two checkouts on one machine are two clusters; the name follows from where the state lies. */
function clusterName(): string {
  return `start-${Buffer.from(stateDir()).toString('base64url').slice(-40)}`;
}

async function timed<T>(
  say: (line: string) => void,
  name: string,
  work: () => Promise<T>,
  text: (result: T) => string,
): Promise<T> {
  const began = performance.now();
  const result = await work();
  say(`✓ ${name}, ${((performance.now() - began) / 1000).toFixed(1)} s: ${text(result)}`);
  return result;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

/** Waits until the server's port takes connections. */
async function accepts(port: number, child: Supervised, timeoutMs: number): Promise<void> {
  const { connect } = await import('node:net');
  const until = performance.now() + timeoutMs;
  for (;;) {
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (isUp) return;
    if (child.isOver || performance.now() > until)
      throw new Error(`${child.name} does not take connections on port ${port}\n${child.logTail()}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
