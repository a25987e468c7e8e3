import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { addressAndPort } from '@chronovirt/contract';
import { freePort } from '../../../../tools/setup/free-port.mjs';
import { standStill } from './stand-still.ts';
import { until } from './until.ts';

/** What a NATS server of a test is made of. */
export interface NatsOptions {
  /** Path of the `nats-server` program. */
  server: string;
  /** Its store, configuration and log lie here. */
  dir: string;
  /** `none`, or the text of an `authorization` or `accounts` block of its configuration. */
  auth?: 'none' | string;
  /** A `tls` block of its configuration. */
  tls?: string;
  /** Where it listens; default 127.0.0.1. */
  address?: string;
  port?: number;
}

/** A real NATS server with JetStream on the loopback address. It dies with the test's process. */
export interface NatsServer {
  readonly url: string;
  readonly port: number;
  /** Like `2.9.10`. */
  readonly version: string;
  /** Undefined while it is down. */
  readonly pid: number | undefined;
  /** Sends a signal; with one that ends it (SIGKILL, SIGTERM, SIGINT) it waits for the end, with SIGSTOP until it stands still. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends it when it runs and starts it again on the same port and store. */
  restart(): Promise<void>;
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

const ENDING = new Set<NodeJS.Signals>(['SIGKILL', 'SIGTERM', 'SIGINT']);

/** Starts a server and waits until it greets a client. */
export async function startNats({
  server,
  dir,
  auth = 'none',
  tls = '',
  address = '127.0.0.1',
  port,
}: NatsOptions): Promise<NatsServer> {
  mkdirSync(dir, { recursive: true });
  const version = natsVersion(server);
  const chosen = port ?? (await freePort());
  const at: At = { address, port: chosen, name: `lab-${randomUUID()}` };
  const config = join(dir, 'nats-server.conf');
  writeFileSync(config, configuration(at, join(dir, 'store'), version, auth === 'none' ? tls : `${auth}\n${tls}`));
  let child = await up(server, config, dir, at);

  const running = () => child.exitCode === null && child.signalCode === null;
  const kill = async (signal: NodeJS.Signals) => {
    if (!running()) return;
    if (signal === 'SIGSTOP') return standStill(child.pid!);
    const end = ENDING.has(signal) ? once(child, 'exit') : undefined;
    child.kill(signal);
    await end;
  };
  const stop = async () => {
    if (running()) child.kill('SIGCONT');
    const slow = setTimeout(() => child.kill('SIGKILL'), 5_000);
    await kill('SIGTERM');
    clearTimeout(slow);
  };
  return {
    url: `${tls === '' ? 'nats' : 'tls'}://${addressAndPort(at)}`,
    port: chosen,
    version,
    get pid() {
      return running() ? child.pid : undefined;
    },
    kill,
    async restart() {
      await stop();
      child = await up(server, config, dir, at);
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** `name`: by which it is told from another server that took the port first. */
type At = { readonly address: string; readonly port: number; readonly name: string };

function configuration(at: At, store: string, version: string, blocks: string): string {
  const synced = atLeast(version, 2, 10) ? ', sync_interval: always' : '';
  return `listen: "${addressAndPort(at)}"
server_name: ${at.name}
jetstream { store_dir: ${JSON.stringify(store)}${synced} }
${blocks}
`;
}

async function up(server: string, config: string, dir: string, at: At): Promise<ChildProcess> {
  const path = join(dir, 'nats-server.log');
  const log = openSync(path, 'a');
  // setpriv: should the test's process be killed, the server goes with it.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', server, '-c', config], { stdio: ['ignore', log, log] });
  closeSync(log);
  try {
    await until(
      async () => {
        if (child.exitCode !== null || child.signalCode !== null) return 'ended';
        return (await greeting(at)) && 'up';
      },
      { timeoutMs: 20_000, what: `nats-server greets on port ${at.port}` },
    );
    if (child.exitCode !== null) throw new Error('nats-server ended at its start');
    return child;
  } catch (error) {
    child.kill('SIGKILL');
    const tail = existsSync(path) ? readFileSync(path, 'utf8').split('\n').slice(-8).join('\n') : '';
    throw new Error(`${error instanceof Error ? error.message : error}\n${tail}`, { cause: error });
  }
}

/** The INFO line that the server sends first; undefined when there is none, or another's. */
function greeting({ address, port, name }: At): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = connect(port, address).setEncoding('utf8');
    const done = (line?: string) => (socket.destroy(), resolve(line));
    socket.once('data', (text: string) => done(text.startsWith('INFO ') && text.includes(name) ? text : undefined));
    socket.once('error', () => done());
    socket.once('close', () => done());
    socket.setTimeout(1_000, () => done());
  });
}

/** The version that a `nats-server` program says it is, like `2.9.10`. */
export function natsVersion(server: string): string {
  const said = spawnSync(server, ['--version'], { encoding: 'utf8' });
  const version = /v(\d+\.\d+\.\d+)/.exec(said.stdout ?? '')?.[1];
  if (!version) throw new Error(`${server} --version: ${said.error?.message ?? 'no version in its answer'}`);
  return version;
}

function atLeast(version: string, major: number, minor: number): boolean {
  const [a = 0, b = 0] = version.split('.').map(Number);
  return a > major || (a === major && b >= minor);
}
