import type { CommandId, Due } from '@chronovirt/contract';
import type { EffectOutcome } from '../effects/effect-run.ts';
import { Lane, type EffectProgress } from '../effects/lane.ts';
import type { ActorHost } from './actor-host.ts';
import type { ActorState } from './aggregate.ts';

/** What lanes need of the actor that they are of. */
export interface LaneHands<S, D> {
  state(): S | null;
  /** Sequence of the message that the state is of. */
  seq(): number;
  /** What effects need beyond the state; undefined when it cannot be read. */
  loadSpec(state: S): Promise<D | undefined>;
  /** The effect takes its last look itself: none is owed beside it. */
  onFinalLook(): void;
  onOutcome(due: Due, epoch: number, outcome: EffectOutcome): void;
  /** A lane is free again, after its outcome if there was one. */
  onFree(): void;
}

/** Effects that go before all others when several are due. */
const first = 'destroy';

/** The lanes of one actor: due effects begin in them, and lose their permits when they may not go on. */
export class Lanes<S extends ActorState, C extends { readonly id: CommandId }, L, D> {
  readonly #host: ActorHost<S, C, L, D>;
  readonly #id: string;
  readonly #hands: LaneHands<S, D>;
  readonly #lanes = new Map<string, Lane<S, D>>();
  /** Ops whose effects have ended while their outcomes still wait for their turns: they are not begun again meanwhile. */
  readonly #endedOps = new Set<number>();
  /** Of the lanes that are not made yet. */
  #needsBarrier: boolean;

  constructor(host: ActorHost<S, C, L, D>, id: string, needsBarrier: boolean, hands: LaneHands<S, D>) {
    this.#host = host;
    this.#id = id;
    this.#needsBarrier = needsBarrier;
    this.#hands = hands;
  }

  get busy(): boolean {
    for (const lane of this.#lanes.values()) if (lane.busy) return true;
    return false;
  }

  /** A predecessor's calls may still run. */
  get needsBarrier(): boolean {
    if (this.#lanes.size === 0) return this.#needsBarrier;
    return [...this.#lanes.values()].some(({ needsBarrier }) => needsBarrier);
  }

  /** What the effects that run say of themselves; those that have said nothing are left out. */
  get progress(): EffectProgress[] {
    return [...this.#lanes.values()].flatMap(({ progress }) => progress ?? []);
  }

  /** Whether an effect runs that the host's standing does not allow. */
  get runsForbidden(): boolean {
    for (const lane of this.#lanes.values()) if (this.#isForbidden(lane)) return true;
    return false;
  }

  /** Another process has acted: its calls may still run in the hypervisor. */
  expectOthersCalls(): void {
    this.#needsBarrier = true;
    for (const lane of this.#lanes.values()) lane.needsBarrier = true;
  }

  /** Begins what may begin; `wake`: also what backs off. */
  begin(due: readonly Due[], state: S, wake: boolean): void {
    const now = this.#host.clock.now();
    const ready = due
      .filter(
        ({ op, method, notBefore }) =>
          !this.#endedOps.has(op) && this.#host.mayRun(method) && (wake || notBefore === null || notBefore <= now),
      )
      .toSorted((a, b) => Number(b.method === first) - Number(a.method === first) || a.op - b.op);
    const begun = new Set<string>();
    for (const effect of ready) {
      const name = this.#host.aggregate.laneOf(effect);
      if (begun.has(name) || (this.#lanes.get(name)?.busy ?? false)) continue;
      begun.add(name);
      void this.#run(this.#laneOf(name), effect, state);
    }
  }

  /** Takes the permits of effects that are no longer due. */
  revoke(due: readonly Due[]): void {
    for (const lane of this.#lanes.values()) {
      const running = lane.runningOp;
      if (running !== null && !due.some(({ op }) => op === running)) lane.cancel(`op ${running} is no longer due`);
    }
  }

  cancelForbidden(why: string): void {
    for (const lane of this.#lanes.values()) if (this.#isForbidden(lane)) lane.cancel(why);
  }

  cancel(why: string): void {
    for (const lane of this.#lanes.values()) lane.cancel(why);
  }

  /** The outcome of an op has had its turn: if the op is due still, it may begin again. */
  outcomeTaken(op: number): void {
    this.#endedOps.delete(op);
  }

  /** While no lane is busy: forgets all but whether calls of others may still run. */
  rest(): void {
    this.#needsBarrier = this.needsBarrier;
    this.#lanes.clear();
  }

  #isForbidden({ runningMethod }: Lane<S, D>): boolean {
    return runningMethod !== null && !this.#host.mayRun(runningMethod);
  }

  #laneOf(name: string): Lane<S, D> {
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    const lane = new Lane<S, D>(this.#host.lanes, this.#id);
    lane.needsBarrier = this.#needsBarrier;
    this.#lanes.set(name, lane);
    return lane;
  }

  async #run(lane: Lane<S, D>, due: Due, decided: S): Promise<void> {
    const hands = this.#hands;
    const known = this.#host.specs.known(this.#id);
    const spec = known === undefined ? await hands.loadSpec(decided) : known;
    // While the spec was read another turn may have been folded: begin only what is still due.
    const state = hands.state();
    if (spec === undefined || lane.busy || state === null) return;
    if (!this.#host.aggregate.due(state).some(({ op }) => op === due.op) || !this.#host.mayRun(due.method)) return;
    const { epoch } = state.actor;
    lane.start({ due, state, spec, seq: hands.seq() }, epoch, {
      finalLook: () => hands.onFinalLook(),
      outcome: (outcome) => {
        this.#endedOps.add(due.op);
        hands.onOutcome(due, epoch, outcome);
      },
      free: () => hands.onFree(),
    });
  }
}
