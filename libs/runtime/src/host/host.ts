/**
 * One host: its actors, their recovery, the looks that hints ask for and the comparison that finds what no hint told. The agent and
 * the coordinator are both one of these, with another executor.
 */
import {
  ChronovirtError,
  type Command,
  type CommandId,
  type HostName,
  type HostStanding,
  type Incarnation,
  type InstanceSpec,
  type InstanceState,
  type InstanceUuid,
} from '@chronovirt/contract';
import type { Link } from '@chronovirt/machines';
import type { ActorState } from '../actor/aggregate.ts';
import type { Halt } from '../actor/halt.ts';
import { MessageBuilder } from '../actor/message-builder.ts';
import { stopping } from '../actor/nothing-stored.ts';
import type { CommandReply } from '../actor/reply.ts';
import type { EffectProgress } from '../effects/lane.ts';
import { Lease } from '../effects/lease.ts';
import { systemClock } from '../ports/clock.ts';
import { silentLog } from '../ports/log.ts';
import { defaultRuntimePolicy } from '../ports/policy.ts';
import type { HostContext } from './host-context.ts';
import type { HostOptions } from './host-options.ts';
import { HypervisorWatch } from './hypervisor-watch.ts';
import { instancePopulation, type InstancePopulation } from './instance-population.ts';
import { OtherKinds, type Kind, type Led } from './other-kinds.ts';
import { Recovery } from './recovery.ts';
import { Specs } from './specs.ts';
import { Tenure, type TenureHands } from './tenure.ts';

export class Host {
  readonly #context: HostContext;
  readonly #tenure: Tenure | null;
  readonly #specs: Specs;
  readonly #actors: InstancePopulation;
  readonly #others: OtherKinds;
  readonly #watch: HypervisorWatch;
  readonly #recovery: Recovery;
  readonly #closing = new AbortController();
  readonly #read = Promise.withResolvers<void>();
  #cancelRenewal: (() => void) | null = null;

  constructor(options: HostOptions) {
    const { host, incarnation, journal, clock = systemClock, log = silentLog, onConfirmed } = options;
    const policy = { ...defaultRuntimePolicy, ...options.policy };
    const lease = new Lease(clock, policy.leaseMs);
    const common = { host, journal, clock, log, lease, closing: this.#closing.signal };
    this.#tenure =
      options.underTerm === true
        ? new Tenure({ ...common, hands: this.#tenureHands(), ...(onConfirmed && { onConfirmed }) })
        : null;
    this.#context = {
      ...common,
      options,
      incarnation,
      policy,
      messages: new MessageBuilder(host, incarnation),
      tenure: this.#tenure,
      superseded: (message) => this.#superseded(message),
    };
    this.#specs = new Specs(journal, host);
    this.#actors = instancePopulation(this.#context, this.#specs);
    this.#others = new OtherKinds(this.#context);
    this.#watch = new HypervisorWatch(this.#context, this.#actors);
    this.#recovery = new Recovery(this.#context, this.#actors, this.#others);
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
    return this.#others.lead(kind);
  }

  get host(): HostName {
    return this.#context.host;
  }

  get lease(): Lease {
    return this.#context.lease;
  }

  /**
   * Resolves when every history of this host has been read; instances are served as they are read, before that. Rejects with the signal's
   * reason.
   */
  async whenRead(signal: AbortSignal): Promise<void> {
    const { promise, reject } = Promise.withResolvers<never>();
    const abort = (): void => reject(signal.reason);
    signal.addEventListener('abort', abort, { once: true });
    try {
      signal.throwIfAborted();
      await Promise.race([this.#read.promise, promise]);
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /**
   * Recovery: subscribe to changes first (they are kept), then the last message of every history, then one bulk look; then each instance
   * by itself: its due effect again, or a look. Nothing waits for all.
   */
  async start(): Promise<void> {
    await this.#context.journal.provision(this.host);
    // Before anything is looked at: what was decided about this host while no agent of it ran.
    await this.#tenure?.confirmFirst(this.#context.policy);
    await this.#watch.begin();
    const seen = this.#watch.lookAtAll();
    const recovered = await this.#recovery.readOpen();
    this.#read.resolve();
    this.#renewLease();
    // Effects that are due do not wait for the bulk look: they look for themselves.
    this.#others.resumeDue();
    const resting = recovered.filter((actor) => this.#tenure?.barred === true || !this.#actors.resumeDue(actor));
    const all = await seen;
    if (all !== null && this.#tenure?.barred !== true)
      for (const actor of resting) actor.resume(all.get(actor.id as InstanceUuid));
    this.#watch.releaseEarlyHints();
    if (all !== null) await this.#watch.meetStrays(all);
    this.#watch.compareNowAndThen();
    this.#recovery.readAgainLater();
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

  /** What the effects that touch an instance just now say of themselves. */
  progress(instance: InstanceUuid): readonly EffectProgress[] {
    return this.#actors.get(instance)?.progress ?? [];
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

  /** Compares all that is recorded with all that is seen; differences become looks, strangers are dealt with. */
  compare(why: string): Promise<void> {
    return this.#watch.compare(why);
  }

  /** Ends without touching any guest: running effects lose their permits and are done again by the next process. */
  async stop(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    for (const actor of this.#actors.all()) actor.close('the agent stops');
    this.#others.close('the agent stops');
    this.#closing.abort(new Error('the agent stops'));
    this.#cancelRenewal?.();
    this.#recovery.stop();
    await this.#watch.stop();
  }

  #tenureHands(): TenureHands {
    const { signal } = this.#closing;
    return {
      reconsider: () => {
        for (const actor of this.#actors.all()) actor.reconsider();
      },
      readHistories: () => this.#recovery.readAgain(),
      release: () => {
        for (const actor of this.#actors.all()) if (!this.#actors.resumeDue(actor)) actor.reconsider();
        void this.compare('the host may run guests again');
      },
      isBusy: () => [...this.#actors.all()].some((actor) => actor.isRunningForbidden),
      observeAll: () => {
        const { options, policy } = this.#context;
        return options.executor.observeAll({ signal, deadlineMs: policy.lookTimeoutMs });
      },
      stopNow: async (instance) => {
        const { incarnation, options } = this.#context;
        await options.executor.stopNow?.(instance, {
          instance,
          mark: { epoch: 0, op: 0 },
          incarnation,
          permit: { signal, check: () => signal.throwIfAborted() },
          remainingMs: () => 30_000,
          progress: () => {},
        });
      },
    };
  }

  #superseded(message: { readonly instance: string; readonly incarnation: Incarnation }): void {
    const { log, options } = this.#context;
    const { instance, incarnation } = message;
    log.error({ instance, by: incarnation }, 'a newer process of this host has taken over');
    void this.stop();
    options.onSuperseded?.(message);
  }

  /** The lease stays fresh while nothing is appended: long effects need it. */
  #renewLease(): void {
    if (this.#closing.signal.aborted) return;
    const { clock, journal, lease, policy } = this.#context;
    const sent = lease.now();
    const renewed =
      this.#tenure === null ? journal.link.roundTrip().then(() => lease.renew(sent)) : this.#tenure.confirm();
    renewed.catch(() => undefined);
    this.#cancelRenewal = clock.after(policy.leaseMs / 3, () => this.#renewLease());
  }
}
