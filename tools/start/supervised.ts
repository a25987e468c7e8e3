/** Keeps a process of the system running: one that ends by itself is started again, unless it keeps ending. */
import type { Child, Ready } from './child.ts';

const LIMIT = 5;
const WITHIN_MS = 60_000;

export class Supervised {
  readonly name: string;
  readonly #start: () => Child;
  readonly #say: (line: string) => void;
  readonly #restartAfterMs: number;
  readonly #ends: number[] = [];
  readonly #gaveUp = Promise.withResolvers<string>();
  #child: Child;
  #isStopping = false;

  constructor(name: string, start: () => Child, say: (line: string) => void, restartAfterMs = 100) {
    this.#restartAfterMs = restartAfterMs;
    this.name = name;
    this.#start = start;
    this.#say = say;
    this.#child = this.#begin();
  }

  /** Resolves with the reason when it ended so often that it is not started again. */
  get gaveUp(): Promise<string> {
    return this.#gaveUp.promise;
  }

  get pid(): number | undefined {
    return this.#child.isOver ? undefined : this.#child.pid;
  }

  get isOver(): boolean {
    return this.#child.isOver;
  }

  /** It runs, and is ready. */
  get serves(): boolean {
    return this.#child.serves;
  }

  logTail(): string {
    return this.#child.logTail();
  }

  ready(timeoutMs: number): Promise<Ready> {
    return this.#child.ready(timeoutMs);
  }

  /** Its end is somebody else's doing from now on (the host that it runs on goes): it is not started again. */
  letGo(): void {
    this.#isStopping = true;
  }

  /** Sends it a signal, as it comes from outside: when it ends of it, it is started again. */
  signal(signal: NodeJS.Signals): void {
    this.#child.signal(signal);
  }

  async end(): Promise<void> {
    this.#isStopping = true;
    await this.#child.end();
  }

  #begin(): Child {
    const child = this.#start();
    void child.ended.then((code) => this.#onEnd(code));
    return child;
  }

  #onEnd(code: number | null): void {
    if (this.#isStopping) return;
    const now = performance.now();
    this.#ends.push(now);
    const recent = this.#ends.filter((at) => now - at < WITHIN_MS).length;
    const how = code === null ? 'was killed' : `ended with exit code ${code}`;
    if (recent > LIMIT) {
      this.#gaveUp.resolve(`${this.name} ${how}, ${recent} times within a minute:\n${this.#child.logTail()}`);
      return;
    }
    this.#say(`  ${this.name} ${how}: it is started again`);
    setTimeout(() => {
      if (!this.#isStopping) this.#child = this.#begin();
    }, this.#restartAfterMs);
  }
}
