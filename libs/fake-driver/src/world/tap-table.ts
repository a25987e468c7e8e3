import type { InstanceUuid } from '@chronovirt/contract';

/** The taps of a host, each with the instance that it belongs to; found by instance without a search through all. */
export class TapTable {
  readonly #owners = new Map<string, InstanceUuid>();
  readonly #byOwner = new Map<InstanceUuid, Set<string>>();

  plug(tap: string, owner: InstanceUuid): void {
    this.unplug(tap);
    this.#owners.set(tap, owner);
    const taps = this.#byOwner.get(owner) ?? new Set();
    this.#byOwner.set(owner, taps.add(tap));
  }

  /** Nothing where there is no such tap. */
  unplug(tap: string): void {
    const owner = this.#owners.get(tap);
    if (owner === undefined) return;
    this.#owners.delete(tap);
    const taps = this.#byOwner.get(owner);
    taps?.delete(tap);
    if (taps?.size === 0) this.#byOwner.delete(owner);
  }

  of(owner: InstanceUuid): string[] {
    return [...(this.#byOwner.get(owner) ?? [])];
  }

  /** The host lost power: taps are nowhere written down. */
  clear(): void {
    this.#owners.clear();
    this.#byOwner.clear();
  }

  get size(): number {
    return this.#owners.size;
  }
}
