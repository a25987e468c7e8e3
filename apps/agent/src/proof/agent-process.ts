/** A real agent process that a test can kill -9 between any two of its messages. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('../main.ts', import.meta.url));

/** Fills Node's cache of compiled code: a process that is killed never writes it. */
export function warmUp(cache: string): void {
  execFileSync(process.execPath, [main, '--help'], { env: { ...process.env, NODE_COMPILE_CACHE: cache } });
}

export class AgentProcess {
  readonly pid: number;
  /** When it was started, on the monotonic clock of this process. */
  readonly began = performance.now();
  /** Resolves when it has read every history and serves all; rejects when it ends before. */
  readonly ready: Promise<void>;
  readonly ended: Promise<void>;
  readonly #child: ChildProcess;

  /** `log`: a file that what it says is appended to. `path`: the PATH in which it looks for programs. `cache`: where Node keeps compiled code. */
  constructor(options: {
    readonly config: string;
    readonly log: string;
    readonly path: string;
    readonly cache: string;
  }) {
    const log = openSync(options.log, 'a');
    // setpriv: should the test's process be killed, the agent goes with it.
    this.#child = spawn('setpriv', ['--pdeathsig', 'KILL', process.execPath, main, '--config', options.config], {
      stdio: ['ignore', log, log, 'ipc'],
      env: { ...process.env, PATH: options.path, NODE_COMPILE_CACHE: options.cache },
    });
    closeSync(log);
    this.pid = this.#child.pid ?? 0;
    this.ended = new Promise((resolve) => this.#child.once('exit', () => resolve()));
    this.ready = new Promise((resolve, reject) => {
      this.#child.once('message', () => resolve());
      this.#child.once('exit', (code, signal) => reject(new Error(`the agent ended: ${code ?? signal}`)));
    });
    this.ready.catch(() => {});
  }

  get lives(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null && !this.#child.killed;
  }

  /** At once: nothing of it goes on when this returns. */
  kill(): void {
    this.#child.kill('SIGKILL');
  }
}
