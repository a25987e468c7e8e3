/**
 * One host: its actors, their recovery, the looks that hints ask for and the comparison that finds what no hint told. The agent and
 * the coordinator are both one of these, with another executor.
 */
import {
  ChronovirtError,
  isHostToken,
  isNewerIncarnation,
  type AnyMessage,
  type Command,
  type CommandId,
  type Hint,
  type HostName,
  type HostStanding,
  type Incarnation,
  type InstanceSpec,
  type InstanceState,
  type InstanceUuid,
  type Observation,
  type TurnMessage,
} from '@chronovirt/contract';
import { defaultPolicy, type Link, type Policy } from '@chronovirt/machines';
import type { Actor } from '../actor/actor.ts';
import type { ActorHost, Revivable, SpecSource } from '../actor/actor-host.ts';
import type { ActorItem, ActorState, Aggregate, MessageOf } from '../actor/aggregate.ts';
import type { Halt } from '../actor/halt.ts';
import { instanceAggregate } from '../actor/instance-aggregate.ts';
import { MessageBuilder } from '../actor/message-builder.ts';
import type { CommandReply } from '../actor/reply.ts';
import { sleep } from '../effects/effect-run.ts';
import { Lease } from '../effects/lease.ts';
import { Looks } from '../looks/looks.ts';
import { systemClock, type Clock } from '../ports/clock.ts';
import type { EffectExecutor } from '../ports/effect-executor.ts';
import type { Journal, Stored } from '../ports/journal.ts';
import { JournalFault } from '../ports/journal-fault.ts';
import { silentLog, type Log } from '../ports/log.ts';
import { defaultRuntimePolicy, type RuntimePolicy } from '../ports/policy.ts';
import { lastReadableState } from './last-readable.ts';
import { Population } from './population.ts';
import { Specs } from './specs.ts';
import { Tenure } from './tenure.ts';

type InstanceActor = Actor<InstanceState, Command, Link, InstanceSpec>;

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
  /** On the spine: what proves that a host cannot run anything of before. */
  readonly proofOf?: (host: HostName) => object | null;
  /**
   * Acts only under a term, which the host's own stream says: it is read before anything else and with each renewal of the lease. For
   * agents; the spine has none.
   */
  readonly underTerm?: boolean;
  /** The term was read and goes on; `monotonicMs` of the clock when that was asked. */
  readonly onConfirmed?: (monotonicMs: number) => void;
  /** The boot of this host, where it is known: guests that ran before another one are met as such. */
  readonly boot?: string;
  /** At this fill of the stream new commands are refused; the rest is for outcomes. */
  readonly fullAt?: number;
  /** A newer process of this host writes its history: this one has to end. */
  readonly onSuperseded?: (message: Pick<TurnMessage, 'incarnation'>) => void;
  readonly onHalt?: (id: string, halt: Halt) => void;
  readonly onStored?: (seq: number, message: TurnMessage) => void;
  readonly onProgress?: (id: string, op: number, what: string, fraction: number | undefined) => void;
}

/** Another kind of thing whose histories lie in this host's stream, led beside its instances. It needs nothing beyond its state. */
export interface Kind<S extends ActorState, C extends { readonly id: CommandId }, L> {
  readonly aggregate: Aggregate<S, C, L, null>;
  readonly executor: EffectExecutor<S, null>;
  /** Whether a token of this stream is one of its histories. */
  owns(id: string): boolean;
  readonly onStored?: (seq: number, message: MessageOf<S>) => void;
}

/** What can be done with the actors of another kind. */
export interface Led<S, C, L> {
  command(id: string, command: C): Promise<CommandReply<S>>;
  link(id: string, link: L): Promise<CommandReply<S>>;
  /** The present state, when a history of that id is in memory. */
  state(id: string): { readonly state: S; readonly seq: number } | undefined;
  all(): Iterable<{ readonly id: string; readonly state: S | null; readonly seq: number; readonly halt: Halt | null }>;
}

export class Host {
  readonly #options: HostOptions;
  readonly #lease: Lease;
  readonly #messages: MessageBuilder;
  readonly #specs: Specs;
  readonly #actors: Population<InstanceState, Command, Link, InstanceSpec>;
  readonly #others: {
    readonly owns: (id: string) => boolean;
    readonly actors: Population<never, never, never, null>;
  }[] = [];
  readonly #tenure: Tenure | null;
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
    this.#lease = new Lease(this.#clock, this.#policy.leaseMs);
    this.#messages = new MessageBuilder(options.host, options.incarnation);
    this.#specs = new Specs(options.journal, options.host);
    this.#actors = this.#instanceActors();
    this.#tenure = options.underTerm === true ? this.#makeTenure() : null;
  }

  /** What this host may say of its term; null before it was read, and where it acts under none. */
  get standing(): HostStanding | null {
    return this.#tenure?.standing ?? null;
  }

  /** Reads the standing of this host again, and does as it says. */
  async confirm(): Promise<void> {
    await this.#tenure?.confirm();
  }

  /** Resolves true once no guest runs here because the term is over; false when it goes on. */
  async standsDown(signal: AbortSignal): Promise<boolean> {
    return (await this.#tenure?.standsDown(signal)) ?? false;
  }

  /** Leads another kind of history, too. To be called before `start`. */
  lead<S extends ActorState, C extends { readonly id: CommandId }, L>(kind: Kind<S, C, L>): Led<S, C, L> {
    const actors = this.#populate<S, C, L, null>(kind.aggregate, kind.executor, noSpecs, {
      onStored: (seq, message) => {
        kind.onStored?.(seq, message);
        actors.dropIfOver(message.instance, message.state, () => {});
      },
      reviveForDelete: async () => false,
    });
    this.#others.push({ owns: (id) => kind.owns(id), actors: actors as never });
    return {
      command: async (id, command) =>
        this.#closing.signal.aborted ? stopping : (await actors.actorOf(id)).command(command),
      link: async (id, link) => (this.#closing.signal.aborted ? stopping : (await actors.actorOf(id)).link(link)),
      state: (id) => {
        const actor = actors.get(id);
        return actor === undefined || actor.state === null ? undefined : { state: actor.state, seq: actor.seq };
      },
      *all() {
        for (const { id, state, seq, halted } of actors.all()) yield { id, state, seq, halt: halted };
      },
    };
  }

  get host(): HostName {
    return this.#options.host;
  }

  get lease(): Lease {
    return this.#lease;
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
    await this.#confirmFirst();
    this.#stopWatching = await this.#watch();
    const seen = this.#lookAtAll();
    const recovered: InstanceActor[] = [];
    // Those that are over wait for the second reading; who speaks to one before is served from its own last message.
    for await (const stored of this.#options.journal.lastOfAll(this.host, 'open')) {
      const actor = this.#recover(stored);
      if (actor !== null) recovered.push(actor);
    }
    this.#ready = true;
    this.#renewLease();
    // Effects that are due do not wait for the bulk look: they look for themselves.
    for (const { actors } of this.#others) for (const actor of actors.all()) actors.resumeDue(actor);
    const resting = recovered.filter((actor) => this.#tenure?.barred === true || !this.#actors.resumeDue(actor));
    const all = await seen;
    if (all !== null && this.#tenure?.barred !== true)
      for (const actor of resting) actor.resume(all.get(actor.id as InstanceUuid));
    this.#releaseEarlyHints();
    if (all !== null) await this.#meetStrays(all);
    this.#scheduleComparison();
    this.#scheduleSecondReading();
  }

  /** Takes a command for an instance of this host; resolves when the answer is stored. */
  async command(command: Command): Promise<CommandReply> {
    if (this.#closing.signal.aborted) return stopping;
    const actor = await this.#actors.actorOf(command.instance);
    return actor.command(command);
  }

  /** Takes a link of a history: an order to adopt, a return, a fence. */
  async link(instance: InstanceUuid, link: Link): Promise<CommandReply> {
    if (this.#closing.signal.aborted) return stopping;
    const actor = await this.#actors.actorOf(instance);
    return actor.link(link);
  }

  /** The present state of an instance that this process holds in memory. */
  state(instance: InstanceUuid): { state: InstanceState; seq: number } | undefined {
    const actor = this.#actors.get(instance);
    return actor?.state ? { state: actor.state, seq: actor.seq } : undefined;
  }

  /** The spec of an instance of this host, read from its history when it is not in memory. */
  async spec(instance: InstanceUuid): Promise<InstanceSpec> {
    const known = this.#specs.known(instance);
    if (known !== undefined) return known;
    const state = this.#actors.get(instance)?.state;
    if (!state) throw new ChronovirtError('INSTANCE_NOT_FOUND', `instance ${instance} is not on host ${this.host}`);
    return this.#specs.load(instance, state.actor.spec);
  }

  /** All instances in memory: states and halts. */
  *instances(): Iterable<{ instance: InstanceUuid; state: InstanceState | null; seq: number; halt: Halt | null }> {
    for (const actor of this.#actors.all())
      yield { instance: actor.id as InstanceUuid, state: actor.state, seq: actor.seq, halt: actor.halted };
  }

  /** Ends without touching any guest: running effects lose their permits and are done again by the next process. */
  async stop(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    for (const actor of this.#actors.all()) actor.close('the agent stops');
    for (const { actors } of this.#others) for (const actor of actors.all()) actor.close('the agent stops');
    this.#closing.abort(new Error('the agent stops'));
    this.#cancelComparison?.();
    this.#cancelRenewal?.();
    this.#cancelReading?.();
    await this.#stopWatching?.();
  }

  #makeTenure(): Tenure {
    const { executor, incarnation, onConfirmed, journal } = this.#options;
    const { signal } = this.#closing;
    return new Tenure({
      journal,
      host: this.host,
      clock: this.#clock,
      log: this.#log,
      lease: this.#lease,
      closing: signal,
      ...(onConfirmed && { onConfirmed }),
      hands: {
        bar: () => {
          for (const actor of this.#actors.all()) actor.reconsider();
        },
        readHistories: () => this.#readAgain(),
        release: () => {
          for (const actor of this.#actors.all()) if (!this.#actors.resumeDue(actor)) actor.reconsider();
          void this.compare('the host may run guests again');
        },
        isBusy: () => [...this.#actors.all()].some((actor) => actor.isRunningForbidden),
        observeAll: () => executor.observeAll({ signal, deadlineMs: this.#policy.lookTimeoutMs }),
        stopNow: async (instance) =>
          executor.stopNow?.(instance, {
            instance,
            mark: { epoch: 0, op: 0 },
            incarnation,
            permit: { signal, check: () => signal.throwIfAborted() },
            remainingMs: () => 30_000,
            progress: () => {},
          }),
      },
    });
  }

  /** Before anything is looked at: what was decided about this host while no agent of it ran. */
  async #confirmFirst(): Promise<void> {
    for (
      let pause = this.#policy.retryMinMs;
      this.#tenure !== null;
      pause = Math.min(pause * 2, this.#policy.retryMaxMs)
    ) {
      try {
        return await this.#tenure.confirm();
      } catch (error) {
        if (error instanceof JournalFault) throw error;
        this.#log.warn(
          { error: String(error) },
          'the standing of this host cannot be read; nothing begins before that',
        );
        await sleep(this.#clock, pause, this.#closing.signal);
      }
    }
  }

  #instanceActors(): Population<InstanceState, Command, Link, InstanceSpec> {
    const { executor, boot, chartPolicy = defaultPolicy } = this.#options;
    const actors = this.#populate(instanceAggregate(chartPolicy, boot), executor, this.#specs, {
      onStored: (seq, message) => {
        const turn = message as TurnMessage;
        this.#specs.learn(turn);
        this.#options.onStored?.(seq, turn);
        actors.dropIfOver(turn.instance, turn.state, () => this.#specs.forget(turn.instance));
      },
      reviveForDelete: (actor, item) => this.#reviveForDelete(actor, item),
    });
    return actors;
  }

  #populate<S extends ActorState, C extends { readonly id: CommandId }, L, D>(
    aggregate: Aggregate<S, C, L, D>,
    executor: EffectExecutor<S, D>,
    specs: SpecSource<D>,
    on: Pick<ActorHost<S, C, L, D>, 'onStored' | 'reviveForDelete'>,
  ): Population<S, C, L, D> {
    const { host, incarnation, journal, fullAt = 0.95, proofOf } = this.#options;
    const policy = this.#policy;
    return new Population(
      {
        ...on,
        host,
        aggregate,
        journal,
        clock: this.#clock,
        policy,
        log: this.#log,
        lease: this.#lease,
        looks: new Looks<S>(executor, this.#clock, policy, this.#closing.signal, (state) =>
          aggregate.differs(state, undefined),
        ),
        specs,
        messages: this.#messages,
        closing: this.#closing.signal,
        lanes: {
          executor,
          clock: this.#clock,
          policy,
          lease: this.#lease,
          incarnation,
          log: this.#log,
          onProgress: (id, op, what, fraction) => this.#options.onProgress?.(id, op, what, fraction),
        },
        env: (id, at, seq) => ({
          id,
          host,
          at,
          seq,
          incarnation,
          facts: {
            implements: executor.implements,
            full: journal.fill(host) >= fullAt,
            ...(proofOf && { proofOf }),
          },
        }),
        isSuperseded: (message) => this.#isSuperseded(message),
        onSuperseded: (message) => this.#superseded(message),
        mayRun: (method) => this.#tenure === null || !this.#tenure.barred || method === CLEARING,
        isQuiet: () => this.#tenure?.barred ?? false,
        // Under a term an append proves nothing: it says that the journal answers, not that the term goes on.
        onAppended: (sent) => {
          if (this.#tenure === null) this.#lease.renew(sent);
        },
        onHalt: (id, halt) => this.#options.onHalt?.(id, halt),
      },
      incarnation,
    );
  }

  /** What the coordinator writes into this host's history takes no process over; everything else here is written by processes of this host. */
  #isSuperseded(message: Pick<AnyMessage, 'host' | 'incarnation' | 'events'>): boolean {
    return (
      message.host === this.host &&
      isNewerIncarnation(message.incarnation, this.#options.incarnation) &&
      !message.events.some(isOfCluster)
    );
  }

  #superseded(message: { readonly instance: string; readonly incarnation: Incarnation }): void {
    const { instance, incarnation } = message;
    this.#log.error({ instance, by: incarnation }, 'a newer process of this host has taken over');
    void this.stop();
    this.#options.onSuperseded?.(message);
  }

  /**
   * A predecessor's last append may land after the histories were read: it lay in a frozen server's buffers, and nobody knows of it. Once
   * a lease has passed since, the last messages are read again, and those of closed histories are checked for the first time.
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
    const folded: Promise<void>[] = [];
    for await (const stored of this.#options.journal.lastOfAll(this.host)) {
      if (this.#closing.signal.aborted) return;
      const other = this.#others.find(({ owns }) => owns(stored.instance))?.actors;
      const known = (other ?? this.#actors).get(stored.instance);
      if (known !== undefined) {
        if (stored.seq > known.seq) folded.push(known.readOn(stored));
        continue;
      }
      const recovered = this.#recover(stored);
      if (recovered !== null && !this.#actors.resumeDue(recovered)) recovered.hint('a message that was stored late');
    }
    await Promise.all(folded);
  }

  /** The actor of an instance's history; what is of another kind goes to those who lead it, or is none of this process's. */
  #recover(stored: Stored): InstanceActor | null {
    const other = this.#others.find(({ owns }) => owns(stored.instance));
    if (other !== undefined) {
      other.actors.recover(stored);
      return null;
    }
    return isHostToken(stored.instance) ? null : this.#actors.recover(stored);
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
    if (this.#tenure?.barred === true) return void this.#tenure.clear();
    if (hint.instance !== null) {
      const actor = this.#actors.get(hint.instance);
      if (actor !== undefined) actor.hint(hint.heard);
      else void this.#meetStray(hint.instance, hint.heard);
      return;
    }
    for (const actor of this.#actors.all()) actor.wake();
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
    if (this.#tenure?.barred === true) return;
    for (const actor of this.#actors.all()) if (actor.waits) void this.#readOn(actor);
    const all = await this.#lookAtAll();
    if (all === null) return;
    for (const actor of this.#actors.all()) actor.compare(all.get(actor.id as InstanceUuid), why);
    await this.#meetStrays(all);
  }

  /** The cluster writes into the history of a host that it cannot reach: whoever waits for it looks there, too. */
  async #readOn(actor: InstanceActor): Promise<void> {
    try {
      const last = await this.#options.journal.last(this.host, actor.id);
      if (last !== null && last.seq > actor.seq) await actor.readOn(last);
    } catch (error) {
      this.#log.debug({ instance: actor.id, error: String(error) }, 'the history could not be read on; trying later');
    }
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
        return (await this.#actors.actorOf(instance)).hint(heard);
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
    const sent = this.#lease.now();
    const renewed =
      this.#tenure === null
        ? this.#options.journal.link.roundTrip().then(() => this.#lease.renew(sent))
        : this.#tenure.confirm();
    renewed.catch(() => undefined);
    this.#cancelRenewal = this.#clock.after(this.#policy.leaseMs / 3, () => this.#renewLease());
  }

  async #reviveForDelete(actor: Revivable<InstanceState>, item: ActorItem<Command, Link>): Promise<boolean> {
    if (item.kind !== 'command' || item.command.name !== 'delete') return false;
    const state = await lastReadableState(this.#options.journal, this.host, actor.id);
    if (state === null) return false;
    actor.revive(state);
    this.#log.warn({ instance: actor.id }, 'a halted instance is deleted from its last readable state');
    return true;
  }
}

/** What a host does whose term is over: it clears away. */
const CLEARING = 'destroy';

const stopping = { kind: 'error', code: 'STOPPING', message: 'the agent stops; nothing was done' } as const;

/** Of a kind whose effects need nothing beyond the state. */
const noSpecs: SpecSource<null> = { known: () => null, load: async () => null };

/** Events that the coordinator writes in the place of a host that does not answer. */
function isOfCluster({ type, data }: AnyMessage['events'][number]): boolean {
  return (
    ['fence', 'undo', 'moveOver'].includes(type) ||
    (type === 'closed' && data?.['migration'] !== undefined) ||
    (type === 'confirmMigration.requested' && data?.['asked'] === true)
  );
}
