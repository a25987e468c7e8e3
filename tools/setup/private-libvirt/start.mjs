/**
 * A libvirt host of our own beside (or instead of) the machine's: libvirtd and virtlogd in namespaces with private directories
 * under `dir`. The machine's libvirt, its sockets and its configuration are neither read nor touched.
 *
 *   enter.sh ── control groups ── unshare ──▶ inside.sh (the keeper, process 1 inside)
 *                                               ├── virtlogd
 *                                               ├── libvirtd ── dnsmasq
 *                                               └── QEMU …
 *
 * The keeper's death ends all of it, whatever happened before; a daemon's death ends only that daemon. The directory outlives
 * both: a host started on it again finds its domains and networks.
 */
import { spawn } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, openSync, closeSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ask, run, which } from '../run-command.mjs';
import { keepCapabilities, seedCapabilities } from './capabilities-cache.mjs';
import { cgroupDoors, makeCgroups, removeCgroups } from './cgroups.mjs';
import { removeEmptyChains } from './firewall.mjs';
import { bootId, descendants, hasEnded, processesBeside, startTime } from './processes.mjs';
import { writeSettings } from './settings.mjs';

/** @typedef {import('./processes.mjs').InsideProcess} InsideProcess */

/**
 * @typedef {object} PrivateLibvirtOptions
 * @property {string} dir everything of the host lies here; a host that runs on it is taken over as it is
 * @property {boolean} [ownNetwork] a network namespace of its own (tests); else guests are reachable from the machine
 * @property {boolean} [tied] ends, with all guests, when the calling process ends (tests); else it outlives the caller
 * @property {string} [hostname] own host name; default the machine's
 * @property {string} [listenAddress] also listens on TCP there, without authentication: for own networks only
 * @property {string[]} [settings] lines of libvirtd.conf that replace or add to ours
 * @property {Record<string, string>} [hosts] /etc/hosts inside, name to address
 * @property {string} [prepare] bash lines run inside before the daemons start (bridges, addresses)
 */

/** The host cannot run here, or did not come up. The message says what is missing and what to do. */
export class PrivateLibvirtError extends Error {
  code = 'PRIVATE_LIBVIRT_FAILED';
}

const HERE = dirname(fileURLToPath(import.meta.url));
const START_TIMEOUT_MS = 120_000; // the first daemon on a machine asks QEMU what it can do
const STOP_TIMEOUT_MS = 30_000;
const FAILED = 'run/libvirtd-failed'; // made by inside.sh

/**
 * Starts a host, or takes over the one that runs on this directory.
 * @param {PrivateLibvirtOptions} options
 * @returns {Promise<PrivateLibvirt>}
 * @throws {PrivateLibvirtError}
 */
export async function startPrivateLibvirt(options) {
  const dir = resolve(options.dir);
  requireParts(dir);
  const earlier = readRecord(dir);
  if (earlier && lives(earlier)) {
    const host = new PrivateLibvirt(dir, earlier, true);
    if (!host.libvirtdPid) host.startLibvirtd();
    if (!host.pidOf('virtlogd')) process.kill(earlier.keeper, 'SIGUSR2');
    await host.ready();
    return host;
  }

  mkdirSync(dir, { recursive: true, mode: 0o700 });
  writeSettings(dir, options);
  const seeded = seedCapabilities(dir);
  for (const name of ['run/libvirt-sock', FAILED]) rmSync(join(dir, name), { force: true });
  if (earlier) await removeCgroups(earlier.cgroups).catch(() => {});
  // Another name each time: who watched over an earlier host on this directory may still be taking that one's groups away.
  const cgroups = makeCgroups(
    `chronovirt-${createHash('sha256').update(dir).digest('hex').slice(0, 12)}-${randomBytes(3).toString('hex')}`,
  );
  const log = openSync(join(dir, 'log/daemons.log'), 'a');
  const child = spawn('sh', [join(HERE, 'enter.sh')], {
    detached: true,
    stdio: [options.tied ? 'pipe' : 'ignore', log, log],
    env: {
      PATH: `${process.env.PATH}:/usr/sbin:/sbin`,
      LANG: 'C.UTF-8',
      DIR: dir,
      OWN_NETWORK: options.ownNetwork ? '1' : '',
      HOST_NAME: options.hostname ?? '',
      TIED: options.tied ? '1' : '',
      LISTEN: options.listenAddress ? '1' : '',
      CGROUPS: cgroups.map(({ hierarchy, directory }) => `${hierarchy}\t${directory}`).join('\n'),
      UNSHARE: [options.ownNetwork && '--net', options.hostname && '--uts'].filter(Boolean).join(' '),
    },
  });
  closeSync(log);
  child.unref();
  /** @type {import('node:net').Socket | null} */ (child.stdin)?.unref();
  const spawned = /** @type {number} */ (child.pid);
  const keeper = await keeperOf(dir, spawned).catch(async (error) => {
    await removeCgroups(cgroups);
    throw error;
  });
  const record = {
    keeper,
    keeperStart: startTime(keeper) ?? '',
    bootId: bootId(),
    ownNetwork: Boolean(options.ownNetwork),
    cgroups,
  };
  writeFileSync(join(dir, 'host.json'), JSON.stringify(record, null, 2), { mode: 0o600 });
  const host = new PrivateLibvirt(dir, record, false);
  try {
    await host.ready();
  } catch (error) {
    await host.stop();
    throw error;
  }
  if (!seeded) keepCapabilities(dir);
  return host;
}

/** @typedef {{ keeper: number, keeperStart: string, bootId: string, ownNetwork: boolean, cgroups: import('./cgroups.mjs').Cgroup[] }} HostRecord */

/** A running host. Made by `startPrivateLibvirt`. */
export class PrivateLibvirt {
  #record;

  /** @param {string} dir @param {HostRecord} record @param {boolean} adopted */
  constructor(dir, record, adopted) {
    this.#record = record;
    /** Where everything of it lies: `run`, `lib`, `etc`, `cache`, `log`. */
    this.dir = dir;
    /** It ran already when `startPrivateLibvirt` was called. */
    this.adopted = adopted;
    /** The socket for read and write, reachable from outside its namespaces. */
    this.socket = join(dir, 'run/libvirt-sock');
    /** For virsh and other clients outside. */
    this.uri = `qemu+unix:///system?socket=${encodeURI(this.socket)}`;
    /** The process whose namespaces it lives in; ends with `stop`. */
    this.keeperPid = record.keeper;
  }

  /** The files that take a process into the host's control groups; empty where the machine gives none. @returns {string[]} */
  get cgroupDoors() {
    return cgroupDoors(this.#record.cgroups);
  }

  /** libvirtd's process id on this machine, undefined while it is down. */
  get libvirtdPid() {
    return this.pidOf('libvirtd');
  }

  /** Everything that runs inside: daemons, dnsmasq, guests. @returns {InsideProcess[]} */
  processes() {
    return processesBeside(this.#record.keeper);
  }

  /** @param {string} name of a daemon that runs once @returns {number | undefined} its process id on this machine */
  pidOf(name) {
    return this.processes().find((process) => process.name === name)?.pid;
  }

  /** Whether the host's namespaces still live. */
  get running() {
    return lives(this.#record);
  }

  /**
   * Sends a signal to libvirtd alone: guests and the console log go on. After SIGKILL it waits until the daemon has ended.
   * @param {NodeJS.Signals} signal
   */
  async kill(signal) {
    const pid = this.libvirtdPid;
    if (!pid) return;
    process.kill(pid, signal);
    if (signal === 'SIGKILL') await ended(pid, STOP_TIMEOUT_MS);
  }

  /** Ends libvirtd when it runs, starts it again and waits until it answers. */
  async restart() {
    const pid = this.libvirtdPid;
    if (pid) {
      process.kill(pid, 'SIGCONT');
      process.kill(pid, 'SIGTERM');
      await ended(pid, STOP_TIMEOUT_MS).catch(() => this.kill('SIGKILL'));
    }
    this.startLibvirtd();
    await this.ready();
  }

  /** Tells the keeper to start libvirtd, which must not run; `ready` waits for it. */
  startLibvirtd() {
    rmSync(join(this.dir, FAILED), { force: true });
    process.kill(this.#record.keeper, 'SIGUSR1');
  }

  /** Waits until libvirtd answers a call. @throws {PrivateLibvirtError} with the end of its log */
  async ready() {
    const deadline = Date.now() + START_TIMEOUT_MS;
    for (let why = 'it opened no socket'; ; await delay(20)) {
      if (await accepts(this.socket)) {
        const answer = ask(['virsh', '-c', this.uri, 'version'], { timeoutMs: Math.max(1, deadline - Date.now()) });
        if (answer.ok) return;
        why = answer.stderr.trim();
      }
      if (existsSync(join(this.dir, FAILED)) && !this.libvirtdPid)
        throw new PrivateLibvirtError(`libvirtd ended at its start\n${this.logTail()}`);
      if (!this.running)
        throw new PrivateLibvirtError(`the private libvirt host ended at its start\n${this.logTail()}`);
      if (Date.now() > deadline) throw new PrivateLibvirtError(`libvirtd does not answer: ${why}\n${this.logTail()}`);
    }
  }

  /** Runs virsh against this host and answers with its output. @param {...string} args @returns {Promise<string>} */
  virsh(...args) {
    return run(['virsh', '-q', '-c', this.uri, ...args]);
  }

  /**
   * The command line that runs a command inside the host's namespaces.
   * @param {string[]} command
   * @returns {string[]}
   */
  inside(command) {
    const net = this.#record.ownNetwork ? ['--net'] : [];
    return ['nsenter', '--target', String(this.#record.keeper), '--mount', '--uts', '--pid', ...net, '--', ...command];
  }

  /** Runs a command inside and answers with its output. @param {string[]} command @param {{ input?: string }} [options] @returns {Promise<string>} */
  exec(command, options) {
    return run(this.inside(command), options);
  }

  /** The last lines of the daemons' logs. */
  logTail(lines = 15) {
    return ['log/daemons.log', 'log/libvirtd.log']
      .map((name) => join(this.dir, name))
      .filter((path) => existsSync(path))
      .flatMap((path) => readFileSync(path, 'utf8').trimEnd().split('\n').slice(-lines))
      .join('\n');
  }

  /**
   * Ends the host with everything inside, guests included, and takes away what it left on the machine: networks' bridges and
   * rules, control groups. Its directory stays. After a second call nothing changes.
   * @returns {Promise<void>}
   */
  async stop() {
    const record = readRecord(this.dir);
    if (!record || record.keeper !== this.#record.keeper) return;
    if (!this.#record.ownNetwork && hasNetworks(this.dir)) {
      // A host that was killed left its bridges and rules, which only a daemon on its directory can take back.
      if (!this.running) return (await startPrivateLibvirt({ dir: this.dir })).stop();
      await this.kill('SIGCONT');
      if (!this.libvirtdPid) await this.restart().catch(() => undefined); // a daemon that will not start must not keep its guests alive
      this.#stopNetworks();
    }
    if (this.running) {
      process.kill(this.#record.keeper, 'SIGKILL');
      await ended(this.#record.keeper, STOP_TIMEOUT_MS);
    }
    await removeCgroups(this.#record.cgroups);
    if (!this.#record.ownNetwork) removeEmptyChains();
    rmSync(join(this.dir, 'host.json'), { force: true });
    rmSync(this.socket, { force: true });
  }

  /** A network that will not go does not keep the rest from going. */
  #stopNetworks() {
    const networks = ask(['virsh', '-q', '-c', this.uri, 'net-list', '--name'], { timeoutMs: 10_000 })
      .stdout.split('\n')
      .filter(Boolean);
    for (const name of networks) ask(['virsh', '-q', '-c', this.uri, 'net-destroy', name], { timeoutMs: 10_000 });
  }
}

/** Whether networks run on this host, by the daemon's own notes. @param {string} dir */
function hasNetworks(dir) {
  const notes = join(dir, 'run/network');
  return existsSync(notes) && readdirSync(notes).some((name) => name.endsWith('.xml'));
}

/** @param {string} dir */
function requireParts(dir) {
  if (process.getuid?.() !== 0)
    throw new PrivateLibvirtError("a private libvirt host needs root: run as root, or use the machine's own libvirtd");
  const missing = ['libvirtd', 'virtlogd', 'virsh', 'unshare', 'nsenter', 'ip'].filter((name) => !which(name));
  if (missing.length > 0)
    throw new PrivateLibvirtError(`missing programs: ${missing.join(', ')}; run "node tools/setup/setup.mjs"`);
  const socket = join(dir, 'run/libvirt-admin-sock');
  if (socket.length > 107)
    throw new PrivateLibvirtError(
      `${dir} is too long for a unix socket below it: choose a path of at most ${107 - (socket.length - dir.length)} letters`,
    );
}

/** The record of the last host that was started on this directory in this boot of the machine and not stopped. @param {string} dir @returns {HostRecord | undefined} */
function readRecord(dir) {
  const path = join(dir, 'host.json');
  if (!existsSync(path)) return undefined;
  /** @type {HostRecord} */
  const record = JSON.parse(readFileSync(path, 'utf8'));
  return record.bootId === bootId() ? record : undefined;
}

/** @param {HostRecord} record */
function lives(record) {
  return startTime(record.keeper) === record.keeperStart && !hasEnded(record.keeper);
}

/** The keeper is the bash below what we spawned. @param {string} dir @param {number} pid */
async function keeperOf(dir, pid) {
  for (const deadline = Date.now() + START_TIMEOUT_MS; Date.now() < deadline && !hasEnded(pid); await delay(10)) {
    const keeper = descendants(pid).find(({ command }) => command[0] === 'bash' && command[1]?.endsWith('/inside.sh'));
    if (keeper) return keeper.pid;
  }
  const log = readFileSync(join(dir, 'log/daemons.log'), 'utf8').slice(-2000);
  throw new PrivateLibvirtError(`the namespaces of the private libvirt host could not be made\n${log}`);
}

/** @param {string} path @returns {Promise<boolean>} */
function accepts(path) {
  return new Promise((done) => {
    const socket = connect(path);
    socket.once('connect', () => (socket.destroy(), done(true)));
    socket.once('error', () => done(false));
  });
}

/** @param {number} pid @param {number} timeoutMs */
async function ended(pid, timeoutMs) {
  for (const deadline = Date.now() + timeoutMs; !hasEnded(pid); await delay(10)) {
    if (Date.now() > deadline) throw new PrivateLibvirtError(`process ${pid} did not end within ${timeoutMs / 1000} s`);
  }
}
