import type { Hint, InstanceUuid, Observation } from '@chronovirt/contract';
import type { HostContext } from './host-context.ts';
import type { InstanceActor, InstancePopulation } from './instance-population.ts';

type Seen = ReadonlyMap<InstanceUuid, Observation>;

/** What a host learns from its hypervisor by itself: hints become looks, and a comparison of all finds what no hint told. */
export class HypervisorWatch {
  readonly #context: HostContext;
  readonly #actors: InstancePopulation;
  /** Hints heard before the actors were there. */
  #early: Hint[] | null = [];
  #stopWatching: (() => Promise<void>) | null = null;
  #cancelComparison: (() => void) | null = null;
  readonly #strays = new Set<InstanceUuid>();

  constructor(context: HostContext, actors: InstancePopulation) {
    this.#context = context;
    this.#actors = actors;
  }

  /** From now on hints are heard; they are kept until `releaseEarlyHints`. */
  async begin(): Promise<void> {
    this.#stopWatching = await this.#context.options.executor.watch((hint) => {
      if (this.#early === null) this.#hear(hint);
      else this.#early.push(hint);
    });
  }

  releaseEarlyHints(): void {
    const early = this.#early ?? [];
    this.#early = null;
    for (const hint of early) this.#hear(hint);
  }

  /** All domains that bear our metadata; null when nobody answers. */
  async lookAtAll(): Promise<Seen | null> {
    const { closing, log, options, policy } = this.#context;
    try {
      return await options.executor.observeAll({ signal: closing, deadlineMs: policy.lookTimeoutMs });
    } catch (error) {
      log.warn({ error: String(error) }, 'the hypervisor does not answer; looking again when it does');
      return null;
    }
  }

  /** Compares all that is recorded with all that is seen; differences become looks, strangers are dealt with. */
  async compare(why: string): Promise<void> {
    if (this.#context.tenure?.barred === true) return;
    for (const actor of this.#actors.all()) if (actor.waits) void this.#readOn(actor);
    const all = await this.lookAtAll();
    if (all === null) return;
    for (const actor of this.#actors.all()) actor.compare(all.get(actor.id as InstanceUuid), why);
    await this.meetStrays(all);
  }

  compareNowAndThen(): void {
    const { clock, closing, policy } = this.#context;
    if (closing.aborted) return;
    this.#cancelComparison = clock.after(policy.comparisonMs, () => {
      void this.compare('comparison').finally(() => this.compareNowAndThen());
    });
  }

  /** Domains that bear our metadata without a live actor: those with a closed history are ended by it; those without any are told of, once, and left. */
  async meetStrays(all: Seen): Promise<void> {
    for (const instance of all.keys())
      if (!this.#actors.has(instance)) await this.#meetStray(instance, 'comparison: a domain of a closed history');
  }

  async stop(): Promise<void> {
    this.#cancelComparison?.();
    await this.#stopWatching?.();
  }

  #hear(hint: Hint): void {
    const { closing, tenure } = this.#context;
    if (closing.aborted) return;
    if (tenure?.barred === true) return void tenure.clear();
    if (hint.instance !== null) {
      const actor = this.#actors.get(hint.instance);
      if (actor !== undefined) actor.hint(hint.heard);
      else void this.#meetStray(hint.instance, hint.heard);
      return;
    }
    for (const actor of this.#actors.all()) actor.wake();
    void this.compare(hint.heard);
  }

  /** The cluster writes into the history of a host that it cannot reach: whoever waits for it looks there, too. */
  async #readOn(actor: InstanceActor): Promise<void> {
    const { host, journal, log } = this.#context;
    try {
      const last = await journal.last(host, actor.id);
      if (last !== null && last.seq > actor.seq) await actor.readOn(last);
    } catch (error) {
      log.debug({ instance: actor.id, error: String(error) }, 'the history could not be read on; trying later');
    }
  }

  async #meetStray(instance: InstanceUuid, heard: string): Promise<void> {
    const { host, journal, log } = this.#context;
    try {
      if ((await journal.last(host, instance)) !== null) return (await this.#actors.actorOf(instance)).hint(heard);
    } catch (error) {
      log.warn(
        { instance, error: String(error) },
        'a domain without an actor could not be looked up; the next comparison tries again',
      );
      return;
    }
    if (this.#strays.has(instance)) return;
    this.#strays.add(instance);
    log.warn({ instance }, 'a domain bears our metadata but no history of it is here; it is left alone');
  }
}
