/**
 * Connections for calls that change something. One call on one connection: closing the connection of a revoked effect can hurt no
 * other effect, and a call on a hung guest holds up nobody. At most four such calls at a time, since calls that hang take workers of
 * the daemon; two more places are kept for calls that end a bad situation (destroy), which must not queue behind the hung ones.
 */
import type { InstanceUuid } from '@chronovirt/contract';
import type { Libvirt } from '@chronovirt/libvirt';

const PLACES = { normal: 4, urgent: 2 } as const;
type Lane = keyof typeof PLACES;

interface Waiter {
  readonly begin: () => void;
}

export class ControlConnections {
  readonly #connect: () => Promise<Libvirt>;
  readonly #idle: Libvirt[] = [];
  readonly #busy: Record<Lane, number> = { normal: 0, urgent: 0 };
  readonly #waiting: Record<Lane, Waiter[]> = { normal: [], urgent: [] };
  readonly #inUse = new Map<Libvirt, InstanceUuid | null>();
  #closed = false;

  constructor(connect: () => Promise<Libvirt>) {
    this.#connect = connect;
  }

  /** Runs one call on a connection of its own. `signal` ends the wait for a place, never the call itself. */
  async run<T>(
    instance: InstanceUuid | null,
    lane: Lane,
    signal: AbortSignal,
    call: (libvirt: Libvirt) => Promise<T>,
  ): Promise<T> {
    await this.#enter(lane, signal);
    try {
      const libvirt = await this.#take();
      this.#inUse.set(libvirt, instance);
      try {
        return await call(libvirt);
      } finally {
        this.#inUse.delete(libvirt);
        this.#giveBack(libvirt);
      }
    } finally {
      this.#leave(lane);
    }
  }

  /** Closes the connection on which a call for that instance is in flight; the daemon may go on with the call. */
  interrupt(instance: InstanceUuid): void {
    for (const [libvirt, user] of this.#inUse) if (user === instance) libvirt.session.destroy();
  }

  async close(): Promise<void> {
    this.#closed = true;
    const open = [...this.#idle.splice(0), ...this.#inUse.keys()];
    await Promise.all(open.map((libvirt) => libvirt.close({ graceMs: 1_000 })));
  }

  async #take(): Promise<Libvirt> {
    for (let libvirt = this.#idle.pop(); libvirt !== undefined; libvirt = this.#idle.pop()) {
      if (libvirt.session.isOpen) return libvirt;
    }
    return await this.#connect();
  }

  #giveBack(libvirt: Libvirt): void {
    const { session } = libvirt;
    // A call that nobody waited for any more still runs there: such a connection is not used again.
    if (session.isOpen && session.load.inFlight === 0 && !this.#closed) this.#idle.push(libvirt);
    else session.destroy();
  }

  async #enter(lane: Lane, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#busy[lane] < PLACES[lane]) {
      this.#busy[lane] += 1;
      return;
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { begin: resolve };
    const abort = (): void => {
      const at = this.#waiting[lane].indexOf(waiter);
      if (at >= 0) this.#waiting[lane].splice(at, 1);
      if (at >= 0) reject(signal.reason);
    };
    this.#waiting[lane].push(waiter);
    signal.addEventListener('abort', abort, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** Hands the place to who has waited longest. */
  #leave(lane: Lane): void {
    const next = this.#waiting[lane].shift();
    if (next === undefined) this.#busy[lane] -= 1;
    else next.begin();
  }
}
