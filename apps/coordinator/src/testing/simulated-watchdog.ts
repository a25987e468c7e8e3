import type { SimulatedHost } from '@chronovirt/fake-driver';
import type { SimulatedClock } from '@chronovirt/testing/sim';

/** The watchdog beside an agent, in virtual time: it outlives the agent and knows nothing of the journal. */
export class SimulatedWatchdog {
  readonly boundMs: number;
  readonly #clock: SimulatedClock;
  readonly #sim: SimulatedHost;
  #confirmed: number;
  /** Guests that it has ended. */
  ended = 0;

  constructor(clock: SimulatedClock, sim: SimulatedHost, boundMs: number) {
    this.boundMs = boundMs;
    this.#clock = clock;
    this.#sim = sim;
    this.#confirmed = clock.monotonic();
    this.#schedule();
  }

  confirmed(monotonicMs: number): void {
    this.#confirmed = Math.max(this.#confirmed, monotonicMs);
  }

  #schedule(): void {
    this.#clock.after(250, () => {
      this.#check();
      this.#schedule();
    });
  }

  #check(): void {
    if (this.#clock.monotonic() - this.#confirmed <= this.boundMs) return;
    for (const { uuid } of this.#sim.allViews()) {
      const domain = this.#sim.find(uuid);
      if (domain === null || domain.run === null) continue;
      domain.stop('crashed');
      this.ended += 1;
    }
  }
}
