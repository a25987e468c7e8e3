/**
 * A real libvirtd of this machine's packages, in a world of its own: private directories are bound over libvirt's in a
 * private mount namespace, the network namespace is private unless asked otherwise. It needs root, and leaves nothing
 * behind: no mount, no process, no guest.
 */
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect as connectSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** How to start one. */
export interface PrivateLibvirtdOptions {
  /** Directory for everything it writes, not below /run; made when missing. Keep it short: unix socket paths end at 107 bytes. */
  readonly dir: string;
  /** `host`: shares the network, so that `listen_tcp` is reachable. Default `private`: only loopback, of its own. */
  readonly network?: 'private' | 'host';
  /** Host name that it sees. Default `private`. */
  readonly hostname?: string;
  /** Lines added to libvirtd.conf. */
  readonly libvirtdConf?: readonly string[];
  /** Lines added to qemu.conf. */
  readonly qemuConf?: readonly string[];
  /** Listen on TCP or TLS too (`libvirtd --listen`). */
  readonly listen?: boolean;
  /**
   * Where QEMU's probed capabilities are kept between runs, as probing takes seconds. Default: a directory of this
   * user below the system's temporary one. `null`: nowhere.
   */
  readonly capabilitiesCache?: string | null;
}

/** A running one. */
export interface PrivateLibvirtd {
  /** Path of its read-write socket, reachable from every namespace. */
  readonly socket: string;
  /** Of the daemon as it runs now. */
  readonly pid: number;
  /** File with everything it wrote to stderr, over all restarts. */
  readonly log: string;
  /** Sends a signal to the daemon. After SIGKILL or SIGTERM it resolves when the daemon is gone; guests live on. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Starts the daemon again, killing it first when it still runs. Guests live on. */
  restart(): Promise<void>;
  /** Ends the daemon and its guests. The directory stays. */
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000;
const BINDS = {
  run: '/run/libvirt',
  lib: '/var/lib/libvirt',
  etc: '/etc/libvirt',
  cache: '/var/cache/libvirt',
  log: '/var/log/libvirt',
};

/** Starts one; resolves when it accepts connections. Throws with its stderr when it does not come up. */
export async function startPrivateLibvirtd(options: PrivateLibvirtdOptions): Promise<PrivateLibvirtd> {
  const { dir, capabilitiesCache = join(tmpdir(), `libvirt-capabilities-${process.getuid?.()}`) } = options;
  const socket = join(dir, 'run', 'libvirt-sock');
  const log = join(dir, 'libvirtd.log');
  await prepare(options);
  if (capabilitiesCache) await cp(capabilitiesCache, join(dir, 'cache'), { recursive: true }).catch(ignoreMissing);
  let daemon = await launch(options, socket, log);

  const gone = async (): Promise<void> => {
    if (running(daemon)) await once(daemon, 'exit');
  };
  return {
    socket,
    log,
    get pid() {
      return daemon.pid!;
    },
    async kill(signal) {
      daemon.kill(signal);
      if (signal === 'SIGKILL' || signal === 'SIGTERM') await gone();
    },
    async restart() {
      daemon.kill('SIGKILL');
      await gone();
      daemon = await launch(options, socket, log);
    },
    async stop() {
      daemon.kill('SIGCONT');
      daemon.kill('SIGTERM');
      const patience = setTimeout(() => daemon.kill('SIGKILL'), 5_000);
      await gone();
      clearTimeout(patience);
      await endGuests(join(dir, 'run', 'qemu'));
      if (capabilitiesCache) await cp(join(dir, 'cache'), capabilitiesCache, { recursive: true }).catch(ignoreMissing);
    },
  };
}

async function prepare({ dir, libvirtdConf = [], qemuConf = [] }: PrivateLibvirtdOptions): Promise<void> {
  if (process.getuid?.() !== 0)
    throw new Error('a private libvirtd needs root: it makes a mount namespace. Run the tests as root');
  for (const part of Object.keys(BINDS)) await mkdir(join(dir, part), { recursive: true });
  await cp('/etc/libvirt', join(dir, 'etc'), { recursive: true, verbatimSymlinks: true }).catch(ignoreMissing);
  await rm(join(dir, 'etc', 'qemu', 'networks', 'autostart'), { recursive: true, force: true });
  const conf = [
    'auth_unix_rw = "none"',
    'auth_unix_ro = "none"',
    'unix_sock_rw_perms = "0700"',
    'listen_tls = 0',
    'log_level = 3',
    'log_outputs = "3:stderr"',
  ];
  await writeFile(join(dir, 'libvirtd.conf'), overriding(conf, libvirtdConf));
  // Files instead of virtlogd and no cgroups: nothing outside this directory is shared with other daemons.
  const qemu = [
    'user = "root"',
    'group = "root"',
    'security_driver = "none"',
    'remember_owner = 0',
    'stdio_handler = "file"',
    'cgroup_controllers = []',
  ];
  await writeFile(join(dir, 'etc', 'qemu.conf'), overriding(qemu, qemuConf));
}

/** Lines of a configuration file in which later settings replace earlier ones: libvirt refuses a name given twice. */
function overriding(defaults: readonly string[], given: readonly string[]): string {
  const replaced = new Set(given.map(settingName));
  return [...defaults.filter((line) => !replaced.has(settingName(line))), ...given, ''].join('\n');
}

function settingName(line: string): string {
  return line.split('=', 1)[0]!.trim();
}

async function launch(options: PrivateLibvirtdOptions, socket: string, log: string): Promise<ChildProcess> {
  const { dir, network = 'private', hostname = 'private', listen = false } = options;
  await rm(socket, { force: true });
  const binds = Object.entries(BINDS).map(
    ([part, target]) => `mkdir -p ${target} && mount --bind "$1/${part}" ${target}`,
  );
  // /run is made private first, so that the mount points do not appear outside.
  const script = [
    'set -e',
    'mount -t tmpfs tmpfs /run && mkdir /run/lock',
    ...binds,
    'hostname "$2"',
    network === 'private' ? 'ip link set lo up' : ':',
    `exec libvirtd --config "$1/libvirtd.conf" --pid-file "$1/libvirtd.pid"${listen ? ' --listen' : ''}`,
  ].join('\n');
  const namespaces = ['--mount', '--uts', '--propagation', 'private', ...(network === 'private' ? ['--net'] : [])];
  const stderr = await open(log, 'a');
  // It dies with this process, even when that is killed.
  const daemon = spawn(
    'setpriv',
    ['--pdeathsig', 'KILL', 'unshare', ...namespaces, 'sh', '-c', script, 'libvirtd', dir, hostname],
    {
      stdio: ['ignore', stderr.fd, stderr.fd],
      detached: true,
    },
  );
  await once(daemon, 'spawn');
  await stderr.close();
  await accepting(daemon, socket, log);
  return daemon;
}

async function accepting(daemon: ChildProcess, socket: string, log: string): Promise<void> {
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!(await accepts(socket))) {
    if (!running(daemon) || performance.now() > deadline) {
      daemon.kill('SIGKILL');
      throw new Error(
        `libvirtd did not come up (Debian: apt-get install libvirt-daemon-system qemu-system-x86):\n${await readFile(log, 'utf8')}`,
      );
    }
    await delay(20);
  }
}

function accepts(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connectSocket({ path });
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}

/** QEMU writes its pid file into the private run directory: only guests of this daemon are found there. */
async function endGuests(directory: string): Promise<void> {
  const files = await readdir(directory).catch(() => []);
  for (const file of files.filter((name) => name.endsWith('.pid'))) {
    const pid = Number(await readFile(join(directory, file), 'utf8'));
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (!command.includes(`guest=${file.slice(0, -'.pid'.length)}`)) continue;
    process.kill(pid, 'SIGKILL');
    while (await alive(pid)) await delay(10);
  }
}

/** A zombie whose parent has not looked yet is as good as gone. */
async function alive(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat !== undefined && !/\) [ZX] /.test(stat);
}

function running(child: ChildProcess): boolean {
  return child.exitCode === null && child.signalCode === null;
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
