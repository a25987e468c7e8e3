import type { InstanceState, InstanceUuid, Observation } from '@chronovirt/contract';
import type { Clock } from '../ports/clock.ts';
import type { EffectExecutor } from '../ports/effect-executor.ts';
import type { RuntimePolicy } from '../ports/policy.ts';
import { sleep } from '../effects/effect-run.ts';

/**
 * Looks at the hypervisor on behalf of resting actors: a few at a time, each with a deadline. An absence is news only when a second
 * look agrees: a domain is absent for a moment while somebody defines it anew.
 */
export class Looks {
  readonly #executor: EffectExecutor;
  readonly #clock: Clock;
  readonly #policy: RuntimePolicy;
  readonly #closing: AbortSignal;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  constructor(executor: EffectExecutor, clock: Clock, policy: RuntimePolicy, closing: AbortSignal) {
    this.#executor = executor;
    this.#clock = clock;
    this.#policy = policy;
    this.#closing = closing;
    this.#free = policy.looksAtOnce;
  }

  /** Null where nothing can be seen; throws when nobody answers. */
  async look(instance: InstanceUuid, state: InstanceState | null): Promise<Observation | null> {
    await this.#enter();
    try {
      const seen = await this.#observe(instance);
      const news = seen?.power === 'absent' && state !== null && state.parts.power !== 'absent';
      if (!news) return seen;
      await sleep(this.#clock, this.#policy.absenceRecheckMs, this.#closing);
      return await this.#observe(instance);
    } finally {
      this.#leave();
    }
  }

  #observe(instance: InstanceUuid): Promise<Observation | null> {
    return this.#executor.observe(instance, { signal: this.#closing, deadlineMs: this.#policy.lookTimeoutMs });
  }

  #enter(): Promise<void> | void {
    if (this.#free > 0) {
      this.#free -= 1;
      return;
    }
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
