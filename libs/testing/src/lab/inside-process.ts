/**
 * A process that runs inside a private libvirt host: its files, addresses and processes are that host's, and it is in the host's
 * control groups. It is killed with the host.
 *
 *   sh (machine)  joins the groups ── nsenter without a fork ──▶ sh (still the machine's) ── waits for ──▶ the command (inside)
 *
 * The waiting shell and not nsenter's own waits for it: nsenter stops itself when its child is stopped, and would outlive a frozen host.
 */
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { hasEnded, startTime } from '../../../../tools/setup/private-libvirt/processes.mjs';
import type { LibvirtHost } from './libvirt-host.ts';

export interface InsideOptions {
  /** Replaces the environment; default: that of this process. */
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** What stdout and stderr are: `inherit`, `ignore` (default), `pipe`, or a file descriptor for both. */
  readonly output?: 'inherit' | 'ignore' | 'pipe' | number;
  /** With Node's channel for messages, as `fork` makes it. */
  readonly ipc?: boolean;
}

/** A process inside a host, seen from outside. */
export interface InsideProcessHandle {
  /** Its id on this machine; signals reach it by this. */
  readonly pid: number;
  /** The channel and the pipes, when asked for. Its `pid` is that of the shell that waits outside, not the process's. */
  readonly child: ChildProcess;
  readonly lives: boolean;
  /** Resolves with its exit code; 128 + n when signal n ended it. */
  readonly ended: Promise<number>;
  /** Sends it a signal. One that has ended takes none. */
  kill(signal: NodeJS.Signals): void;
}

const ENTER = `while [ "$1" != -- ]; do echo $$ > "$1"; shift; done; shift; exec "$@"`;
/** The child's id as this side of the namespace numbers it goes out on channel 4, where there is one; an order to end is handed on. */
const WAIT = `setpriv --pdeathsig KILL "$@" 4>&- & pid=$!
{ echo $pid >&4; } 2>/dev/null; exec 4>&-
trap 'kill -TERM $pid' TERM
while :; do wait $pid; code=$?; kill -0 $pid 2>/dev/null || exit $code; done`;

/**
 * The command line that runs a command inside and ends as it ends, for callers that spawn it themselves. SIGTERM is handed on to the
 * command; with any other end of this command line it is killed.
 */
export function insideCommand(
  host: Pick<LibvirtHost, 'keeperPid' | 'cgroupDoors'>,
  command: readonly string[],
  { cwd }: Pick<InsideOptions, 'cwd'> = {},
): string[] {
  const groups = host.cgroupDoors.length > 0 ? ['--cgroup'] : [];
  const namespaces = ['--mount', '--uts', '--pid', '--net', ...groups, ...(cwd === undefined ? [] : [`--wd=${cwd}`])];
  const enter = ['nsenter', '--target', String(host.keeperPid), '--no-fork', ...namespaces];
  return ['sh', '-c', ENTER, 'sh', ...host.cgroupDoors, '--', ...enter, '--', 'sh', '-c', WAIT, 'sh', ...command];
}

/** Starts a command inside; resolves when it has its process id. Its end is told by `ended`, also when that comes at once. */
export async function spawnInside(
  host: Pick<LibvirtHost, 'keeperPid' | 'cgroupDoors'>,
  command: string,
  args: readonly string[],
  { env = process.env, cwd, output = 'ignore', ipc = false }: InsideOptions = {},
): Promise<InsideProcessHandle> {
  const stdio: StdioOptions = ['ignore', output, output, ipc ? 'ipc' : 'ignore', 'pipe'];
  const line = insideCommand(host, [command, ...args], cwd === undefined ? {} : { cwd });
  const child = spawn('sh', line.slice(1), { stdio, env });
  const exit = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>;
  const ended = exit.then(([code]) => code ?? 255);
  const said = (await (child.stdio[4] as Readable).setEncoding('utf8').toArray()).join('');
  const pid = Number(said.trim());
  if (!(pid > 0)) throw new Error(`${command} could not be started inside: the shell ended with ${await ended}`);
  const start = startTime(pid);
  const lives = (): boolean => start !== undefined && startTime(pid) === start && !hasEnded(pid);
  return {
    pid,
    child,
    ended,
    get lives() {
      return lives();
    },
    kill(signal) {
      if (lives()) process.kill(pid, signal);
    },
  };
}
