/**
 * A process that can be killed without a process: what it has under way is never answered, its timers never fire, and nothing that it
 * would do afterwards reaches the world. What it had already sent takes its course, as with a real kill -9. Frozen, as by SIGSTOP, it
 * stands still in the same way until it is thawed; then all that waits for it comes at once.
 */
import type { TurnMessage } from '@chronovirt/contract';
import type { Appended, Clock, Journal, Link, Stored } from '@chronovirt/runtime';

const never = new Promise<never>(() => {});

export class Fate {
  #dead = false;
  #frozen: { readonly thawed: Promise<void>; readonly thaw: () => void; readonly waiting: (() => void)[] } | null =
    null;

  get dead(): boolean {
    return this.#dead;
  }

  get frozen(): boolean {
    return this.#frozen !== null;
  }

  kill(): void {
    this.#dead = true;
  }

  freeze(): void {
    if (this.#frozen !== null) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#frozen = { thawed: promise, thaw: resolve, waiting: [] };
  }

  /** Timers that became due fire first, one after the other, then the answers are read. */
  thaw(): void {
    const frozen = this.#frozen;
    this.#frozen = null;
    if (frozen === null || this.#dead) return;
    for (const callback of frozen.waiting) callback();
    frozen.thaw();
  }

  /** Calls back at once, or when the process is thawed; never when it is dead. */
  whenAwake(callback: () => void): void {
    if (this.#dead) return;
    if (this.#frozen === null) callback();
    else this.#frozen.waiting.push(callback);
  }

  /** The promise's result if the process still lives when it comes. */
  async outlive<T>(promise: Promise<T>): Promise<T> {
    try {
      const value = await promise;
      await this.awake();
      return this.#dead ? never : value;
    } catch (error) {
      await this.awake();
      if (this.#dead) return never;
      throw error;
    }
  }

  /** Resolves when the process is not frozen. */
  async awake(): Promise<void> {
    while (this.#frozen !== null) await this.#frozen.thawed;
  }

  clock(clock: Clock): Clock {
    return {
      now: () => clock.now(),
      monotonic: () => clock.monotonic(),
      after: (ms, callback) => clock.after(ms, () => this.whenAwake(callback)),
    };
  }

  /** `onAppend` is called before and after each append with its number; killing there is killing between two steps of a turn. */
  journal(
    journal: Journal,
    onAppend: (n: number, when: 'before' | 'after', message: TurnMessage) => void = () => {},
  ): Journal {
    return new MortalJournal(journal, this, onAppend);
  }
}

class MortalJournal implements Journal {
  readonly #journal: Journal;
  readonly #fate: Fate;
  readonly #onAppend: (n: number, when: 'before' | 'after', message: TurnMessage) => void;
  #appends = 0;

  constructor(
    journal: Journal,
    fate: Fate,
    onAppend: (n: number, when: 'before' | 'after', message: TurnMessage) => void,
  ) {
    this.#journal = journal;
    this.#fate = fate;
    this.#onAppend = onAppend;
  }

  get link(): Link {
    return this.#journal.link;
  }

  async append(message: TurnMessage, expectedSeq: number, signal?: AbortSignal): Promise<Appended> {
    const n = ++this.#appends;
    this.#onAppend(n, 'before', message);
    if (this.#fate.dead) return never;
    const appended = await this.#fate.outlive(this.#journal.append(message, expectedSeq, signal));
    this.#onAppend(n, 'after', message);
    return this.#fate.dead ? never : appended;
  }

  last(host: string, instance: string): Promise<Stored | null> {
    return this.#alive(() => this.#journal.last(host, instance));
  }

  end(host: string): Promise<number> {
    return this.#alive(() => this.#journal.end(host));
  }

  get(host: string, seq: number): Promise<Stored | null> {
    return this.#alive(() => this.#journal.get(host, seq));
  }

  lastOfAll(host: string, which?: 'open'): AsyncIterable<Stored> {
    return this.#each(this.#journal.lastOfAll(host, which));
  }

  read(host: string, instance: string, range?: { from?: number; to?: number }): AsyncIterable<Stored> {
    return this.#each(this.#journal.read(host, instance, range));
  }

  feed(host: string, since: number, signal: AbortSignal): AsyncIterable<Stored> {
    return this.#each(this.#journal.feed(host, since, signal));
  }

  hosts(): Promise<string[]> {
    return this.#alive(() => this.#journal.hosts());
  }

  provision(host: string): Promise<void> {
    return this.#alive(() => this.#journal.provision(host));
  }

  fill(host: string): number {
    return this.#journal.fill(host);
  }

  async close(): Promise<void> {}

  #alive<T>(call: () => Promise<T>): Promise<T> {
    return this.#fate.dead ? never : this.#fate.outlive(call());
  }

  async *#each(source: AsyncIterable<Stored>): AsyncIterable<Stored> {
    for await (const stored of source) {
      await this.#fate.awake();
      if (this.#fate.dead) await never;
      yield stored;
    }
  }
}
