import { ChronovirtError } from '@chronovirt/contract';
import type { Link } from '../ports/journal.ts';

/** The journal does not answer just now. */
export class JournalUnreachableError extends ChronovirtError {
  constructor(message: string, cause?: unknown) {
    super('JOURNAL_UNREACHABLE', message, { retry: 'later', cause });
  }
}

/** A link whose state is set from outside: by a connection's events, or by a test that cuts it. */
export class LinkSwitch implements Link {
  readonly #listeners = new Set<(up: boolean) => void>();
  readonly #waiting = new Set<{ resolve: () => void; reject: (reason: unknown) => void }>();
  readonly #probe: () => Promise<void>;
  #up: boolean;
  #ended: { reason: unknown } | undefined;

  /** `probe` makes one round trip to the server. */
  constructor(up: boolean, probe: () => Promise<void>) {
    this.#up = up;
    this.#probe = probe;
  }

  up(): boolean {
    return this.#up;
  }

  /** Says how it is now; listeners hear of changes only. Without effect after `end`. */
  set(up: boolean): void {
    if (this.#ended || up === this.#up) return;
    this.#up = up;
    if (up) {
      for (const { resolve } of this.#waiting) resolve();
      this.#waiting.clear();
    }
    for (const listener of this.#listeners) listener(up);
  }

  /** It never comes back: who waits now or later gets `reason`. */
  end(reason: unknown): void {
    if (this.#ended) return;
    this.set(false);
    this.#ended = { reason };
    for (const { reject } of this.#waiting) reject(reason);
    this.#waiting.clear();
    this.#listeners.clear();
  }

  whenUp(signal?: AbortSignal): Promise<void> {
    if (this.#ended) return Promise.reject(this.#ended.reason);
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#up) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const waiter = { resolve: () => done(resolve), reject: (reason: unknown) => done(() => reject(reason)) };
      const abort = () => waiter.reject(signal?.reason);
      const done = (settle: () => void) => {
        this.#waiting.delete(waiter);
        signal?.removeEventListener('abort', abort);
        settle();
      };
      this.#waiting.add(waiter);
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  async roundTrip(): Promise<void> {
    if (this.#ended) throw this.#ended.reason;
    if (!this.#up) throw new JournalUnreachableError('the link to the journal is down');
    await this.#probe();
  }

  onChange(listener: (up: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
