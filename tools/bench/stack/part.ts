/** A process under measurement: started, told and asked things, killed. It dies with the measuring process. Its output goes to a file. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';

export interface Said {
  readonly ready?: boolean;
  readonly address?: string;
  readonly answer?: unknown;
}

export class Part {
  readonly name: string;
  readonly #logFile: string;
  readonly #child: ChildProcess;
  readonly #ended: Promise<number | null>;
  readonly #ready: Promise<Said>;
  readonly #answers: ((answer: unknown) => void)[] = [];

  constructor(name: string, logFile: string, command: readonly string[], environment: Record<string, string> = {}) {
    this.name = name;
    this.#logFile = logFile;
    const log = openSync(logFile, 'a', 0o600);
    this.#child = spawn('setpriv', ['--pdeathsig', 'KILL', ...command], {
      stdio: ['ignore', log, log, 'ipc'],
      env: { ...process.env, ...environment },
    });
    closeSync(log);
    this.#ended = new Promise((resolve) => this.#child.once('close', resolve));
    this.#ready = new Promise((resolve) =>
      this.#child.on('message', (said: Said) => {
        if (said.ready === true) resolve(said);
        else this.#answers.shift()?.(said.answer);
      }),
    );
  }

  /** It replaced `setpriv` in place, so this is the part's own. */
  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** What it said when it was ready; rejects with the end of its log when it ended before, or takes longer than a minute. */
  async ready(): Promise<Said> {
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => late.reject(this.#failure('was not ready within 60 s')), 60_000);
    try {
      return await Promise.race([this.#ready, this.endedEarly(), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Rejects when the process ends. */
  async endedEarly(): Promise<never> {
    throw this.#failure(`ended by itself (exit ${await this.#ended})`);
  }

  /** Asks it something; answers come in the order of the questions. */
  ask<T>(question: string): Promise<T> {
    return new Promise((resolve) => {
      this.#answers.push(resolve as (answer: unknown) => void);
      this.#child.send({ ask: question });
    });
  }

  /** `kill -9`; resolves when the process is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  async end(): Promise<void> {
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 10_000);
    await this.#ended;
    clearTimeout(timer);
  }

  #failure(what: string): Error {
    const tail = readFileSync(this.#logFile, 'utf8').trimEnd().split('\n').slice(-8).join('\n');
    return new Error(`${this.name} ${what}\n${tail}`);
  }
}
