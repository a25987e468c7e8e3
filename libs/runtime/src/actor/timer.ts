import type { Due } from '@chronovirt/contract';
import type { Clock } from '../ports/clock.ts';

/** What a timer needs of the actor that it is of. */
export interface TimerHands {
  /** Effects that are due; null when nothing is to happen any more. */
  due(): readonly Due[] | null;
  /** Sequence of the message that the state is of. */
  seq(): number;
  /** When its policy has something to do by itself, in milliseconds since 1970; null = never, as it is. */
  wakesAt(): number | null;
  /** The deadline of an op has passed. */
  alarm(op: number): void;
  /** The policy's time has come. */
  policy(): void;
  /** Back-offs may have ended. */
  startDue(): void;
}

const LONGEST_WAIT_MS = 24 * 60 * 60 * 1000;

/** What its policy wanted and did not come to be stands in no message, so it would be due still: it is asked again after so long. */
const ASK_AGAIN_MS = 60_000;

/** One timer per actor, for the earliest deadline or end of a back-off; where nothing is due, for what its policy does by itself. */
export class Timer {
  readonly #clock: Clock;
  readonly #hands: TimerHands;
  #cancel: (() => void) | null = null;
  /** Op whose alarm stands in the mailbox, so that it stands there once. */
  #alarmedOp = 0;
  /** When the policy was asked last, and of which state; a later message may have changed what it is told. */
  #asked: { readonly seq: number; readonly at: number; readonly again: boolean } | null = null;

  constructor(clock: Clock, hands: TimerHands) {
    this.#clock = clock;
    this.#hands = hands;
  }

  get armed(): boolean {
    return this.#cancel !== null;
  }

  /** The policy was asked of this very state before. */
  get asksAgain(): boolean {
    return this.#asked?.seq === this.#hands.seq() && this.#asked.again;
  }

  arm(due: readonly Due[]): void {
    this.disarm();
    const now = this.#clock.now();
    const times = due.flatMap(({ op, deadline, notBefore }) => [
      ...(op === this.#alarmedOp ? [] : [deadline]),
      ...(notBefore !== null && notBefore > now ? [notBefore] : []),
    ]);
    const wakesAt = this.#wakesAt(due);
    if (wakesAt !== null) times.push(wakesAt);
    if (times.length === 0) return;
    // A time far away is waited for in pieces: timers do not reach that far.
    const wait = Math.min(LONGEST_WAIT_MS, Math.max(0, Math.min(...times) - now));
    this.#cancel = this.#clock.after(wait, () => this.#ring());
  }

  disarm(): void {
    this.#cancel?.();
    this.#cancel = null;
  }

  #ring(): void {
    this.#cancel = null;
    const due = this.#hands.due();
    if (due === null) return;
    const now = this.#clock.now();
    for (const { op, deadline } of due) {
      if (deadline > now || op === this.#alarmedOp) continue;
      this.#alarmedOp = op;
      // After a freeze all timers fire before answers that wait in the sockets are read: those get one round first.
      this.#clock.after(0, () => this.#hands.alarm(op));
    }
    const wakesAt = this.#wakesAt(due);
    if (wakesAt !== null && wakesAt <= now) {
      const seq = this.#hands.seq();
      this.#asked = { seq, at: now, again: this.#asked?.seq === seq };
      // Its turn arms the timer anew.
      return this.#hands.policy();
    }
    this.#hands.startDue();
    this.arm(due);
  }

  #wakesAt(due: readonly Due[]): number | null {
    const wakesAt = due.length === 0 ? this.#hands.wakesAt() : null;
    if (wakesAt === null || this.#asked?.seq !== this.#hands.seq()) return wakesAt;
    return Math.max(wakesAt, this.#asked.at + ASK_AGAIN_MS);
  }
}
