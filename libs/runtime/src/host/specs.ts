import { ChronovirtError, instanceSpec, type InstanceSpec, type TurnMessage } from '@chronovirt/contract';
import type { SpecSource } from '../actor/actor-host.ts';
import { isReadable, type Journal } from '../ports/journal.ts';

/** Specs by instance, read from the message that the state points to; the ones used lately stay in memory. */
export class Specs implements SpecSource<InstanceSpec> {
  readonly #journal: Journal;
  readonly #host: string;
  readonly #capacity: number;
  readonly #known = new Map<string, InstanceSpec>();

  constructor(journal: Journal, host: string, capacity = 512) {
    this.#journal = journal;
    this.#host = host;
    this.#capacity = capacity;
  }

  known(instance: string): InstanceSpec | undefined {
    return this.#known.get(instance);
  }

  /** Takes the spec out of a message just stored, if it bears one. */
  learn(message: TurnMessage): void {
    const spec = specIn(message);
    if (spec !== undefined) this.#remember(message.instance, spec);
  }

  forget(instance: string): void {
    this.#known.delete(instance);
  }

  /** Reads the spec from the message with sequence `seq` of this host's stream. */
  async load(instance: string, seq: number): Promise<InstanceSpec> {
    const stored = await this.#journal.get(this.#host, seq);
    if (stored === null || !isReadable(stored))
      throw new ChronovirtError(
        'SPEC_UNREADABLE',
        `message ${seq} of host ${this.#host}, which holds the spec, cannot be read`,
      );
    const spec = specIn(stored.message);
    if (spec === undefined || spec.uuid !== instance)
      throw new ChronovirtError(
        'SPEC_UNREADABLE',
        `message ${seq} of host ${this.#host} holds no spec of instance ${instance}`,
      );
    this.#remember(instance, spec);
    return spec;
  }

  #remember(instance: string, spec: InstanceSpec): void {
    this.#known.delete(instance);
    this.#known.set(instance, spec);
    if (this.#known.size > this.#capacity) {
      const oldest = this.#known.keys().next();
      if (!oldest.done) this.#known.delete(oldest.value);
    }
  }
}

/** The spec that a message bears, if any: `create.requested`, `adopted` and whatever changes it carry it whole. */
export function specIn(message: TurnMessage): InstanceSpec | undefined {
  for (const event of message.events) {
    const candidate = event.data?.['spec'];
    if (candidate !== undefined && candidate !== null) return instanceSpec.parse(candidate);
  }
  return undefined;
}
