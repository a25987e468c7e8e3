import type { Stored } from '../ports/journal.ts';
import { Folding, isOutdated } from './folding.ts';

/** Histories that are kept at hand, at most, by default. A state of one takes some 4 KiB. */
const MOST = 2_048;

/**
 * The histories that a reader is in the middle of, whose states are of an older version: each is folded from its beginning once, and then on
 * from where it stood. Only for a reader that meets every message of theirs.
 *
 *   forgotten   what is up to date or over; of too many, the one that was met longest ago: it is folded from its beginning when it is met
 */
export class HistoriesAtHand {
  readonly #begin: (stored: Stored) => Promise<{ readonly folding: Folding; readonly now: Stored }>;
  readonly #most: number;
  readonly #foldings = new Map<string, Folding>();

  /** `begin`: folds the history of a message from its beginning up to it. */
  constructor(
    begin: (stored: Stored) => Promise<{ readonly folding: Folding; readonly now: Stored }>,
    { most = MOST }: { readonly most?: number } = {},
  ) {
    this.#begin = begin;
    this.#most = most;
  }

  /** This history begins with the next message of it. */
  beginWith(instance: string): void {
    this.#foldings.set(instance, new Folding());
  }

  /** The message as it can be used. */
  async take(stored: Stored): Promise<Stored> {
    const { instance } = stored;
    const known = this.#foldings.get(instance);
    this.#foldings.delete(instance);
    if (!isOutdated(stored)) {
      // What lies between cannot be read: no later one can be folded.
      if (known !== undefined && 'unreadable' in stored) {
        known.pass(stored);
        this.#foldings.set(instance, known);
      }
      return stored;
    }
    const { folding, now } =
      known === undefined ? await this.#begin(stored) : { folding: known, now: known.take(stored) };
    if (!folding.isOver) this.#keep(instance, folding);
    return now;
  }

  #keep(instance: string, folding: Folding): void {
    this.#foldings.set(instance, folding);
    if (this.#foldings.size <= this.#most) return;
    const oldest = this.#foldings.keys().next();
    if (!oldest.done) this.#foldings.delete(oldest.value);
  }
}
