/**
 * One host: its actors, their recovery, the looks that hints ask for and the comparison that finds what no hint told. The agent and
 * the coordinator are both one of these, with another executor.
 */
import {
  ChronovirtError,
  type Command,
  type Hint,
  type HostName,
  type Incarnation,
  type InstanceSpec,
  type InstanceState,
  type InstanceUuid,
  type Observation,
  isNewerIncarnation,
  type TurnMessage,
} from '@chronovirt/contract';
import { defaultPolicy, dueEffects, settled, type Env, type Item, type Link, type Policy } from '@chronovirt/machines';
import { Actor } from '../actor/actor.ts';
import type { ActorHost } from '../actor/actor-host.ts';
import type { Halt } from '../actor/halt.ts';
import { MessageBuilder } from '../actor/message-builder.ts';
import type { CommandReply } from '../actor/reply.ts';
import { Lease } from '../effects/lease.ts';
import { Looks } from '../looks/looks.ts';
import { systemClock, type Clock } from '../ports/clock.ts';
import type { EffectExecutor } from '../ports/effect-executor.ts';
import { isReadable, type Journal, type Stored } from '../ports/journal.ts';
import { silentLog, type Log } from '../ports/log.ts';
import { defaultRuntimePolicy, type RuntimePolicy } from '../ports/policy.ts';
import { lastReadableState } from './last-readable.ts';
import { Specs } from './specs.ts';

export interface HostOptions {
  readonly host: HostName;
  readonly incarnation: Incarnation;
  readonly journal: Journal;
  readonly executor: EffectExecutor;
  readonly clock?: Clock;
  readonly log?: Log;
  readonly policy?: Partial<RuntimePolicy>;
  /** Deadlines and back-off of the charts. */
  readonly chartPolicy?: Policy;
  /** At this fill of the stream new commands are refused; the rest is for outcomes. */
  readonly fullAt?: number;
  /** A newer process of this host writes its history: this one has to end. */
  readonly onSuperseded?: (message: TurnMessage) => void;
  readonly onHalt?: (instance: InstanceUuid, halt: Halt) => void;
  readonly onStored?: (seq: number, message: TurnMessage) => void;
  readonly onProgress?: (instance: InstanceUuid, op: number, what: string, fraction: number | undefined) => void;
}

export class Host {
  readonly #options: HostOptions;
  readonly #shared: ActorHost;
  readonly #actors = new Map<InstanceUuid, Actor>();
  readonly #closing = new AbortController();
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #policy: RuntimePolicy;
  #ready = false;
  /** Hints heard before the actors were there. */
  #early: Hint[] | null = [];
  #stopWatching: (() => Promise<void>) | null = null;
  #cancelComparison: (() => void) | null = null;
  #cancelRenewal: (() => void) | null = null;
  #cancelReading: (() => void) | null = null;
  #strays = new Set<InstanceUuid>();

  constructor(options: HostOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#log = options.log ?? silentLog;
    this.#policy = { ...defaultRuntimePolicy, ...options.policy };
    this.#shared = this.#makeShared();
  }

  get host(): HostName {
    return this.#options.host;
  }

  get lease(): Lease {
    return this.#shared.lease;
  }

  /** Whether every history of this host has been read. Instances are served as they are read, before that. */
  get ready(): boolean {
    return this.#ready;
  }

  /**
   * Recovery: subscribe to changes first (they are kept), then the last message of every history, then one bulk look; then each instance
   * by itself: its due effect again, or a look. Nothing waits for all.
   */
  async start(): Promise<void> {
    await this.#options.journal.provision(this.host);
    this.#stopWatching = await this.#watch();
    const seen = this.#lookAtAll();
    const recovered: Actor[] = [];
    for await (const stored of this.#options.journal.lastOfAll(this.host)) {
      const actor = this.#recover(stored);
      if (actor !== null) recovered.push(actor);
    }
    this.#ready = true;
    this.#renewLease();
    // Effects that are due do not wait for the bulk look: they look for themselves.
    const resting = recovered.filter((actor) => !this.#resumeDue(actor));
    const all = await seen;
    if (all !== null) for (const actor of resting) actor.resume(all.get(actor.instance));
    this.#releaseEarlyHints();
    if (all !== null) await this.#meetStrays(all);
    this.#scheduleComparison();
    this.#scheduleSecondReading();
  }

  /** Takes a command for an instance of this host; resolves when the answer is stored. */
  async command(command: Command): Promise<CommandReply> {
    if (this.#closing.signal.aborted) return stopping;
    const actor = await this.#actorOf(command.instance);
    return actor.command(command);
  }

  /** Takes a link of a history: an order to adopt, a return, a fence. */
  async link(instance: InstanceUuid, link: Link): Promise<CommandReply> {
    if (this.#closing.signal.aborted) return stopping;
    const actor = await this.#actorOf(instance);
    return actor.link(link);
  }

  /** The present state of an instance that this process holds in memory. */
  state(instance: InstanceUuid): { state: InstanceState; seq: number } | undefined {
    const actor = this.#actors.get(instance);
    return actor?.state ? { state: actor.state, seq: actor.seq } : undefined;
  }

  /** The spec of an instance of this host, read from its history when it is not in memory. */
  async spec(instance: InstanceUuid): Promise<InstanceSpec> {
    const known = this.#shared.specs.known(instance);
    if (known !== undefined) return known;
    const state = this.#actors.get(instance)?.state;
    if (!state) throw new ChronovirtError('INSTANCE_NOT_FOUND', `instance ${instance} is not on host ${this.host}`);
    return this.#shared.specs.load(instance, state.actor.spec);
  }

  /** All instances in memory: states and halts. */
  *instances(): Iterable<{ instance: InstanceUuid; state: InstanceState | null; seq: number; halt: Halt | null }> {
    for (const actor of this.#actors.values())
      yield { instance: actor.instance, state: actor.state, seq: actor.seq, halt: actor.halted };
  }

  /** Ends without touching any guest: running effects lose their permits and are done again by the next process. */
  async stop(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    for (const actor of this.#actors.values()) actor.close('the agent stops');
    this.#closing.abort(new Error('the agent stops'));
    this.#cancelComparison?.();
    this.#cancelRenewal?.();
    this.#cancelReading?.();
    await this.#stopWatching?.();
  }

  #makeShared(): ActorHost {
    const { host, incarnation, journal, executor } = this.#options;
    const lease = new Lease(this.#clock, this.#policy.leaseMs);
    const looks = new Looks(executor, this.#clock, this.#policy, this.#closing.signal);
    const specs = new Specs(journal, host);
    const chart = this.#options.chartPolicy ?? defaultPolicy;
    const fullAt = this.#options.fullAt ?? 0.95;
    return {
      host,
      incarnation,
      journal,
      clock: this.#clock,
      policy: this.#policy,
      log: this.#log,
      lease,
      looks,
      specs,
      messages: new MessageBuilder(host, incarnation),
      closing: this.#closing.signal,
      lanes: {
        executor,
        clock: this.#clock,
        policy: this.#policy,
        lease,
        incarnation,
        log: this.#log,
        onProgress: (instance, op, what, fraction) => this.#options.onProgress?.(instance, op, what, fraction),
      },
      env: (instance, at, seq): Env => ({
        instance,
        host,
        at,
        seq,
        incarnation,
        policy: chart,
        facts: { implements: executor.implements, full: journal.fill(host) >= fullAt },
        spec: specs.known(instance) ?? null,
      }),
      differs,
      // A fence is the coordinator's, written into this host's history; everything else here is written by agents of this host.
      isSuperseded: (message) =>
        message.host === host &&
        isNewerIncarnation(message.incarnation, incarnation) &&
        !message.events.some(({ type }) => type === 'fence'),
      onSuperseded: (message) => {
        this.#log.error(
          { instance: message.instance, by: message.incarnation },
          'a newer process of this host has taken over',
        );
        void this.stop();
        this.#options.onSuperseded?.(message);
      },
      onStored: (seq, message) => {
        specs.learn(message);
        this.#options.onStored?.(seq, message);
        this.#dropIfClosed(message);
      },
      onHalt: (instance, halt) => this.#options.onHalt?.(instance, halt),
      reviveForDelete: (actor, item) => this.#reviveForDelete(actor, item),
    };
  }

  /**
   * A predecessor's last append may land after the histories were read: it lay in a frozen server's buffers, and nobody knows of it. Once
   * a lease has passed since, the last messages are read again.
   */
  #scheduleSecondReading(): void {
    if (this.#closing.signal.aborted) return;
    this.#cancelReading = this.#clock.after(this.#policy.leaseMs, () => {
      this.#readAgain().catch((error: unknown) => {
        this.#log.warn({ error: String(error) }, 'the histories could not be read again; trying later');
        this.#scheduleSecondReading();
      });
    });
  }

  async #readAgain(): Promise<void> {
    for await (const stored of this.#options.journal.lastOfAll(this.host)) {
      if (this.#closing.signal.aborted) return;
      const actor = this.#actors.get(stored.instance as InstanceUuid);
      if (actor !== undefined) {
        if (stored.seq > actor.seq) actor.readOn(stored);
      } else {
        const recovered = this.#recover(stored);
        if (recovered !== null && !this.#resumeDue(recovered)) recovered.hint('a message that was stored late');
      }
    }
  }

  #recover(stored: Stored): Actor | null {
    const instance = stored.instance as InstanceUuid;
    // A command came before its turn in the scan: that actor was resumed when it was made.
    if (this.#actors.has(instance)) return null;
    if (!isReadable(stored)) {
      this.#haltedActor(stored);
      return null;
    }
    if (this.#shared.isSuperseded(stored.message)) this.#shared.onSuperseded(stored.message);
    // What is over needs no actor: a command, a stray domain or a new segment makes one.
    if (stored.message.state.actor.role.kind === 'closed') return null;
    return this.#actorFrom(stored.message, stored.seq);
  }

  #actorFrom(message: TurnMessage, seq: number): Actor {
    const actor = new Actor(this.#shared, message.instance, {
      state: settled(message.state, seq),
      seq,
      recovered: message.incarnation !== this.#options.incarnation,
    });
    this.#actors.set(message.instance, actor);
    return actor;
  }

  #resumeDue(actor: Actor): boolean {
    if (actor.state === null || dueEffects(actor.state).length === 0) return false;
    actor.resume(undefined);
    return true;
  }

  /** The actor of an instance: in memory, from its last message, or a new one. */
  async #actorOf(instance: InstanceUuid): Promise<Actor> {
    const known = this.#actors.get(instance);
    if (known !== undefined) return known;
    const last = await this.#options.journal.last(this.host, instance);
    const meanwhile = this.#actors.get(instance);
    if (meanwhile !== undefined) return meanwhile;
    if (last !== null && isReadable(last)) {
      const actor = this.#actorFrom(last.message, last.seq);
      if (last.message.incarnation !== this.#options.incarnation) actor.resume(undefined);
      return actor;
    }
    if (last !== null) return this.#haltedActor(last);
    const actor = new Actor(this.#shared, instance, { state: null, seq: 0, recovered: false });
    this.#actors.set(instance, actor);
    return actor;
  }

  #haltedActor(stored: Exclude<Stored, { message: TurnMessage }>): Actor {
    const actor = new Actor(this.#shared, stored.instance as InstanceUuid, {
      state: null,
      seq: stored.seq,
      recovered: true,
    });
    this.#actors.set(actor.instance, actor);
    actor.halt({ code: stored.unreadable.code, message: stored.unreadable.text, seq: stored.seq });
    return actor;
  }

  async #watch(): Promise<() => Promise<void>> {
    return this.#options.executor.watch((hint) => {
      if (this.#early === null) this.#hear(hint);
      else this.#early.push(hint);
    });
  }

  #releaseEarlyHints(): void {
    const early = this.#early ?? [];
    this.#early = null;
    for (const hint of early) this.#hear(hint);
  }

  #hear(hint: Hint): void {
    if (this.#closing.signal.aborted) return;
    if (hint.instance !== null) {
      const actor = this.#actors.get(hint.instance);
      if (actor !== undefined) actor.hint(hint.heard);
      else void this.#meetStray(hint.instance, hint.heard);
      return;
    }
    for (const actor of this.#actors.values()) actor.wake();
    void this.compare(hint.heard);
  }

  async #lookAtAll(): Promise<ReadonlyMap<InstanceUuid, Observation> | null> {
    try {
      return await this.#options.executor.observeAll({
        signal: this.#closing.signal,
        deadlineMs: this.#policy.lookTimeoutMs,
      });
    } catch (error) {
      this.#log.warn({ error: String(error) }, 'the hypervisor does not answer; looking again when it does');
      return null;
    }
  }

  /** Compares all that is recorded with all that is seen; differences become looks, strangers are dealt with. */
  async compare(why: string): Promise<void> {
    const all = await this.#lookAtAll();
    if (all === null) return;
    for (const actor of this.#actors.values()) {
      if (actor.state !== null && actor.halted === null && differs(actor.state, all.get(actor.instance)))
        actor.hint(why);
    }
    await this.#meetStrays(all);
  }

  #scheduleComparison(): void {
    if (this.#closing.signal.aborted) return;
    this.#cancelComparison = this.#clock.after(this.#policy.comparisonMs, () => {
      void this.compare('comparison').finally(() => this.#scheduleComparison());
    });
  }

  /** Domains that bear our metadata without a live actor: those with a closed history are ended by it; those without any are told of, once, and left. */
  async #meetStrays(all: ReadonlyMap<InstanceUuid, Observation>): Promise<void> {
    for (const instance of all.keys())
      if (!this.#actors.has(instance)) await this.#meetStray(instance, 'comparison: a domain of a closed history');
  }

  async #meetStray(instance: InstanceUuid, heard: string): Promise<void> {
    try {
      if ((await this.#options.journal.last(this.host, instance)) !== null)
        return (await this.#actorOf(instance)).hint(heard);
    } catch (error) {
      this.#log.warn(
        { instance, error: String(error) },
        'a domain without an actor could not be looked up; the next comparison tries again',
      );
      return;
    }
    if (this.#strays.has(instance)) return;
    this.#strays.add(instance);
    this.#log.warn({ instance }, 'a domain bears our metadata but no history of it is here; it is left alone');
  }

  /** The lease stays fresh while nothing is appended: long effects need it. */
  #renewLease(): void {
    if (this.#closing.signal.aborted) return;
    const sent = this.#shared.lease.now();
    this.#options.journal.link.roundTrip().then(
      () => this.#shared.lease.renew(sent),
      () => undefined,
    );
    this.#cancelRenewal = this.#clock.after(this.#policy.leaseMs / 3, () => this.#renewLease());
  }

  /** An actor whose history is closed is dropped when it has nothing more to do; its last message makes it again. */
  #dropIfClosed(message: TurnMessage): void {
    if (message.state.actor.role.kind !== 'closed' || message.state.actor.due.length > 0) return;
    this.#clock.after(0, () => {
      const actor = this.#actors.get(message.instance);
      if (actor === undefined) return;
      if (actor.idle && actor.state?.actor.role.kind === 'closed') {
        this.#actors.delete(message.instance);
        this.#shared.specs.forget(message.instance);
      }
    });
  }

  async #reviveForDelete(actor: Actor, item: Item): Promise<boolean> {
    if (item.kind !== 'command' || item.command.name !== 'delete') return false;
    const state = await lastReadableState(this.#options.journal, this.host, actor.instance);
    if (state === null) return false;
    actor.revive(state);
    this.#log.warn({ instance: actor.instance }, 'a halted instance is deleted from its last readable state');
    return true;
  }
}

const stopping: CommandReply = { kind: 'error', code: 'STOPPING', message: 'the agent stops; nothing was done' };

/** Whether a bulk look's answer differs from what is recorded. A missing entry means that the hypervisor knows no such domain. */
function differs(state: InstanceState, seen: Observation | undefined): boolean {
  const power = seen?.power ?? 'absent';
  return state.parts.power !== power;
}
