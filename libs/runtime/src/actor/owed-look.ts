import type { Item } from '@chronovirt/machines';
import type { ActorHost } from './actor-host.ts';
import type { ActorState } from './aggregate.ts';

/** What an owed look needs of the actor that owes it. */
export interface LookHands<S> {
  state(): S | null;
  /** Whether an effect runs. */
  isBusy(): boolean;
  /** Whether nothing is under way or due that a look would disturb, or be disturbed by. */
  mayLook(): boolean;
  /** It was looked at; what was seen has its turn. */
  seen(item: Extract<Item, { kind: 'look' }>): void;
  /** It was under way to somewhere then, and is given time no longer. */
  lookAgain(heard: string): void;
  /** A look is over, whatever came of it. */
  ended(): void;
}

interface Heard {
  readonly heard: string;
  readonly at: number;
}

type LookHost<S extends ActorState> = Pick<
  ActorHost<S, never, never, never>,
  'looks' | 'isQuiet' | 'closing' | 'clock' | 'policy' | 'log'
>;

/** The look that an actor owes since something was heard: it happens only while nothing is under way (a stale look would be taken for news). */
export class OwedLook<S extends ActorState> {
  readonly #host: LookHost<S>;
  readonly #id: string;
  readonly #hands: LookHands<S>;
  /** A look is owed since that. */
  #owed: Heard | null = null;
  #looking = false;
  #cancelRecheck: (() => void) | null = null;

  constructor(host: LookHost<S>, id: string, hands: LookHands<S>) {
    this.#host = host;
    this.#id = id;
    this.#hands = hands;
  }

  /** A look is owed or under way. */
  get pending(): boolean {
    return this.#looking || this.#owed !== null;
  }

  /** Neither a look nor the time for one is awaited: it can be made anew when something is heard. */
  get settled(): boolean {
    return !this.pending && this.#cancelRecheck === null;
  }

  hear(heard: string): void {
    this.#owed = { heard, at: this.#host.clock.now() };
    this.takeIfFree();
  }

  /** Somebody else looks right now, later than what was heard. */
  forgive(): void {
    this.#owed = null;
  }

  takeIfFree(): void {
    if (this.#owed === null || this.#looking || this.#host.isQuiet() || this.#host.closing.aborted) return;
    if (this.#hands.mayLook()) void this.#take(this.#owed);
  }

  cancel(): void {
    this.#cancelRecheck?.();
  }

  async #take(owed: Heard): Promise<void> {
    this.#owed = null;
    this.#looking = true;
    const op = opOf(this.#hands.state());
    try {
      const observation = await this.#host.looks.look(this.#id, this.#hands.state());
      if (observation === null || this.#host.isQuiet()) return;
      if (observation.busy !== null) {
        // Under way to somewhere: no resting place to record. Look again soon; the end of it brings a hint of its own as a rule.
        this.#lookAgain(owed.heard);
      } else if (this.#hands.isBusy() || opOf(this.#hands.state()) !== op) {
        this.#owed = owed;
      } else {
        this.#hands.seen({ kind: 'look', op, observation, heard: owed.heard, heardAt: owed.at });
      }
    } catch (error) {
      // No answer is no observation. The host's return is a hint for all.
      this.#host.log.debug({ instance: this.#id, heard: owed.heard, error: String(error) }, 'look without an answer');
    } finally {
      this.#looking = false;
      this.#hands.ended();
    }
    this.takeIfFree();
  }

  #lookAgain(heard: string): void {
    this.#cancelRecheck ??= this.#host.clock.after(this.#host.policy.absenceRecheckMs * 4, () => {
      this.#cancelRecheck = null;
      this.#hands.lookAgain(heard);
    });
  }
}

/** Op of the last effect that was decided; a look that began under another one is stale. */
const opOf = (state: ActorState | null): number => state?.actor.op ?? 0;
