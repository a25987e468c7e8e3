import { isHostToken } from '@chronovirt/contract';
import type { Stored } from '../ports/journal.ts';
import type { HostContext } from './host-context.ts';
import type { InstanceActor, InstancePopulation } from './instance-population.ts';
import type { OtherKinds } from './other-kinds.ts';

/** Makes the actors of a host from the last messages of its histories; each message goes to whoever leads its history. */
export class Recovery {
  readonly #context: HostContext;
  readonly #instances: InstancePopulation;
  readonly #others: OtherKinds;
  #cancelReading: (() => void) | null = null;

  constructor(context: HostContext, instances: InstancePopulation, others: OtherKinds) {
    this.#context = context;
    this.#instances = instances;
    this.#others = others;
  }

  /** The instances whose histories are open. Those that are over wait for the second reading; who speaks to one before is served from its own last message. */
  async readOpen(): Promise<InstanceActor[]> {
    const { journal, host } = this.#context;
    const recovered: InstanceActor[] = [];
    for await (const stored of journal.lastOfAll(host, 'open')) {
      const actor = this.#recover(stored);
      if (actor !== null) recovered.push(actor);
    }
    return recovered;
  }

  /**
   * A predecessor's last append may land after the histories were read: it lay in a frozen server's buffers, and nobody knows of it. Once
   * a lease has passed since, the last messages are read again, and those of closed histories are checked for the first time.
   */
  readAgainLater(): void {
    const { clock, closing, log, policy } = this.#context;
    if (closing.aborted) return;
    this.#cancelReading = clock.after(policy.leaseMs, () => {
      this.readAgain().catch((error: unknown) => {
        log.warn({ error: String(error) }, 'the histories could not be read again; trying later');
        this.readAgainLater();
      });
    });
  }

  /** Every history is read again and what is new in it folded; resolves when that is done. */
  async readAgain(): Promise<void> {
    const { closing, host, journal } = this.#context;
    const folded: Promise<void>[] = [];
    for await (const stored of journal.lastOfAll(host)) {
      if (closing.aborted) return;
      const known = (this.#others.ownerOf(stored.instance) ?? this.#instances).get(stored.instance);
      if (known !== undefined) {
        if (stored.seq > known.seq) folded.push(known.readOn(stored));
        continue;
      }
      const recovered = this.#recover(stored);
      if (recovered !== null && !this.#instances.resumeDue(recovered)) recovered.hint('a message that was stored late');
    }
    await Promise.all(folded);
  }

  stop(): void {
    this.#cancelReading?.();
  }

  /** The actor of an instance's history; what is of another kind goes to those who lead it, or is none of this process's. */
  #recover(stored: Stored): InstanceActor | null {
    const other = this.#others.ownerOf(stored.instance);
    if (other !== undefined) {
      other.recover(stored);
      return null;
    }
    return isHostToken(stored.instance) ? null : this.#instances.recover(stored);
  }
}
