/** One end of a connection between two daemons, as TCP with keepalive shows it. */
import type { Neighbours } from './neighbours.ts';
import type { Hypervisor } from './hypervisor.ts';

/** How long a daemon takes a silent connection for alive: libvirt asks five times, five seconds apart. */
export const KEEPALIVE_MS = 30_000;

/**
 * Calls `onLost` once, when `here` knows that the connection to `there` is over: at once when the daemon there ended and could still say
 * so, after the keepalive when there was only silence. A link that comes back in time was never away.
 */
export class LinkWatch {
  readonly #here: Hypervisor;
  readonly #there: Hypervisor;
  readonly #neighbours: Neighbours;
  readonly #onLost: () => unknown;
  readonly #daemonRun: number;
  readonly #stopListening: () => void;
  #cancelTimer: (() => void) | null = null;
  #over = false;

  constructor(neighbours: Neighbours, here: Hypervisor, there: Hypervisor, onLost: () => unknown) {
    this.#neighbours = neighbours;
    this.#here = here;
    this.#there = there;
    this.#onLost = onLost;
    this.#daemonRun = there.daemonRun;
    this.#stopListening = neighbours.onChange(() => this.#look());
    this.#look();
  }

  /** Whether packets pass and the daemon there is the one that the connection was made to. */
  get passes(): boolean {
    return !this.#over && this.#connected && this.#sameDaemon;
  }

  stop(): void {
    this.#over = true;
    this.#cancelTimer?.();
    this.#cancelTimer = null;
    this.#stopListening();
  }

  get #connected(): boolean {
    return this.#neighbours.connected(this.#here, this.#there);
  }

  get #sameDaemon(): boolean {
    return this.#there.powered && this.#there.daemonUp && this.#there.daemonRun === this.#daemonRun;
  }

  #look(): void {
    if (this.#over) return;
    if (this.passes) {
      this.#cancelTimer?.();
      this.#cancelTimer = null;
    } else if (this.#connected && this.#there.powered) this.#lost();
    else this.#cancelTimer ??= this.#here.clock.after(KEEPALIVE_MS, () => this.#lost());
  }

  #lost(): void {
    if (this.#over) return;
    this.stop();
    this.#onLost();
  }
}
