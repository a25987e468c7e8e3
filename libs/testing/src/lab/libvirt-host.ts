import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { InsideProcess } from '../../../../tools/setup/private-libvirt/processes.mjs';
import { startPrivateLibvirt, type PrivateLibvirt } from '../../../../tools/setup/private-libvirt/start.mjs';
import { standStill } from './stand-still.ts';

/** How a test's libvirt host differs from the default: network, control groups and processes of its own, tied to the test. */
export interface LibvirtHostOptions {
  /** Everything of it lies below; short, unix sockets must fit. */
  dir: string;
  /** Its host name. */
  name: string;
  /** `own` (default): nothing of it shows in the machine's network, clients inside run by `exec`. `machine`: guests are reachable from here. */
  network?: 'own' | 'machine';
  /** Listens on TCP there, without authentication; only in a network of its own. */
  listenAddress?: string;
  /** Lines of libvirtd.conf that replace or add to the usual. */
  settings?: string[];
  /** Names that it knows besides its own. */
  hosts?: Record<string, string>;
  /** Bash lines that run inside before its daemons start. */
  prepare?: string;
}

/** A private libvirt host for tests; see `tools/setup/private-libvirt` for what it is made of. */
export interface LibvirtHost {
  readonly name: string;
  /** For virsh and other clients; works from outside its namespaces. */
  readonly uri: string;
  /** The daemon's socket. */
  readonly socket: string;
  /** Its directories as seen from outside: `/var/lib/libvirt` inside is `stateDirs.lib` here, and so on. */
  readonly stateDirs: { run: string; lib: string; etc: string; cache: string; log: string };
  /** For disks: the same path inside and outside. */
  readonly diskDir: string;
  /** libvirtd's process id; undefined while it is down. */
  readonly pid: number | undefined;
  /** The process whose death ends the whole host. */
  readonly keeperPid: number;
  /** Everything that runs inside: daemons, dnsmasq, guests. */
  processes(): InsideProcess[];
  /** The files that take a process into its control groups; empty where the machine gives none. */
  readonly cgroupDoors: readonly string[];
  /** Ids of the QEMU processes, by domain name. */
  guestPids(): Map<string, number>;
  /** A signal for libvirtd alone; guests go on. With SIGKILL it waits for the end. */
  kill(signal: NodeJS.Signals): Promise<void>;
  /** Ends libvirtd when it runs, starts it again and waits until it answers. */
  restart(): Promise<void>;
  /** Ends the host, guests included, and takes away all that it left on the machine but its directory. */
  stop(): Promise<void>;
  /** Runs virsh on it; its output. Rejects with what virsh said. */
  virsh(...args: string[]): Promise<string>;
  /** Runs a command inside its namespaces; its output. */
  exec(command: string[], options?: { input?: string }): Promise<string>;
  /** The command line that runs a command inside, for callers that spawn it themselves. */
  inside(command: string[]): string[];
  /** What its daemons logged last. */
  logTail(): string;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a libvirt host that lives as long as the test's process at most. */
export async function startLibvirtHost(options: LibvirtHostOptions): Promise<LibvirtHost> {
  const { dir, name, network = 'own', listenAddress, settings, hosts, prepare } = options;
  const host = await startPrivateLibvirt({
    dir: join(dir, name),
    hostname: name,
    ownNetwork: network === 'own',
    tied: true,
    ...(listenAddress && { listenAddress }),
    ...(settings && { settings }),
    ...(hosts && { hosts }),
    ...(prepare && { prepare }),
  });
  const diskDir = join(dir, name, 'disks');
  mkdirSync(diskDir, { recursive: true });
  const inside = (directory: string) => join(host.dir, directory);
  return {
    name,
    uri: host.uri,
    socket: host.socket,
    stateDirs: {
      run: inside('run'),
      lib: inside('lib'),
      etc: inside('etc'),
      cache: inside('cache'),
      log: inside('log'),
    },
    diskDir,
    keeperPid: host.keeperPid,
    get pid() {
      return host.libvirtdPid;
    },
    processes: () => host.processes(),
    cgroupDoors: host.cgroupDoors,
    guestPids: () => guestPids(host),
    kill: async (signal) => {
      const pid = host.libvirtdPid;
      if (signal === 'SIGSTOP' && pid !== undefined) await standStill(pid);
      else await host.kill(signal);
    },
    restart: () => host.restart(),
    stop: () => host.stop(),
    virsh: (...args) => host.virsh(...args),
    exec: (command, execOptions) => host.exec(command, execOptions),
    inside: (command) => host.inside(command),
    logTail: () => host.logTail(),
    [Symbol.asyncDispose]: () => host.stop(),
  };
}

/** libvirt starts QEMU as `qemu-system-… -name guest=NAME,debug-threads=on …`. */
function guestPids(host: PrivateLibvirt): Map<string, number> {
  const guests = host.processes().filter(({ name }) => name.startsWith('qemu-system'));
  return new Map(
    guests.flatMap(({ pid, command }) => {
      const name = /^guest=([^,]+)/.exec(command[command.indexOf('-name') + 1] ?? '')?.[1];
      return name ? [[name, pid] as const] : [];
    }),
  );
}
