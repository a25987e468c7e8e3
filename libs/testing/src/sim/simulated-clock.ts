/**
 * Virtual time. Nothing passes by itself: a test advances it, and timers fire in the order of their due time, those of one time in
 * the order in which they were set. Between two timers everything that can go on without time does, so a run is the same each time.
 */
import type { Clock } from '@chronovirt/runtime';

interface Timer {
  readonly due: number;
  readonly order: number;
  readonly callback: () => void;
}

/** The condition did not come true: nothing is left that time could bring, or the limit has passed. */
export class NothingHappensError extends Error {
  override readonly name = 'NothingHappensError';
}

export interface RunLimits {
  /** Virtual milliseconds after which waiting ends in an error; an hour unless said otherwise. */
  readonly limitMs?: number;
  /** What is waited for, for the error's text. */
  readonly what?: string;
}

const HOUR = 3_600_000;

export class SimulatedClock implements Clock {
  #wall: number;
  #monotonic = 0;
  #order = 0;
  /** Sorted by due time, then order. */
  readonly #timers: Timer[] = [];
  readonly #watchers = new Set<() => void>();

  /** @param startsAt wall time at the start, milliseconds since 1970 */
  constructor(startsAt = Date.UTC(2026, 0, 1)) {
    this.#wall = startsAt;
  }

  now(): number {
    return this.#wall;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  after(ms: number, callback: () => void): () => void {
    const timer = { due: this.#monotonic + Math.max(0, ms), order: this.#order++, callback };
    this.#timers.splice(this.#placeOf(timer), 0, timer);
    return () => {
      const index = this.#timers.indexOf(timer);
      if (index >= 0) this.#timers.splice(index, 1);
    };
  }

  /** Timers that are set and have not fired. */
  get pending(): number {
    return this.#timers.length;
  }

  /** Called after each timer, when all that it set off without time has gone on. Returns the way to stop. */
  onStep(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Lets everything go on that needs no time: promises, ticks, immediates. */
  async drain(): Promise<void> {
    for (let round = 0; round < 2; round++) await new Promise<void>((resolve) => setImmediate(resolve));
  }

  /** Lets `ms` pass, firing what becomes due at its own time. */
  async advance(ms: number): Promise<void> {
    const end = this.#monotonic + ms;
    await this.drain();
    for (let next = this.#timers[0]; next !== undefined && next.due <= end; next = this.#timers[0]) {
      await this.#fire(next);
    }
    this.#pass(end - this.#monotonic);
  }

  /** Goes from timer to timer until the condition holds; throws `NothingHappensError` when it cannot any more. */
  async runUntil(condition: () => boolean | Promise<boolean>, limits: RunLimits = {}): Promise<void> {
    const { limitMs = HOUR, what = 'the condition' } = limits;
    const end = this.#monotonic + limitMs;
    for (;;) {
      await this.drain();
      if (await condition()) return;
      const next = this.#timers[0];
      if (next === undefined) throw new NothingHappensError(`waiting for ${what}: no timer is left`);
      if (next.due > end) throw new NothingHappensError(`waiting for ${what}: not within ${limitMs} ms`);
      await this.#fire(next);
    }
  }

  /** Lets time pass until the promise settles, and answers as it does. */
  async settle<T>(promise: Promise<T>, limits: RunLimits = {}): Promise<T> {
    let settled = false;
    const note = (): void => {
      settled = true;
    };
    promise.then(note, note);
    await this.runUntil(() => settled, { what: 'a promise', ...limits });
    return promise;
  }

  /** The wall clock jumps (an operator, NTP); monotonic time and timers do not. */
  jumpWall(ms: number): void {
    this.#wall += ms;
  }

  /** The process stands still for `ms`, as in a debugger or under SIGSTOP: then all that became due fires at once, without a turn between. */
  async freeze(ms: number): Promise<void> {
    this.#pass(ms);
    const due = this.#timers.splice(0, this.#placeOf({ due: this.#monotonic, order: Infinity }));
    for (const timer of due) timer.callback();
    await this.drain();
  }

  async #fire(timer: Timer): Promise<void> {
    this.#timers.shift();
    this.#pass(Math.max(0, timer.due - this.#monotonic));
    timer.callback();
    await this.drain();
    for (const watcher of this.#watchers) watcher();
  }

  #pass(ms: number): void {
    this.#wall += ms;
    this.#monotonic += ms;
  }

  /** Index of the first timer that fires after the given one. */
  #placeOf({ due, order }: Pick<Timer, 'due' | 'order'>): number {
    let low = 0;
    let high = this.#timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.#timers[middle] as Timer;
      if (other.due < due || (other.due === due && other.order < order)) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
