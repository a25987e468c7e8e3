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
import type { Stored } from '../ports/journal.ts';
import { JournalFault } from '../ports/journal-fault.ts';
import type { ActorHost } from './actor-host.ts';
import type { ActorItem, ActorState, Aggregate } from './aggregate.ts';
import { foldOn } from './fold-on.ts';
import type { Halt } from './halt.ts';
import { brokenOff, halted, notTaken, unreadable } from './nothing-stored.ts';
import type { EffectProgress } from '../effects/lane.ts';
import type { CommandReply } from './reply.ts';
import { Work } from './work.ts';

/** The mailbox also takes the news that the history has a message which this process did not write. */
type Read = { readonly kind: 'read'; readonly last: Stored };

interface Entry<S, C, L> {
  readonly item: ActorItem<C, L> | Read;
  readonly reply: ((reply: CommandReply<S>) => void) | undefined;
}

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
  #needsBarrier: boolean;
  #work: Work<S, C, L, D> | null = null;

  /** `recovered`: made from a stored message of an earlier process, so a predecessor's calls may still run. */
  constructor(host: ActorHost<S, C, L, D>, id: string, from: { state: S | null; seq: number; recovered: boolean }) {
    this.#host = host;
    this.#kind = host.aggregate;
    this.id = id;
    this.#state = from.state;
    this.#seq = from.seq;
    this.#needsBarrier = from.recovered;
    this.#rest();
    if (this.#wakes) this.#working.timer.arm(this.#due());
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
    return !this.#turning && this.#mailbox.length === 0 && this.#work?.pending !== true;
  }

  halt(halt: Halt): void {
    this.#halt = halt;
    this.#work?.lanes.cancel(`halted: ${halt.message}`);
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
    const due = this.#due();
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
    this.#work?.lanes.cancelForbidden('the term of the host is over');
    if (!this.#turning) this.#settle();
    this.#work?.look.takeIfFree();
  }

  /** Whether an effect runs that the host's standing does not allow. */
  get isRunningForbidden(): boolean {
    return this.#work?.lanes.runsForbidden ?? false;
  }

  /** What running effects say of themselves. */
  get progress(): readonly EffectProgress[] {
    return this.#work?.lanes.progress ?? [];
  }

  /** Something may have changed: look as soon as nothing is under way. */
  hint(heard: string): void {
    if (this.#halt !== null) return;
    this.#working.look.hear(heard);
  }

  /** What a bulk look saw of it: worth a look of its own when it differs from what is recorded. */
  compare(seen: Observation | undefined, why: string): void {
    if (this.#state !== null && this.#halt === null && this.#kind.differs(this.#state, seen)) this.hint(why);
  }

  /** The host serves again: what backs off for want of an answer tries now. */
  wake(): void {
    if (this.#due().length > 0) this.#working.startDue(true);
  }

  /** Ends the actor's work without touching anything: no new effect begins, the running one is revoked. */
  close(why: string): void {
    this.#work?.close(why);
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
    this.#work?.look.takeIfFree();
  }

  /** Gives back what only an actor at work needs. */
  #rest(): void {
    if (this.#state === null || !this.idle || this.#due().length > 0) return;
    this.#state = this.#kind.atRest?.(this.#state) ?? this.#state;
    if (this.#work?.rest() !== true) return;
    this.#needsBarrier = this.#work.lanes.needsBarrier;
    this.#work = null;
  }

  /** What is under way, or now will be. */
  get #working(): Work<S, C, L, D> {
    this.#work ??= new Work(this.#host, this.id, this.#needsBarrier, {
      state: () => this.#state,
      seq: () => this.#seq,
      isHalted: () => this.#halt !== null,
      isTurning: () => this.#turning,
      loadSpec: (state) => this.#loadSpec(state),
      push: (item) => this.#push(item),
      hint: (heard) => this.hint(heard),
      rest: () => this.#rest(),
    });
    return this.#work;
  }

  async #turn({ item, reply }: Entry<S, C, L>): Promise<void> {
    try {
      if (item.kind === 'read') {
        if (this.#halt === null && item.last.seq > this.#seq) await this.#catchUp(item.last);
        reply?.(this.#accepted());
        return this.#settle();
      }
      if (this.#halt !== null && !(await this.#host.reviveForDelete(this, item)))
        return reply?.(halted(this.id, this.#halt));
      const answer = await this.#answerTo(item);
      reply?.(answer);
    } catch (error) {
      this.#onTurnError(error);
      reply?.(brokenOff(error));
    }
    if (item.kind === 'outcome') this.#work?.lanes.outcomeTaken(item.op);
    this.#settle();
  }

  /** That its history cannot be read on may be found only now, by this very item: a delete is taken all the same. */
  async #answerTo(item: ActorItem<C, L>): Promise<CommandReply<S>> {
    try {
      return await this.#decideAndStore(item);
    } catch (error) {
      const halt = this.#halt;
      if (halt === null) throw error;
      if (await this.#host.reviveForDelete(this, item)) return this.#decideAndStore(item);
      return halted(this.id, halt);
    }
  }

  /** Takes over a state found in an older message, so that a halted history can be ended by a delete. */
  revive(state: S, seq: number): void {
    this.#state = state;
    this.#seq = seq;
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
        if (item.kind === 'policy') this.#tellVain(decision);
        // No append would tell that others have written into this history: an answer to their order must not rest on old memory.
        const last = item.kind === 'link' ? await this.#lastStored() : null;
        if (last === undefined) return unreadable;
        if (last === null || last.seq <= this.#seq)
          // What was done before counts as done; anything else tells the sender why not.
          return decision.code === 'duplicate' ? this.#accepted() : notTaken(decision);
        await this.#catchUp(last);
        continue;
      }
      if (decision.kind === 'answer') return this.#answer(decision.answer);
      if (this.#wantsSpec(decision) && (await this.#loadSpec(this.#state)) !== undefined) continue;
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

  /** Once of each state: it is asked again and again. */
  #tellVain({ code, why }: Extract<Decision<S>, { kind: 'nothing' }>): void {
    if (code !== 'refused' || this.#work?.timer.asksAgain === true) return;
    this.#host.log.warn(
      { instance: this.id, seq: this.#seq, why },
      'what the policy wants may not be; it is asked again',
    );
  }

  /** Some decisions can only be made with the spec; it is read from the history the first time that one is asked for. */
  #wantsSpec(decision: Decision<S>): boolean {
    if (isWantingSpec(decision)) return true;
    return this.#host.specs.known(this.id) === undefined && this.#kind.wantsSpec?.(this.#state, decision) === true;
  }

  #fold(decision: TurnDecision<S>, seq: number): void {
    this.#state = this.#kind.settled(decision.next, seq);
    this.#seq = seq;
    this.#revoke();
  }

  /** In the same breath as the state changes: between the two a running effect would still find its permit good (I1). */
  #revoke(): void {
    if (this.#state !== null) this.#work?.lanes.revoke(this.#due());
  }

  /** The subject's last message is not the one that we decided on: what others wrote is folded, and the turn decides again. */
  async #catchUp(last: Stored | null): Promise<void> {
    for await (const { state, seq } of foldOn(this.#host, this, last)) {
      this.#state = state;
      this.#seq = seq;
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
    this.#work?.lanes.expectOthersCalls();
  }

  #onTurnError(error: unknown): void {
    if (this.#host.closing.aborted) return;
    const code = error instanceof JournalFault ? error.code : 'FAULT';
    if (this.#halt === null)
      this.halt({ code, message: error instanceof Error ? error.message : String(error), seq: this.#seq });
  }

  #settle(): void {
    if (this.#work !== null || this.#wakes || this.#due().length > 0) this.#working.settle();
  }

  #due(): readonly Due[] {
    return this.#state === null ? [] : this.#kind.due(this.#state);
  }

  /** Whether its policy will have something to do by itself. */
  get #wakes(): boolean {
    return this.#state !== null && (this.#kind.wakesAt?.(this.#state) ?? null) !== null;
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

  #answer(answer: Extract<CommandReply<S>, { kind: 'answer' }>['answer']): CommandReply<S> {
    return { kind: 'answer', answer, host: this.#host.host, seq: this.#seq, state: this.#state };
  }

  /** A link that was taken, now or before; there is no command to answer. */
  #accepted(): CommandReply<S> {
    return { kind: 'linked', host: this.#host.host, seq: this.#seq, state: this.#state };
  }
}

/** A command that changes the spec was refused for want of it. */
function isWantingSpec(decision: Decision<unknown>): boolean {
  return decision.kind === 'turn' && decision.answer?.kind === 'refused' && decision.answer.guard === 'specKnown';
}
