/**
 * Questions to the agents inside guests. A guest decides when its agent answers, and whether: libvirt waits for it without end once the agent
 * has shown that it is there. So these questions have a connection of their own, on which no look waits behind them; whoever asks waits a
 * moment only; and a guest that owes an answer is not asked again, nor are more than a few at a time, since each holds a worker of the daemon.
 */
import type { InstanceUuid, QueryContext } from '@chronovirt/contract';
import { DomainInterfaceAddressesSource, Libvirt, LibvirtError, domainByUuid } from '@chronovirt/libvirt';
import type { DomainInterface } from '@chronovirt/libvirt';

/** What an idle guest needs is a few milliseconds, emulated a few dozen. */
const PATIENCE_MS = 2_000;
const MOST_AT_A_TIME = 4;

export class GuestAgents {
  readonly #connect: () => Promise<Libvirt>;
  readonly #owing = new Set<InstanceUuid>();
  #connection: Promise<Libvirt> | null = null;

  constructor(connect: () => Promise<Libvirt>) {
    this.#connect = connect;
  }

  /** The guest's NICs as its agent sees them; none when no agent answers in time. Throws what keeps it from asking at all. */
  async interfaces(instance: InstanceUuid, context: QueryContext): Promise<readonly DomainInterface[]> {
    if (this.#owing.has(instance) || this.#owing.size >= MOST_AT_A_TIME) return [];
    this.#owing.add(instance);
    const answer = this.#ask(instance).finally(() => this.#owing.delete(instance));
    const patience = AbortSignal.any([
      context.signal,
      AbortSignal.timeout(Math.min(PATIENCE_MS, Math.max(1, context.deadlineMs / 2))),
    ]);
    const { promise: nothing, resolve } = Promise.withResolvers<readonly DomainInterface[]>();
    patience.addEventListener('abort', () => resolve([]), { once: true });
    if (patience.aborted) resolve([]);
    return await Promise.race([answer, nothing]);
  }

  async close(): Promise<void> {
    const connection = await this.#connection?.catch(() => null);
    // Nobody waits for an agent's answer at the end.
    await connection?.close({ graceMs: 0 });
  }

  /** Resolves only when libvirt has done with it, however long that takes. */
  async #ask(instance: InstanceUuid): Promise<readonly DomainInterface[]> {
    try {
      const libvirt = await this.#open();
      return await libvirt.domainInterfaceAddresses(domainByUuid(instance), DomainInterfaceAddressesSource.AGENT);
    } catch (error) {
      if (error instanceof LibvirtError) return []; // no agent, or none that answers
      throw error;
    }
  }

  async #open(): Promise<Libvirt> {
    const current = await this.#connection?.catch(() => null);
    if (current?.session.isOpen) return current;
    this.#connection = this.#connect();
    return await this.#connection;
  }
}
