/** A process of the system: started, waited for until it says that it is ready, ended in order. Its output goes to a file. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';

export interface Ready {
  readonly address?: string;
}

export class Child {
  readonly name: string;
  readonly logFile: string;
  readonly #process: ChildProcess;
  readonly ended: Promise<number | null>;
  readonly #ready: Promise<Ready>;
  #over = false;
  #isReady = false;

  private constructor(name: string, logFile: string, child: ChildProcess) {
    this.name = name;
    this.logFile = logFile;
    this.#process = child;
    this.ended = new Promise((resolve) =>
      child.once('close', (code) => {
        this.#over = true;
        resolve(code);
      }),
    );
    this.#ready = new Promise((resolve) =>
      child.on('message', (message: { ready?: boolean }) => {
        if (message.ready !== true) return;
        this.#isReady = true;
        resolve(message as Ready);
      }),
    );
  }

  /**
   * Starts a command whose output is added to `logFile`. A Ctrl-C at the terminal is not passed on to it: it ends when it is told, and
   * is killed when this process dies without a word: a second NATS server on the same store must never meet it.
   */
  static start(name: string, logFile: string, command: readonly string[]): Child {
    const log = openSync(logFile, 'a', 0o600);
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', ...command], {
      stdio: ['ignore', log, log, 'ipc'],
      detached: true,
    });
    closeSync(log);
    child.once('error', () => {});
    return new Child(name, logFile, child);
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  get isOver(): boolean {
    return this.#over;
  }

  /** It has said that it is ready, and has not ended. */
  get serves(): boolean {
    return this.#isReady && !this.#over;
  }

  /** Resolves with what it said when it was ready; rejects with the end of its log when it ended first or takes too long. */
  async ready(timeoutMs: number): Promise<Ready> {
    const timer = Promise.withResolvers<'late'>();
    const handle = setTimeout(() => timer.resolve('late'), timeoutMs);
    const first = await Promise.race([this.#ready, this.ended.then((code) => ({ code })), timer.promise]);
    clearTimeout(handle);
    if (first === 'late') throw new Error(`${this.name} was not ready within ${timeoutMs / 1000} s\n${this.logTail()}`);
    if ('code' in first)
      throw new Error(`${this.name} ended at its start (exit ${String(first.code)})\n${this.logTail()}`);
    return first;
  }

  signal(signal: NodeJS.Signals): void {
    if (!this.#over) this.#process.kill(signal);
  }

  /** Ends it; a process that does not end within the time is killed. */
  async end(timeoutMs = 15_000): Promise<void> {
    if (this.#over) return;
    this.#process.kill('SIGTERM');
    const handle = setTimeout(() => this.#process.kill('SIGKILL'), timeoutMs);
    await this.ended;
    clearTimeout(handle);
  }

  logTail(lines = 12): string {
    try {
      return readFileSync(this.logFile, 'utf8').trimEnd().split('\n').slice(-lines).join('\n');
    } catch {
      return '';
    }
  }
}
