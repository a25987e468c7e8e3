import type { HaltReport } from '@chronovirt/contract';
import type { InstanceEntry } from './instance-entry.ts';
import type { Segment } from './segment.ts';

type Halted = NonNullable<Segment['halted']>;

/** Halts that agents tell of in their reports. No message says so: what is put into the picture here is taken out again here. */
export class ToldHalts {
  readonly #told = new Map<string, ReadonlyMap<string, Halted>>();
  readonly #entryOf: (instance: string) => InstanceEntry | undefined;
  readonly #put: (entry: InstanceEntry, segment: Segment) => void;

  constructor(
    entryOf: (instance: string) => InstanceEntry | undefined,
    put: (entry: InstanceEntry, segment: Segment) => void,
  ) {
    this.#entryOf = entryOf;
    this.#put = put;
  }

  /** All that a host tells now. */
  hear(host: string, halts: readonly HaltReport[]): void {
    const before = this.#told.get(host);
    if (halts.length === 0 && before === undefined) return;
    const now = new Map<string, Halted>();
    for (const { instance, code, message, seq } of halts) {
      const entry = this.#entryOf(instance);
      const segment = entry?.of(host);
      if (entry === undefined || segment === undefined) continue;
      const known = before?.get(instance);
      const halted =
        known?.code === code && known.text === message ? known : { code, text: message, seq: seq ?? segment.seq };
      now.set(instance, halted);
      // What cannot be read says so by itself, and more exactly.
      if (segment.halted === null || segment.halted === known) this.#set(entry, segment, halted);
    }
    for (const [instance, halted] of before ?? []) {
      const entry = this.#entryOf(instance);
      const segment = entry?.of(host);
      if (!now.has(instance) && entry !== undefined && segment?.halted === halted) this.#set(entry, segment, null);
    }
    if (now.size === 0) this.#told.delete(host);
    else this.#told.set(host, now);
  }

  #set(entry: InstanceEntry, segment: Segment, halted: Halted | null): void {
    if (segment.halted !== halted) this.#put(entry, { ...segment, halted });
  }
}
