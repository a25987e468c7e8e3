import type { CommandId, Due } from '@chronovirt/contract';
import type { Item } from '@chronovirt/machines';
import type { ActorHost } from './actor-host.ts';
import type { ActorState } from './aggregate.ts';
import { Lanes } from './lanes.ts';
import { OwedLook } from './owed-look.ts';
import { Timer } from './timer.ts';

/** What work needs of the actor that does it. */
export interface WorkHands<S, D> {
  state(): S | null;
  /** Sequence of the message that the state is of. */
  seq(): number;
  isHalted(): boolean;
  isTurning(): boolean;
  /** What effects need beyond the state; undefined when it cannot be read. */
  loadSpec(state: S): Promise<D | undefined>;
  /** Into the mailbox. */
  push(item: Exclude<Item, { kind: 'command' | 'link' }>): void;
  /** A look is owed anew. */
  hint(heard: string): void;
  /** Something has ended that needs no turn: perhaps nothing is under way any more. */
  rest(): void;
}

/**
 * What an actor has under way in the world: effects in its lanes, the look that it owes, its timer. Made when there is something to do and
 * given back when nothing is: an actor that rests has none, and most rest.
 */
export class Work<S extends ActorState, C extends { readonly id: CommandId }, L, D> {
  readonly lanes: Lanes<S, C, L, D>;
  readonly look: OwedLook<S>;
  readonly timer: Timer;
  readonly #host: ActorHost<S, C, L, D>;
  readonly #hands: WorkHands<S, D>;

  constructor(host: ActorHost<S, C, L, D>, id: string, needsBarrier: boolean, hands: WorkHands<S, D>) {
    this.#host = host;
    this.#hands = hands;
    this.lanes = new Lanes(host, id, needsBarrier, {
      state: () => hands.state(),
      seq: () => hands.seq(),
      loadSpec: (state) => hands.loadSpec(state),
      onFinalLook: () => this.look.forgive(),
      onOutcome: ({ op, method }, epoch, outcome) =>
        hands.push({ kind: 'outcome', op, epoch, method, ...withoutUndefined(outcome) } as never),
      onFree: () => {
        // The outcome's turn comes first: it decides what is due next.
        if (!hands.isTurning()) this.settle();
        this.look.takeIfFree();
      },
    });
    this.look = new OwedLook(host, id, {
      state: () => hands.state(),
      isBusy: () => this.lanes.busy,
      mayLook: () => !hands.isTurning() && !this.lanes.busy && !hands.isHalted() && this.#due().length === 0,
      seen: (item) => hands.push(item),
      lookAgain: (heard) => hands.hint(heard),
      ended: () => hands.rest(),
    });
    this.timer = new Timer(host.clock, {
      due: () => (hands.state() === null || hands.isHalted() ? null : this.#due()),
      seq: () => hands.seq(),
      wakesAt: () => this.#wakesAt(),
      alarm: (op) => hands.push({ kind: 'alarm', op }),
      policy: () => hands.push({ kind: 'policy' }),
      startDue: () => this.startDue(false),
    });
  }

  /** An effect runs, or a look is owed or under way. */
  get pending(): boolean {
    return this.lanes.busy || this.look.pending;
  }

  /** Makes the world follow the state: what is due begins, the timer is set. */
  settle(): void {
    if (this.#hands.state() === null || this.#hands.isHalted()) return;
    this.startDue(false);
    this.timer.arm(this.#due());
  }

  /** Begins what may begin; `wake`: also what backs off. */
  startDue(wake: boolean): void {
    const state = this.#hands.state();
    if (state === null || this.#hands.isHalted() || this.#host.closing.aborted) return;
    this.lanes.begin(this.#due(), state, wake);
  }

  /** No new effect begins, those that run are revoked. */
  close(why: string): void {
    this.timer.disarm();
    this.look.cancel();
    this.lanes.cancel(why);
  }

  /** While nothing is due or pending: true when no time is waited for either, so that it can be made anew when there is something to do. */
  rest(): boolean {
    this.lanes.rest();
    return this.look.settled && !this.timer.armed;
  }

  #due(): readonly Due[] {
    const state = this.#hands.state();
    return state === null ? [] : this.#host.aggregate.due(state);
  }

  #wakesAt(): number | null {
    const state = this.#hands.state();
    return state === null ? null : (this.#host.aggregate.wakesAt?.(state) ?? null);
  }
}

/** Optional fields that are undefined are left out: `exactOptionalPropertyTypes` tells them apart. */
function withoutUndefined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Partial<T>;
}
