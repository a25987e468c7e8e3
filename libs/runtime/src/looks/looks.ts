import type { InstanceUuid, Observation } from '@chronovirt/contract';
import type { Clock } from '../ports/clock.ts';
import type { EffectExecutor } from '../ports/effect-executor.ts';
import type { RuntimePolicy } from '../ports/policy.ts';
import { sleep } from '../effects/effect-run.ts';

/**
 * Looks at the hypervisor on behalf of resting actors: a few at a time, each with a deadline. An absence is news only when a second
 * look agrees: a domain is absent for a moment while somebody defines it anew.
 */
export class Looks<S> {
  readonly #executor: Pick<EffectExecutor, 'observe'>;
  readonly #clock: Clock;
  readonly #policy: RuntimePolicy;
  readonly #closing: AbortSignal;
  readonly #seemsThere: (state: S) => boolean;
  readonly #waiting: (() => void)[] = [];
  #free: number;

  /** `seemsThere`: whether a state says that there is something to be seen, so that an absence is news. */
  constructor(
    executor: Pick<EffectExecutor, 'observe'>,
    clock: Clock,
    policy: RuntimePolicy,
    closing: AbortSignal,
    seemsThere: (state: S) => boolean,
  ) {
    this.#executor = executor;
    this.#clock = clock;
    this.#policy = policy;
    this.#closing = closing;
    this.#seemsThere = seemsThere;
    this.#free = policy.looksAtOnce;
  }

  /** Null where nothing can be seen; throws when nobody answers. */
  async look(id: string, state: S | null): Promise<Observation | null> {
    await this.#enter();
    try {
      const seen = await this.#observe(id);
      const news = seen?.power === 'absent' && state !== null && this.#seemsThere(state);
      if (!news) return seen;
      await sleep(this.#clock, this.#policy.absenceRecheckMs, this.#closing);
      return await this.#observe(id);
    } finally {
      this.#leave();
    }
  }

  #observe(id: string): Promise<Observation | null> {
    return this.#executor.observe(id as InstanceUuid, {
      signal: this.#closing,
      deadlineMs: this.#policy.lookTimeoutMs,
    });
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
