/**
 * The actor of one instance on one host: a mailbox whose items become turns.
 *
 *   TURN   decide -> append (compare-and-set) -> fold -> answer -> settle
 *
 * A turn awaits the journal, never the hypervisor. Memory never runs ahead of the journal (I3): the next state becomes the state only
 * when its message is stored. `settle` makes the world follow: permits of ops that are no longer due are revoked, the alarm is set,
 * and if the lane is free the due effect begins.
 */
import type { Command, Due, InstanceSpec, InstanceState, InstanceUuid, Observation } from '@chronovirt/contract';
import {
  decide,
  dueEffects,
  evolve,
  settled,
  type Decision,
  type Item,
  type Link,
  type TurnDecision,
} from '@chronovirt/machines';
import { Lane } from '../effects/lane.ts';
import { isReadable, type Stored } from '../ports/journal.ts';
import { JournalFault } from '../ports/journal-fault.ts';
import type { ActorHost } from './actor-host.ts';
import type { Halt } from './halt.ts';
import type { CommandReply } from './reply.ts';

/** The mailbox also takes the news that the history has a message which this process did not write. */
type Read = { readonly kind: 'read'; readonly last: Stored };

interface Entry {
  readonly item: Item | Read;
  readonly reply: ((reply: CommandReply) => void) | undefined;
}

/** Effects that go before all others when several are due. */
const first = 'destroy';

export class Actor {
  readonly instance: InstanceUuid;
  readonly #host: ActorHost;
  #state: InstanceState | null;
  #seq: number;
  #halt: Halt | null = null;
  #mailbox: Entry[] = [];
  #turning = false;
  #lane: Lane | null = null;
  #needsBarrier: boolean;
  #cancelTimer: (() => void) | null = null;
  /** Op whose alarm stands in the mailbox, so that it stands there once. */
  #alarmedOp = 0;
  /** Op whose effect has ended while its outcome still waits for its turn: it is not begun again meanwhile. */
  #endedOp = 0;
  #owedLook: string | null = null;
  #looking = false;
  #cancelRecheck: (() => void) | null = null;

  /** `recovered`: made from a stored message of an earlier process, so a predecessor's calls may still run. */
  constructor(
    host: ActorHost,
    instance: InstanceUuid,
    from: { state: InstanceState | null; seq: number; recovered: boolean },
  ) {
    this.#host = host;
    this.instance = instance;
    this.#state = from.state;
    this.#seq = from.seq;
    this.#needsBarrier = from.recovered;
  }

  get state(): InstanceState | null {
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
    return (
      !this.#turning &&
      this.#mailbox.length === 0 &&
      !(this.#lane?.busy ?? false) &&
      !this.#looking &&
      this.#owedLook === null
    );
  }

  halt(halt: Halt): void {
    this.#halt = halt;
    this.#lane?.cancel(`halted: ${halt.message}`);
    this.#host.log.error({ instance: this.instance, ...halt }, 'instance halted');
    this.#host.onHalt(this.instance, halt);
  }

  /** A command; resolves with its answer once that is stored. */
  command(command: Command): Promise<CommandReply> {
    return this.#ask({ kind: 'command', command });
  }

  /** An order or a message from another segment of this history. */
  link(link: Link): Promise<CommandReply> {
    return this.#ask({ kind: 'link', link });
  }

  /** After a start: the due effect is announced again and run; a resting instance is compared with what the bulk look saw. */
  resume(seen: Observation | undefined): void {
    if (this.#state === null) return;
    const due = dueEffects(this.#state);
    for (const effect of due) this.#push({ kind: 'resume', op: effect.op, attempt: effect.attempt + 1 });
    if (due.length === 0 && this.#host.differs(this.#state, seen)) this.hint('comparison after a start');
  }

  /** A message of the history was found that this process did not write; it is folded, and what it makes due begins. */
  readOn(last: Stored): void {
    this.#push({ kind: 'read', last });
  }

  /** Something may have changed: look as soon as nothing is under way. */
  hint(heard: string): void {
    if (this.#halt !== null) return;
    this.#owedLook = heard;
    void this.#lookIfFree();
  }

  /** The host serves again: what backs off for want of an answer tries now. */
  wake(): void {
    this.#startDue(true);
  }

  /** Ends the actor's work without touching anything: no new effect begins, the running one is revoked. */
  close(why: string): void {
    this.#cancelTimer?.();
    this.#cancelRecheck?.();
    this.#lane?.cancel(why);
  }

  #ask(item: Item): Promise<CommandReply> {
    return new Promise((resolve) => this.#push(item, resolve));
  }

  #push(item: Item | Read, reply?: (reply: CommandReply) => void): void {
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
    }
    void this.#lookIfFree();
  }

  async #turn({ item, reply }: Entry): Promise<void> {
    try {
      if (item.kind === 'read') {
        if (this.#halt === null && item.last.seq > this.#seq) await this.#catchUp(item.last);
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
    if (item.kind === 'outcome') this.#endedOp = 0;
    this.#settle();
  }

  /** Takes over a state found in an older message, so that a halted history can be ended by a delete. */
  revive(state: InstanceState): void {
    this.#state = state;
    this.#halt = null;
    this.#expectOthersCalls();
  }

  async #decideAndStore(item: Item): Promise<CommandReply> {
    for (;;) {
      const sent = this.#host.lease.now();
      const at = Math.max(sent.wall, this.#state?.actor.at ?? 0);
      const decision = decide(this.#state, item, this.#host.env(this.instance, at, this.#seq));
      if (decision.kind === 'nothing') return this.#nothing(decision);
      if (decision.kind === 'answer') return this.#answer(decision.answer);
      if (isWantingSpec(decision) && (await this.#loadSpec(this.#state)) !== null) continue;
      const message = this.#host.messages.build(this.instance, at, decision);
      const appended = await this.#host.journal.append(message, this.#seq, this.#host.closing);
      if (appended.kind === 'conflict') {
        await this.#catchUp(appended.last);
        continue;
      }
      this.#host.lease.renew(sent);
      this.#fold(decision, appended.seq);
      this.#host.onStored(appended.seq, message);
      const answer =
        decision.answer &&
        (this.#state?.actor.answered.find(({ id }) => id === decision.answer?.id) ?? decision.answer);
      return answer ? this.#answer({ ...answer, seq: answer.seq || appended.seq }) : this.#accepted();
    }
  }

  #fold(decision: TurnDecision, seq: number): void {
    this.#state = settled(decision.next, seq);
    this.#seq = seq;
  }

  /**
   * The subject's last message is not the one that we decided on. A fence or a newer epoch: fold it and take the new role. An older
   * incarnation of this host: its last append landed late; fold and decide again. A newer one: it has taken over; this process ends.
   */
  async #catchUp(last: Stored | null): Promise<void> {
    if (last === null)
      throw new JournalFault(
        'JOURNAL_MISSING',
        `the history of ${this.instance} is gone: expected sequence ${this.#seq}, found none`,
      );
    if (isReadable(last) && this.#host.isSuperseded(last.message)) {
      this.#host.onSuperseded(last.message);
      throw new JournalFault('JOURNAL_CLOSED', 'a newer process of this host has taken over');
    }
    for await (const stored of this.#host.journal.read(this.#host.host, this.instance, { from: this.#seq + 1 })) {
      if (!isReadable(stored)) {
        this.halt({ code: stored.unreadable.code, message: stored.unreadable.text, seq: stored.seq });
        throw new JournalFault('JOURNAL_CLOSED', stored.unreadable.text);
      }
      const { message } = stored;
      let state = this.#state;
      for (const event of message.events) state = evolve(state, event, message);
      this.#state = state === null ? null : settled(state, stored.seq);
      this.#seq = stored.seq;
    }
    this.#expectOthersCalls();
  }

  /** Another process has acted for this instance: its calls may still run in the hypervisor. */
  #expectOthersCalls(): void {
    this.#needsBarrier = true;
    if (this.#lane !== null) this.#lane.needsBarrier = true;
  }

  #onTurnError(error: unknown): void {
    if (this.#host.closing.aborted) return;
    const code = error instanceof JournalFault ? error.code : 'FAULT';
    if (this.#halt === null)
      this.halt({ code, message: error instanceof Error ? error.message : String(error), seq: this.#seq });
  }

  #settle(): void {
    if (this.#state === null || this.#halt !== null) return;
    const due = dueEffects(this.#state);
    const running = this.#lane?.runningOp ?? null;
    if (running !== null && !due.some(({ op }) => op === running)) this.#lane?.cancel(`op ${running} is no longer due`);
    this.#startDue(false);
    this.#armTimer(due);
  }

  #startDue(wake: boolean): void {
    if (this.#state === null || this.#halt !== null || this.#host.closing.aborted || (this.#lane?.busy ?? false))
      return;
    const now = this.#host.clock.now();
    const ready = dueEffects(this.#state)
      .filter(({ op, notBefore }) => op !== this.#endedOp && (wake || notBefore === null || notBefore <= now))
      .toSorted((a, b) => Number(b.method === first) - Number(a.method === first) || a.op - b.op)[0];
    if (ready === undefined) return;
    if (this.#lane === null) {
      this.#lane = new Lane(this.#host.lanes, this.instance);
      this.#lane.needsBarrier = this.#needsBarrier;
    }
    void this.#begin(this.#lane, ready, this.#state);
  }

  async #begin(lane: Lane, due: Due, state: InstanceState): Promise<void> {
    const spec = this.#host.specs.known(this.instance) ?? (await this.#loadSpec(state));
    // While the spec was read another turn may have been folded: begin only what is still due.
    if (spec === null || lane.busy || this.#state === null || !dueEffects(this.#state).some(({ op }) => op === due.op))
      return;
    const { epoch } = this.#state.actor;
    lane.start({ due, state: this.#state, spec, seq: this.#seq }, epoch, {
      finalLook: () => (this.#owedLook = null),
      outcome: (outcome) => {
        this.#endedOp = due.op;
        this.#push({ kind: 'outcome', op: due.op, epoch, method: due.method, ...withoutUndefined(outcome) } as Item);
      },
      free: () => {
        // The outcome's turn comes first: it decides what is due next.
        if (!this.#turning && this.#mailbox.length === 0) this.#settle();
        void this.#lookIfFree();
      },
    });
  }

  async #loadSpec(state: InstanceState | null): Promise<InstanceSpec | null> {
    if (state === null) return null;
    try {
      return await this.#host.specs.load(this.instance, state.actor.spec || this.#seq);
    } catch (error) {
      this.halt({
        code: 'SPEC_UNREADABLE',
        message: error instanceof Error ? error.message : String(error),
        seq: state.actor.spec,
      });
      return null;
    }
  }

  /** One timer per actor, for the earliest deadline or end of a back-off. */
  #armTimer(due: readonly Due[]): void {
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    const now = this.#host.clock.now();
    const times = due.flatMap(({ op, deadline, notBefore }) => [
      ...(op === this.#alarmedOp ? [] : [deadline]),
      ...(notBefore !== null && notBefore > now ? [notBefore] : []),
    ]);
    if (times.length === 0) return;
    this.#cancelTimer = this.#host.clock.after(Math.max(0, Math.min(...times) - now), () => this.#onTimer());
  }

  #onTimer(): void {
    if (this.#state === null || this.#halt !== null) return;
    const now = this.#host.clock.now();
    const due = dueEffects(this.#state);
    for (const { op, deadline } of due) {
      if (deadline > now || op === this.#alarmedOp) continue;
      this.#alarmedOp = op;
      // After a freeze all timers fire before answers that wait in the sockets are read: those get one round first.
      this.#host.clock.after(0, () => this.#push({ kind: 'alarm', op }));
    }
    this.#startDue(false);
    this.#armTimer(due);
  }

  /** A look happens only while nothing is under way; else it stays owed (a stale look would be taken for news). */
  async #lookIfFree(): Promise<void> {
    if (this.#owedLook === null || this.#looking || this.#turning || (this.#lane?.busy ?? false) || this.#halt !== null)
      return;
    if (this.#host.closing.aborted || (this.#state !== null && dueEffects(this.#state).length > 0)) return;
    const heard = this.#owedLook;
    this.#owedLook = null;
    this.#looking = true;
    const op = this.#state?.actor.op ?? 0;
    try {
      const observation = await this.#host.looks.look(this.instance, this.#state);
      if (observation === null) return;
      if (observation.busy !== null) {
        // Under way to somewhere: no resting place to record. Look again soon; the end of it brings a hint of its own as a rule.
        this.#cancelRecheck ??= this.#host.clock.after(this.#host.policy.absenceRecheckMs * 4, () => {
          this.#cancelRecheck = null;
          this.hint(heard);
        });
      } else if ((this.#lane?.busy ?? false) || (this.#state?.actor.op ?? 0) !== op) {
        this.#owedLook = heard;
      } else {
        this.#push({ kind: 'look', op, observation, heard });
      }
    } catch (error) {
      // No answer is no observation. The host's return is a hint for all.
      this.#host.log.debug({ instance: this.instance, heard, error: String(error) }, 'look without an answer');
    } finally {
      this.#looking = false;
    }
    if (!this.#turning) void this.#lookIfFree();
  }

  #answer(answer: Extract<CommandReply, { kind: 'answer' }>['answer']): CommandReply {
    return { kind: 'answer', answer, host: this.#host.host, seq: this.#seq, state: this.#state };
  }

  /** A link that was taken, now or before; there is no command to answer. */
  #accepted(): CommandReply {
    return { kind: 'linked', host: this.#host.host, seq: this.#seq, state: this.#state };
  }

  /** Nothing to store. What was done before counts as done; anything else tells the sender why not. */
  #nothing({ code, why }: Extract<Decision, { kind: 'nothing' }>): CommandReply {
    if (code === 'duplicate') return this.#accepted();
    return {
      kind: 'error',
      code: code === 'unknown' ? 'NO_SUCH_INSTANCE' : `NOT_TAKEN_${code.toUpperCase()}`,
      message: why,
    };
  }

  #haltedReply(halt: Halt): CommandReply {
    return {
      kind: 'error',
      code: 'HALTED',
      message: `instance ${this.instance} is halted (${halt.code}): ${halt.message}; only delete is taken`,
    };
  }
}

/** Optional fields that are undefined are left out: `exactOptionalPropertyTypes` tells them apart. */
function withoutUndefined<T extends object>(value: T): Partial<T> {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as Partial<T>;
}

/** A command that changes the spec can only be decided with it; it is read from the history the first time that one is asked for. */
function isWantingSpec(decision: Decision): boolean {
  return decision.kind === 'turn' && decision.answer?.kind === 'refused' && decision.answer.guard === 'specKnown';
}
