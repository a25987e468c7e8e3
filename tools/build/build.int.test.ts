/** What `npm run build` makes, as a production host gets it: copied to a directory without packages, run by plain `node`. */
import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort, startNats, tempDir, until, type NatsServer } from '../../libs/testing/src/lab/index.ts';
import { natsConfiguration } from '../setup/nats-config.mjs';
import { bestNatsServer } from '../setup/nats-server.mjs';
import { pinnedNode } from '../setup/node-packages.mjs';
import { checkout } from '../setup/places.mjs';
import { buildAll } from './build.mjs';

const dir = tempDir('build');
const built = join(dir.path, 'dist');
const program = {
  agent: join(built, 'agent/agent.js'),
  coordinator: join(built, 'coordinator/coordinator.js'),
  cli: join(built, 'cli/chronovirt.js'),
};
/** Nothing of this machine's settings, so that nothing of the checkout can be found by chance. */
const clean = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: dir.path };

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function node(args: readonly string[], env: Record<string, string> = clean): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(pinnedNode, [...args], { cwd: dir.path, env, timeout: 60_000 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr }),
    );
  });
}

beforeAll(() => buildAll({ out: built, say: () => {} }));
afterAll(() => dir.remove());

it.each(Object.entries(program))('%s says how it is called, with nothing installed', async (_name, file) => {
  const { code, stdout, stderr } = await node([file, '--help']);
  expect(code).toBe(0);
  expect(`${stdout}${stderr}`).toMatch(/usage: |Usage: chronovirt/);
});

it.each(Object.entries(program))('%s has a manifest that asks for no package, and the licences', (_name, file) => {
  const read = (name: string) => readFileSync(join(file, '..', name), 'utf8');
  const { dependencies, engines, license, bin } = JSON.parse(read('package.json'));
  expect({ dependencies, engines, license }).toEqual({
    dependencies: {},
    engines: { node: '>=24' },
    license: 'Apache-2.0',
  });
  expect(existsSync(join(file, '..', String(Object.values(bin)[0])))).toBe(true);
  expect(read('LICENSE')).toContain('Apache License');
  expect(read('THIRD-PARTY-LICENSES.txt')).toMatch(/MIT License|MIT\)/);
  expect(JSON.parse(read(`${file.split('/').at(-1)}.map`)).sources).toContainEqual(
    expect.stringMatching(/\/main\.ts$/),
  );
});

it('gives the same bytes again, from another process and to another place', async () => {
  const again = join(dir.path, 'somewhere/else');
  const { code, stdout } = await node([join(checkout, 'tools/build/build.mjs'), '--out', again]);
  expect({ code, stdout }).toEqual({ code: 0, stdout: expect.stringContaining(`built in ${again}`) });
  const sums = (out: string) => readFileSync(join(out, 'SHA256SUMS'), 'utf8');
  expect(sums(again)).toBe(sums(built));
  expect(readFileSync(program.agent, 'utf8')).not.toContain(checkout);
});

it.each(Object.entries(program))(
  '%s is written in ASCII: a process would keep two bytes of each character',
  (_name, file) => {
    const text = readFileSync(file);
    expect(text.findIndex((byte) => byte > 0x7f)).toBe(-1);
  },
);

it('leaves a directory alone that is no build', async () => {
  const precious = join(dir.path, 'precious');
  mkdirSync(precious);
  writeFileSync(join(precious, 'thesis.txt'), 'chapter one');
  await expect(buildAll({ out: precious, say: () => {} })).rejects.toThrow(/--out .*expected a new or empty directory/);
  expect(readFileSync(join(precious, 'thesis.txt'), 'utf8')).toBe('chapter one');
});

it('names the field of a configuration that is wrong, and ends with 2', async () => {
  const config = join(dir.path, 'wrong.json');
  writeFileSync(config, JSON.stringify({ host: 'h1', nats: { servers: [] } }));
  const { code, stderr } = await node([program.agent, '--config', config]);
  expect(code).toBe(2);
  expect(stderr).toContain(`${config}: nats.servers`);
});

describe('without a NATS server', () => {
  const secret = (name: string, content: string | Uint8Array) => {
    const file = join(dir.path, name);
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  };

  /** Starts a program whose NATS server is not there; resolves once it has its lock, the last thing before it connects. */
  async function startAlone(
    name: 'agent' | 'coordinator',
    port: number,
  ): Promise<{ child: ChildProcess; end: Promise<unknown> }> {
    const cluster = `alone-${process.pid}-${name}`;
    const common = {
      cluster,
      nats: { servers: [`nats://127.0.0.1:${port}`] },
      secretsKeyFile: secret('alone.key', randomBytes(32)),
    };
    const rest =
      name === 'agent'
        ? { host: 'h9', driver: { kind: 'simulated' } }
        : { tokenFile: secret('alone.token', 'x'.repeat(32)), api: { incomingDirectory: join(dir.path, 'in') } };
    const file = secret(`alone-${name}.json`, JSON.stringify({ ...common, ...rest }));
    const command = ['--pdeathsig', 'KILL', pinnedNode, program[name], '--config', file];
    const child = spawn('setpriv', command, {
      cwd: dir.path,
      env: clean,
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    const end = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
    await until(() => readFileSync('/proc/net/unix', 'utf8').includes(`@chronovirt/${cluster}/`), {
      what: `${name} has its lock`,
    });
    return { child, end };
  }

  it.each(['agent', 'coordinator'] as const)('the %s ends in order when it is told to', async (name) => {
    const { child, end } = await startAlone(name, await freePort());
    child.kill('SIGTERM');
    expect(await end).toBe(0);
  });

  it('both wait until there is one', async () => {
    const port = await freePort();
    const waiting = [await startAlone('agent', port), await startAlone('coordinator', port)];
    const served = once(waiting[1]!.child, 'message');
    const nats = await startNats({ server: bestNatsServer().path, dir: join(dir.path, 'late'), port });
    expect(await Promise.race([served.then(() => 'served'), ...waiting.map(({ end }) => end)])).toBe('served');
    for (const { child } of waiting) child.kill('SIGTERM');
    expect(await Promise.all(waiting.map(({ end }) => end))).toEqual([0, 0]);
    await nats.stop();
  });
});

describe("the three together, against a NATS server with set-up's users", () => {
  const processes: ChildProcess[] = [];
  let nats: NatsServer;
  let env: Record<string, string>;

  /** Starts a program and waits for its word that it is ready. */
  async function start(name: 'agent' | 'coordinator', config: object): Promise<{ address?: string }> {
    const file = join(dir.path, `${name}.json`);
    writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
    const log = openSync(join(dir.path, `${name}.log`), 'a');
    // setpriv: should the test's process be killed, the program goes with it.
    const command = ['--pdeathsig', 'KILL', pinnedNode, program[name], '--config', file];
    const child = spawn('setpriv', command, { cwd: dir.path, env: clean, stdio: ['ignore', log, log, 'ipc'] });
    closeSync(log);
    processes.push(child);
    return new Promise((resolve, reject) => {
      child.once('message', (said) => resolve(said as { address?: string }));
      child.once('exit', (code) =>
        reject(new Error(`${name} ended with ${code}:\n${readFileSync(join(dir.path, `${name}.log`), 'utf8')}`)),
      );
    });
  }

  const chronovirt = (...args: string[]) => node([program.cli, ...args], env);

  beforeAll(async () => {
    const { path, version } = bestNatsServer();
    const made = await natsConfiguration({ directory: join(dir.path, 'keys'), hosts: ['h1'], port: 4222, version });
    const text = readFileSync(made.configFile, 'utf8');
    nats = await startNats({
      server: path,
      dir: join(dir.path, 'nats'),
      auth: text.slice(text.indexOf('authorization {')),
    });
    const secret = (name: string, content: string | Uint8Array) => {
      const file = join(dir.path, name);
      writeFileSync(file, content, { mode: 0o600 });
      return file;
    };
    const as = (user: string) => ({ servers: [nats.url], nkeySeedFile: made.users[user]!.seedFile });
    const tokenFile = secret('api-token', `${randomBytes(32).toString('hex')}\n`);
    const common = { cluster: `build-${process.pid}`, secretsKeyFile: secret('secrets.key', randomBytes(32)) };
    const { address = '' } = await start('coordinator', {
      ...common,
      nats: as('coordinator'),
      tokenFile,
      api: { incomingDirectory: join(dir.path, 'incoming') },
    });
    await start('agent', { ...common, host: 'h1', nats: as('agent-h1'), driver: { kind: 'simulated' } });
    env = { ...clean, CHRONOVIRT_API: address, CHRONOVIRT_TOKEN_FILE: tokenFile };
  });

  afterAll(async () => {
    for (const child of processes.toReversed()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      await ended;
    }
    await nats?.stop();
  });

  it('creates, shows, tells the history of and deletes an instance by the built command', async () => {
    writeFileSync(join(dir.path, 'disk.img'), Buffer.alloc(1024 * 1024, 1));
    expect(await chronovirt('image', 'upload', './disk.img', '--format', 'raw')).toMatchObject({ code: 0 });
    const created = await chronovirt('create', 'web', '--image', './disk.img', '--flavor', 'nano', '--json');
    expect(created).toMatchObject({ code: 0, stderr: '' });
    const shown = await chronovirt('show', 'web', '--json');
    expect(JSON.parse(shown.stdout)).toMatchObject({ name: 'web', state: 'running', host: 'h1' });
    expect(await chronovirt('delete', 'web')).toMatchObject({ code: 0 });
    const history = await chronovirt('history', 'web');
    expect(history.stdout).toMatch(/create[^]*spawn[^]*destroy/);
    expect(await chronovirt('verify', 'web')).toMatchObject({ code: 0 });
  });

  it('ends in order when it is told to', async () => {
    for (const child of processes.toReversed()) {
      const ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)));
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
    }
  });
});
