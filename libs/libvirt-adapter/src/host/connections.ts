/**
 * All connections of a host's driver to its libvirt, by purpose:
 *
 * - control: one call per connection, for what changes something (`ControlConnections`)
 * - queries: one connection for all looks; four in flight, the rest queues
 * - events: one connection of its own (`EventFeed`), so that no call delays an event
 *
 * A connection is opened when it is needed; when libvirt is away, the call fails at once and says so.
 */
import { HypervisorUnavailableError } from '@chronovirt/contract';
import type { InstanceUuid } from '@chronovirt/contract';
import { Libvirt } from '@chronovirt/libvirt';
import type { CallOptions } from '@chronovirt/libvirt';
import { ControlConnections } from './control-connections.ts';
import { translated } from './faults.ts';

export class Connections {
  readonly control: ControlConnections;
  readonly #uri: string;
  #query: Promise<Libvirt> | null = null;
  #waitingFor: string | null = null;
  #closed = false;

  constructor(uri: string) {
    this.#uri = uri;
    this.control = new ControlConnections(() => this.open());
  }

  /** What is waited for, in a person's words; null while libvirt answers as far as known. */
  get waitingFor(): string | null {
    return this.#waitingFor;
  }

  /** Opens a connection for the caller's own use. Throws `HYPERVISOR_UNAVAILABLE`. */
  async open(): Promise<Libvirt> {
    if (this.#closed) throw new HypervisorUnavailableError('the driver was closed');
    try {
      const libvirt = await Libvirt.connect({ uri: this.#uri });
      this.#waitingFor = null;
      return libvirt;
    } catch (error) {
      this.#waitingFor = `libvirt does not answer at ${this.#uri}`;
      throw translated(error);
    }
  }

  /** Asks; throws what the client throws. For whoever goes by libvirt's own errors. */
  async ask<T>(question: (libvirt: Libvirt, options: CallOptions) => Promise<T>, options: CallOptions): Promise<T> {
    return await question(await this.#queries(), options);
  }

  /** Asks; `instance` is whom the question is about. Throws the contract's errors. */
  async query<T>(
    question: (libvirt: Libvirt, options: CallOptions) => Promise<T>,
    options: CallOptions,
    instance?: InstanceUuid,
  ): Promise<T> {
    try {
      return await this.ask(question, options);
    } catch (error) {
      throw translated(error, instance);
    }
  }

  /** Ends all connections; calls that the daemon has may go on there. */
  async close(): Promise<void> {
    this.#closed = true;
    const query = await this.#query?.catch(() => null);
    await Promise.all([this.control.close(), query?.close({ graceMs: 1_000 })]);
  }

  async #queries(): Promise<Libvirt> {
    const current = await this.#query?.catch(() => null);
    if (current?.session.isOpen) return current;
    const opening = this.open();
    this.#query = opening;
    return await opening;
  }
}
