/**
 * The pieces that a running system is put together from, each in a directory under the state directory: supervised processes, NATS,
 * the coordinator, configuration files. Started in order, ended in reverse.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { bracketed } from '@chronovirt/contract';
import { freePort } from '../setup/free-port.mjs';
import { natsConfiguration } from '../setup/nats-config.mjs';
import { checkout, stateDir } from '../setup/places.mjs';
import { bestNatsServer, pinnedNode } from '../setup/setup.mjs';
import { Child } from './child.ts';
import { newKey, newToken, secretFile } from './secret-files.ts';
import { Supervised } from './supervised.ts';

export type Say = (line: string) => void;

/** Everything that was started, so that it can be ended whatever happened. */
export class Parts {
  readonly say: Say;
  /** How long what ended by itself stays away before it is started again. */
  readonly restartAfterMs: number;
  readonly #started: { name: string; stop: () => Promise<void> }[] = [];
  readonly #children: Supervised[] = [];
  readonly #broken = Promise.withResolvers<string>();

  constructor(say: Say, restartAfterMs = 100) {
    this.say = say;
    this.restartAfterMs = restartAfterMs;
  }

  /** Resolves with the reason when a process keeps ending. */
  get broken(): Promise<string> {
    return this.#broken.promise;
  }

  /** Starts a process, which is started again when it ends by itself. */
  run(name: string, command: readonly string[]): Supervised {
    const start = (): Child => Child.start(name, join(stateDir('log'), `${name}.log`), command);
    const child = new Supervised(name, start, this.say, this.restartAfterMs);
    void child.gaveUp.then(this.#broken.resolve);
    this.#children.push(child);
    this.ends(name, () => child.end());
    return child;
  }

  /** What has to be done to end a part that was started just now. */
  ends(name: string, stop: () => Promise<void>): void {
    this.#started.push({ name, stop });
  }

  /** Kills a process as an accident does; it is started again. Its end has come when this resolves. */
  async kill(name: string): Promise<void> {
    const child = this.#children.findLast((each) => each.name === name);
    const pid = child?.pid;
    if (child === undefined || pid === undefined) throw new Error(`no ${name} runs`);
    child.signal('SIGKILL');
    while (child.pid === pid) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** Pids of the processes that run. */
  pids(): number[] {
    return this.#children.flatMap(({ pid, isOver }) => (pid === undefined || isOver ? [] : [pid]));
  }

  async stop(tell: Say = this.say): Promise<void> {
    for (const part of this.#started.splice(0).toReversed()) {
      await part.stop().catch((error: unknown) => tell(`  ${part.name} did not end in order: ${String(error)}`));
    }
  }

  /** Does a part's work and says how long it took. */
  async timed<T>(name: string, work: () => Promise<T>, text: (result: T) => string): Promise<T> {
    const began = performance.now();
    const result = await work();
    this.say(`✓ ${name}, ${((performance.now() - began) / 1000).toFixed(1)} s: ${text(result)}`);
    return result;
  }
}

export interface Nats {
  readonly port: number;
  readonly url: string;
  /** Who signed its certificate; left out: what goes to it is not encrypted. */
  readonly tls?: { readonly caFile: string };
  /** Where the key of a user lies. */
  seeds(user: string): string;
}

/** How a NATS server is reached, and what it shows. */
export interface NatsByTls {
  readonly address: '127.0.0.1' | '::1';
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** A NATS server on a loopback address, with a user for the coordinator and for the agent of each host. */
export async function startNats(parts: Parts, hosts: readonly string[], byTls?: NatsByTls): Promise<Nats> {
  const host = byTls?.address ?? '127.0.0.1';
  const address = bracketed(host);
  const server = bestNatsServer();
  const port = await freePort();
  const { configFile, users } = await natsConfiguration({
    directory: stateDir('nats'),
    hosts: [...hosts],
    port,
    version: server.version,
    address,
    ...(byTls && { tls: { certFile: byTls.certFile, keyFile: byTls.keyFile } }),
  });
  await parts.timed(
    'NATS',
    () => accepts({ host, port }, parts.run('nats', [server.path, '--config', configFile]), 20_000),
    () => `nats-server ${server.version} on ${address}:${port}`,
  );
  return {
    port,
    url: `${byTls ? 'tls' : 'nats'}://${address}:${port}`,
    ...(byTls && { tls: { caFile: byTls.caFile } }),
    seeds: (user) => {
      const key = users[user];
      if (key === undefined) throw new Error(`no NATS user ${user} was made`);
      return key.seedFile;
    },
  };
}

/** What coordinator and agents of one cluster have in common. */
export function clusterSettings(): { cluster: string; secretsKeyFile: string } {
  // Two checkouts on one machine are two clusters; the name follows from where the state lies.
  const cluster = `start-${Buffer.from(stateDir()).toString('base64url').slice(-40)}`;
  return { cluster, secretsKeyFile: secretFile(join(stateDir(), 'secrets.key'), newKey) };
}

/** The coordinator; resolves with the address of its API when it serves. `settings` are added to its configuration. */
export async function startCoordinator(
  parts: Parts,
  nats: Nats,
  { api, ...settings }: { readonly api: object; readonly [field: string]: unknown },
): Promise<{ address: string; tokenFile: string }> {
  const tokenFile = secretFile(join(stateDir(), 'api-token'), newToken);
  const { address = '' } = await parts.timed(
    'coordinator',
    async () => {
      const config = writeConfig('coordinator', {
        ...clusterSettings(),
        nats: natsSettings(nats, 'coordinator'),
        tokenFile,
        stateDirectory: stateDir('coordinator'),
        api: { incomingDirectory: stateDir('incoming'), ...api },
        ...settings,
      });
      const main = join(checkout, 'apps/coordinator/src/main.ts');
      return parts.run('coordinator', [pinnedNode, main, '--config', config]).ready(60_000);
    },
    (ready) => `API at ${ready.address ?? ''}`,
  );
  return { address, tokenFile };
}

const natsSettings = ({ url, seeds, tls }: Nats, user: string): object => ({
  servers: [url],
  nkeySeedFile: seeds(user),
  ...(tls && { tls }),
});

/** The agent's program. */
export const agentMain = join(checkout, 'apps/agent/src/main.ts');

/** The command line of an agent, with its configuration written. */
export function agentCommand(nats: Nats, host: string, settings: object): string[] {
  const config = writeConfig(`agent-${host}`, {
    ...clusterSettings(),
    host,
    nats: natsSettings(nats, `agent-${host}`),
    ...settings,
  });
  return [pinnedNode, agentMain, '--config', config];
}

/** Lets `npx chronovirt` in this checkout find the API, until the parts end. */
export function announceApi(parts: Parts, directory: string, api: { address: string; tokenFile: string }): void {
  const file = join(directory, 'api.json');
  writeFileSync(file, `${JSON.stringify(api, null, 2)}\n`, { mode: 0o600 });
  parts.ends('api.json', async () => rmSync(file, { force: true }));
}

/** Writes a process's configuration file; its path. */
export function writeConfig(name: string, config: object): string {
  const directory = stateDir('config');
  mkdirSync(directory, { recursive: true });
  const file = join(directory, `${name}.json`);
  writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
  return file;
}

/** Waits until the server's port takes connections. */
async function accepts(at: { host: string; port: number }, child: Supervised, timeoutMs: number): Promise<void> {
  const until = performance.now() + timeoutMs;
  for (;;) {
    const isUp = await new Promise<boolean>((resolve) => {
      const socket = connect(at, () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (isUp) return;
    if (child.isOver || performance.now() > until)
      throw new Error(`${child.name} does not take connections on port ${at.port}\n${child.logTail()}`);
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}
