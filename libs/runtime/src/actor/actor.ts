/**
 * The actor of one history on one host (an instance's, or on the spine a host's): a mailbox whose items become turns.
 *
 *   TURN   decide -> append (compare-and-set) -> fold -> answer -> settle
 *
 * A turn awaits the journal, never the hypervisor. Memory never runs ahead of the journal (I3): the next state becomes the state only
 * when its message is stored. `settle` makes the world follow: permits of ops that are no longer due are revoked, the alarm is set,
 * and if the lane is free the due effect begins.
 */
import type { CommandId, Due, Observation } from '@chronovirt/contract';
import type { Decision, TurnDecision } from '@chronovirt/machines';
import { Lane } from '../effects/lane.ts';
import { whyUnreadable, type Stored } from '../ports/journal.ts';
import { JournalFault } from '../ports/journal-fault.ts';
import type { ActorHost } from './actor-host.ts';
import type { ActorItem, ActorState, Aggregate } from './aggregate.ts';
import type { Halt } from './halt.ts';
import type { CommandReply } from './reply.ts';

/** The mailbox also takes the news that the history has a message which this process did not write. */
type Read = { readonly kind: 'read'; readonly last: Stored };

interface Entry<S, C, L> {
  readonly item: ActorItem<C, L> | Read;
  readonly reply: ((reply: CommandReply<S>) => void) | undefined;
}

const notOfThisKind = { code: 'NOT_A_MESSAGE', text: 'a message of another kind of history' } as const;

/** Effects that go before all others when several are due. */
const first = 'destroy';

const LONGEST_WAIT_MS = 24 * 60 * 60 * 1000;

/** What an actor has that rests, and most do. */
const noLanes = new Map<string, never>();
const noOps: ReadonlySet<number> = new Set();

export class Actor<S extends ActorState, C extends { readonly id: CommandId }, L, D> {
  /** Token of the history: an instance's UUID, or what names a host. */
  readonly id: string;
  readonly #host: ActorHost<S, C, L, D>;
  readonly #kind: Aggregate<S, C, L, D>;
  #state: S | null;
  #seq: number;
  #halt: Halt | null = null;
  #mailbox: Entry<S, C, L>[] = [];
  #turning = false;
  #lanes: ReadonlyMap<string, Lane<S, D>> = noLanes;
  #needsBarrier: boolean;
  #cancelTimer: (() => void) | null = null;
  /** Op whose alarm stands in the mailbox, so that it stands there once. */
  #alarmedOp = 0;
  /** Ops whose effects have ended while their outcomes still wait for their turns: they are not begun again meanwhile. */
  #endedOps = noOps;
  /** What was heard, and when: a look is owed since. */
  #owedLook: { readonly heard: string; readonly at: number } | null = null;
  #looking = false;
  #cancelRecheck: (() => void) | null = null;

  /** `recovered`: made from a stored message of an earlier process, so a predecessor's calls may still run. */
  constructor(host: ActorHost<S, C, L, D>, id: string, from: { state: S | null; seq: number; recovered: boolean }) {
    this.#host = host;
    this.#kind = host.aggregate;
    this.id = id;
    this.#state = from.state;
    this.#seq = from.seq;
    this.#needsBarrier = from.recovered;
    this.#rest();
    if (this.#wakesAt() !== null) this.#armTimer(this.#state === null ? [] : this.#kind.due(this.#state));
  }

  get state(): S | null {
    return this.#state;
  }

  /** Sequence of the last message of this history on this host; 0 = none. */
  get seq(): number {
    return this.#seq;
  }

  get halted(): Halt | null {
    return this.#halt;
  }

  /** Nothing waits, runs or is due: the actor may be dropped and made again from its last message. */
  get idle(): boolean {
    return !this.#turning && this.#mailbox.length === 0 && !this.#isBusy && !this.#looking && this.#owedLook === null;
  }

  halt(halt: Halt): void {
    this.#halt = halt;
    for (const lane of this.#lanes.values()) lane.cancel(`halted: ${halt.message}`);
    this.#host.log.error({ instance: this.id, ...halt }, 'instance halted');
    this.#host.onHalt(this.id, halt);
  }

  /** A command; resolves with its answer once that is stored. */
  command(command: C): Promise<CommandReply<S>> {
    return this.#ask({ kind: 'command', command });
  }

  /** An order or a message from another segment of this history. */
  link(link: L): Promise<CommandReply<S>> {
    return this.#ask({ kind: 'link', link });
  }

  /** After a start: the due effect is announced again and run; a resting instance is compared with what the bulk look saw. */
  resume(seen: Observation | undefined): void {
    if (this.#state === null) return;
    const due = this.#kind.due(this.#state);
    for (const effect of due) this.#push({ kind: 'resume', op: effect.op, attempt: effect.attempt + 1 });
    if (due.length === 0 && this.#kind.differs(this.#state, seen)) this.hint('comparison after a start');
  }

  /** A message of the history was found that this process did not write; it is folded, and what it makes due begins. Resolves then. */
  readOn(last: Stored): Promise<void> {
    return new Promise((resolve) => this.#push({ kind: 'read', last }, () => resolve()));
  }

  /** It waits for others, who may have written into its history without a word to this process. */
  get waits(): boolean {
    return this.#state !== null && this.#halt === null && this.idle && this.#kind.waits?.(this.#state) === true;
  }

  /** What the host allows has changed: effects that may not go on lose their permits, others begin, looks that are owed take place. */
  reconsider(): void {
    for (const lane of this.#lanes.values())
      if (lane.runningMethod !== null && !this.#host.mayRun(lane.runningMethod))
        lane.cancel('the term of the host is over');
    if (!this.#turning) this.#settle();
    void this.#lookIfFree();
  }

  /** Whether an effect runs that the host's standing does not allow. */
  get isRunningForbidden(): boolean {
    for (const lane of this.#lanes.values())
      if (lane.runningMethod !== null && !this.#host.mayRun(lane.runningMethod)) return true;
    return false;
  }

  /** Something may have changed: look as soon as nothing is under way. */
  hint(heard: string): void {
    if (this.#halt !== null) return;
    this.#owedLook = { heard, at: this.#host.clock.now() };
    void this.#lookIfFree();
  }

  /** What a bulk look saw of it: worth a look of its own when it differs from what is recorded. */
  compare(seen: Observation | undefined, why: string): void {
    if (this.#state !== null && this.#halt === null && this.#kind.differs(this.#state, seen)) this.hint(why);
  }

  /** The host serves again: what backs off for want of an answer tries now. */
  wake(): void {
    this.#startDue(true);
  }

  /** Ends the actor's work without touching anything: no new effect begins, the running one is revoked. */
  close(why: string): void {
    this.#cancelTimer?.();
    this.#cancelRecheck?.();
    for (const lane of this.#lanes.values()) lane.cancel(why);
  }

  get #isBusy(): boolean {
    for (const lane of this.#lanes.values()) if (lane.busy) return true;
    return false;
  }

  #ask(item: ActorItem<C, L>): Promise<CommandReply<S>> {
    return new Promise((resolve) => this.#push(item, resolve));
  }

  #push(item: ActorItem<C, L> | Read, reply?: (reply: CommandReply<S>) => void): void {
    this.#mailbox.push({ item, reply });
    if (!this.#turning) void this.#run();
  }

  async #run(): Promise<void> {
    this.#turning = true;
    try {
      for (let entry = this.#mailbox.shift(); entry !== undefined; entry = this.#mailbox.shift())
        await this.#turn(entry);
    } finally {
      this.#turning = false;
      this.#rest();
    }
    void this.#lookIfFree();
  }

  /** Gives back what only an actor at work needs. */
  #rest(): void {
    if (this.#state === null || !this.idle || this.#kind.due(this.#state).length > 0) return;
    this.#state = this.#kind.atRest?.(this.#state) ?? this.#state;
    if (this.#lanes.size === 0) return;
    this.#needsBarrier = [...this.#lanes.values()].some(({ needsBarrier }) => needsBarrier);
    this.#lanes = noLanes;
  }

  async #turn({ item, reply }: Entry<S, C, L>): Promise<void> {
    try {
      if (item.kind === 'read') {
        if (this.#halt === null && item.last.seq > this.#seq) await this.#catchUp(item.last);
        reply?.(this.#accepted());
        return this.#settle();
      }
      if (this.#halt !== null && !(await this.#host.reviveForDelete(this, item)))
        return reply?.(this.#haltedReply(this.#halt));
      const answer = await this.#decideAndStore(item);
      reply?.(answer);
    } catch (error) {
      this.#onTurnError(error);
      reply?.({
        kind: 'error',
        code: error instanceof JournalFault ? error.code : 'HALTED',
        message: error instanceof Error ? error.message : String(error),
      });
    }
    if (item.kind === 'outcome') this.#endedOps = this.#endedOps.difference(new Set([item.op]));
    this.#settle();
  }

  /** Takes over a state found in an older message, so that a halted history can be ended by a delete. */
  revive(state: S): void {
    this.#state = state;
    this.#halt = null;
    this.#expectOthersCalls();
  }

  async #decideAndStore(item: ActorItem<C, L>): Promise<CommandReply<S>> {
    for (;;) {
      const sent = this.#host.lease.now();
      const at = Math.max(sent.wall, this.#state?.actor.at ?? 0);
      const env = this.#host.env(this.id, at, this.#seq);
      // An outcome may change what the instance is made from: that is known then, though others were read since.
      if (item.kind === 'outcome' && this.#host.specs.known(this.id) === undefined) await this.#loadSpec(this.#state);
      const decision = this.#kind.decide(this.#state, item, env, this.#host.specs.known(this.id));
      if (decision.kind === 'nothing') {
        // No append would tell that others have written into this history: an answer to their order must not rest on old memory.
        const last = item.kind === 'link' ? await this.#lastStored() : null;
        if (last === undefined) return unreadable;
        if (last === null || last.seq <= this.#seq) return this.#nothing(decision);
        await this.#catchUp(last);
        continue;
      }
      if (decision.kind === 'answer') return this.#answer(decision.answer);
      if (isWantingSpec(decision) && (await this.#loadSpec(this.#state)) !== undefined) continue;
      const message = this.#host.messages.build(this.id, at, decision, this.#kind.machine);
      const appended = await this.#host.journal.append(message as never, this.#seq, this.#host.closing);
      if (appended.kind === 'conflict') {
        await this.#catchUp(appended.last);
        continue;
      }
      this.#host.onAppended(sent);
      this.#fold(decision, appended.seq);
      this.#host.onStored(appended.seq, message);
      const answer =
        decision.answer &&
        (this.#state?.actor.answered.find(({ id }) => id === decision.answer?.id) ?? decision.answer);
      return answer ? this.#answer({ ...answer, seq: answer.seq || appended.seq }) : this.#accepted();
    }
  }

  #fold(decision: TurnDecision<S>, seq: number): void {
    this.#state = this.#kind.settled(decision.next, seq);
    this.#seq = seq;
    this.#revoke();
  }

  /** In the same breath as the state changes: between the two a running effect would still find its permit good (I1). */
  #revoke(): void {
    if (this.#state === null || this.#lanes.size === 0) return;
    const due = this.#kind.due(this.#state);
    for (const lane of this.#lanes.values()) {
      const running = lane.runningOp;
      if (running !== null && !due.some(({ op }) => op === running)) lane.cancel(`op ${running} is no longer due`);
    }
  }

  /**
   * The subject's last message is not the one that we decided on. A fence or a newer epoch: fold it and take the new role. An older
   * incarnation of this host: its last append landed late; fold and decide again. A newer one: it has taken over; this process ends.
   */
  async #catchUp(last: Stored | null): Promise<void> {
    if (last === null)
      throw new JournalFault(
        'JOURNAL_MISSING',
        `the history of ${this.id} is gone: expected sequence ${this.#seq}, found none`,
      );
    const newest = this.#kind.messageIn(last);
    if (newest !== null && this.#host.isSuperseded(newest)) {
      this.#host.onSuperseded(newest);
      throw new JournalFault('JOURNAL_CLOSED', 'a newer process of this host has taken over');
    }
    for await (const stored of this.#host.journal.read(this.#host.host, this.id, { from: this.#seq + 1 })) {
      const message = this.#kind.messageIn(stored);
      if (message === null) {
        const { code, text } = whyUnreadable(stored) ?? notOfThisKind;
        this.halt({ code, message: text, seq: stored.seq });
        throw new JournalFault('JOURNAL_CLOSED', text);
      }
      let state = this.#state;
      for (const event of message.events) state = this.#kind.evolve(state, event, message);
      this.#state = state === null ? null : this.#kind.settled(state, stored.seq);
      this.#seq = stored.seq;
      this.#revoke();
    }
    this.#expectOthersCalls();
  }

  /** The last message of the history as the journal has it; undefined = it does not answer just now. */
  async #lastStored(): Promise<Stored | null | undefined> {
    try {
      return await this.#host.journal.last(this.#host.host, this.id);
    } catch (error) {
      if (error instanceof JournalFault) throw error;
      return undefined;
    }
  }

  /** Another process has acted for this instance: its calls may still run in the hypervisor. */
  #expectOthersCalls(): void {
    this.#needsBarrier = true;
    for (const lane of this.#lanes.values()) lane.needsBarrier = true;
  }

  #onTurnError(error: unknown): void {
    if (this.#host.closing.aborted) return;
    const code = error instanceof JournalFault ? error.code : 'FAULT';
    if (this.#halt === null)
      this.halt({ code, message: error instanceof Error ? error.message : String(error), seq: this.#seq });
  }

  #settle(): void {
    if (this.#state === null || this.#halt !== null) return;
    this.#startDue(false);
    this.#armTimer(this.#kind.due(this.#state));
  }

  #startDue(wake: boolean): void {
    if (this.#state === null || this.#halt !== null || this.#host.closing.aborted) return;
    const now = this.#host.clock.now();
    const ready = this.#kind
      .due(this.#state)
      .filter(
        ({ op, method, notBefore }) =>
          !this.#endedOps.has(op) && this.#host.mayRun(method) && (wake || notBefore === null || notBefore <= now),
      )
      .toSorted((a, b) => Number(b.method === first) - Number(a.method === first) || a.op - b.op);
    const begun = new Set<string>();
    for (const due of ready) {
      const name = this.#kind.laneOf(due);
      if (begun.has(name) || (this.#lanes.get(name)?.busy ?? false)) continue;
      begun.add(name);
      void this.#begin(this.#laneOf(name), due, this.#state);
    }
  }

  #laneOf(name: string): Lane<S, D> {
    const known = this.#lanes.get(name);
    if (known !== undefined) return known;
    const lane = new Lane<S, D>(this.#host.lanes, this.id);
    lane.needsBarrier = this.#needsBarrier;
    this.#lanes = new Map([...this.#lanes, [name, lane]]);
    return lane;
  }

  async #begin(lane: Lane<S, D>, due: Due, state: S): Promise<void> {
    const known = this.#host.specs.known(this.id);
    const spec = known === undefined ? await this.#loadSpec(state) : known;
    // While the spec was read another turn may have been folded: begin only what is still due.
    if (spec === undefined || lane.busy || this.#state === null) return;
    if (!this.#kind.due(this.#state).some(({ op }) => op === due.op) || !this.#host.mayRun(due.method)) return;
    const { epoch } = this.#state.actor;
    lane.start({ due, state: this.#state, spec, seq: this.#seq }, epoch, {
      finalLook: () => (this.#owedLook = null),
      outcome: (outcome) => {
        this.#endedOps = this.#endedOps.union(new Set([due.op]));
        this.#push({ kind: 'outcome', op: due.op, epoch, method: due.method, ...withoutUndefined(outcome) } as never);
      },
      free: () => {
        // The outcome's turn comes first: it decides what is due next.
        if (!this.#turning && this.#mailbox.length === 0) this.#settle();
        void this.#lookIfFree();
      },
    });
  }

  async #loadSpec(state: S | null): Promise<D | undefined> {
    if (state === null) return undefined;
    try {
      return await this.#host.specs.load(this.id, this.#kind.specSeq(state) || this.#seq);
    } catch (error) {
      this.halt({
        code: 'SPEC_UNREADABLE',
        message: error instanceof Error ? error.message : String(error),
        seq: this.#kind.specSeq(state),
      });
      return undefined;
    }
  }

  /** One timer per actor, for the earliest deadline or end of a back-off; where nothing is due, for what its policy does by itself. */
  #armTimer(due: readonly Due[]): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    const now = this.#host.clock.now();
    const times = due.flatMap(({ op, deadline, notBefore }) => [
      ...(op === this.#alarmedOp ? [] : [deadline]),
      ...(notBefore !== null && notBefore > now ? [notBefore] : []),
    ]);
    const wakesAt = due.length === 0 ? this.#wakesAt() : null;
    if (wakesAt !== null) times.push(wakesAt);
    if (times.length === 0) return;
    // A time far away is waited for in pieces: timers do not reach that far.
    const wait = Math.min(LONGEST_WAIT_MS, Math.max(0, Math.min(...times) - now));
    this.#cancelTimer = this.#host.clock.after(wait, () => this.#onTimer());
  }

  #onTimer(): void {
    if (this.#state === null || this.#halt !== null) return;
    const now = this.#host.clock.now();
    const due = this.#kind.due(this.#state);
    for (const { op, deadline } of due) {
      if (deadline > now || op === this.#alarmedOp) continue;
      this.#alarmedOp = op;
      // After a freeze all timers fire before answers that wait in the sockets are read: those get one round first.
      this.#host.clock.after(0, () => this.#push({ kind: 'alarm', op }));
    }
    const wakesAt = due.length === 0 ? this.#wakesAt() : null;
    // Its turn arms the timer anew.
    if (wakesAt !== null && wakesAt <= now) return this.#push({ kind: 'policy' });
    this.#startDue(false);
    this.#armTimer(due);
  }

  #wakesAt(): number | null {
    return this.#state === null ? null : (this.#kind.wakesAt?.(this.#state) ?? null);
  }

  /** A look happens only while nothing is under way; else it stays owed (a stale look would be taken for news). */
  async #lookIfFree(): Promise<void> {
    if (this.#host.isQuiet()) return;
    if (this.#owedLook === null || this.#looking || this.#turning || this.#isBusy || this.#halt !== null) return;
    if (this.#host.closing.aborted || (this.#state !== null && this.#kind.due(this.#state).length > 0)) return;
    const owed = this.#owedLook;
    this.#owedLook = null;
    this.#looking = true;
    const op = this.#state?.actor.op ?? 0;
    try {
      const observation = await this.#host.looks.look(this.id, this.#state);
      if (observation === null || this.#host.isQuiet()) return;
      if (observation.busy !== null) {
        // Under way to somewhere: no resting place to record. Look again soon; the end of it brings a hint of its own as a rule.
        this.#cancelRecheck ??= this.#host.clock.after(this.#host.policy.absenceRecheckMs * 4, () => {
          this.#cancelRecheck = null;
          this.hint(owed.heard);
        });
      } else if (this.#isBusy || (this.#state?.actor.op ?? 0) !== op) {
        this.#owedLook = owed;
      } else {
        this.#push({ kind: 'look', op, observation, heard: owed.heard, heardAt: owed.at });
      }
    } catch (error) {
      // No answer is no observation. The host's return is a hint for all.
      this.#host.log.debug({ instance: this.id, heard: owed.heard, error: String(error) }, 'look without an answer');
    } finally {
      this.#looking = false;
    }
    if (!this.#turning) void this.#lookIfFree();
  }

  #answer(answer: Extract<CommandReply<S>, { kind: 'answer' }>['answer']): CommandReply<S> {
    return { kind: 'answer', answer, host: this.#host.host, seq: this.#seq, state: this.#state };
  }

  /** A link that was taken, now or before; there is no command to answer. */
  #accepted(): CommandReply<S> {
    return { kind: 'linked', host: this.#host.host, seq: this.#seq, state: this.#state };
  }

  /** Nothing to store. What was done before counts as done; anything else tells the sender why not. */
  #nothing({ code, why }: Extract<Decision<S>, { kind: 'nothing' }>): CommandReply<S> {
    if (code === 'duplicate') return this.#accepted();
    return {
      kind: 'error',
      code: code === 'unknown' ? 'NO_SUCH_INSTANCE' : `NOT_TAKEN_${code.toUpperCase()}`,
      message: why,
    };
  }

  #haltedReply(halt: Halt): CommandReply<S> {
    return {
      kind: 'error',
      code: 'HALTED',
      message: `instance ${this.id} is halted (${halt.code}): ${halt.message}; only delete is taken`,
    };
  }
}

const unreadable = {
  kind: 'error',
  code: 'JOURNAL_UNREACHABLE',
  message: 'the history cannot be read just now; nothing was done',
} as const;

/** Optional fields that are undefined are left out: `exactOptionalPropertyTypes` tells them apart. */
function withoutUndefined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Partial<T>;
}

/** A command that changes the spec can only be decided with it; it is read from the history the first time that one is asked for. */
function isWantingSpec(decision: Decision<unknown>): boolean {
  return decision.kind === 'turn' && decision.answer?.kind === 'refused' && decision.answer.guard === 'specKnown';
}
