import { CLUSTER } from '@chronovirt/contract';
import type { MoveView, Segment, SegmentView } from './segment.ts';
import { speaking } from './segment.ts';

/** One instance as the read model knows it: its segments and, ready to be sent, the picture that they make. */
export class InstanceEntry {
  readonly uuid: string;
  #segments: readonly Segment[] = [];
  #speaking: Segment | undefined;
  #json: string | null = null;

  constructor(uuid: string) {
    this.uuid = uuid;
  }

  get segments(): readonly Segment[] {
    return this.#segments;
  }

  /** The segment that speaks for the instance. */
  get segment(): Segment | undefined {
    return this.#speaking;
  }

  get name(): string | null {
    return this.#speaking?.spec?.name ?? this.#segments.find(({ spec }) => spec !== null)?.spec?.name ?? null;
  }

  get state(): string | null {
    return this.#speaking?.view?.state ?? null;
  }

  get isDeleted(): boolean {
    return this.state === 'deleted' && this.#speaking?.halted === null;
  }

  /** The host that has it; null while the spine does. */
  get host(): string | null {
    return this.#speaking?.host ?? null;
  }

  /** The move that is under way, or waits to be settled; the spine tells of it. */
  get migration(): MoveView | null {
    return this.of(CLUSTER)?.view?.migration ?? null;
  }

  /**
   * The lock as the host has it that holds the instance under `epoch`; undefined where it has not taken it up yet. Until then the source of a
   * move says it, whose lock goes along.
   */
  lockOn(host: string, epoch: number): SegmentView['lock'] | undefined {
    const there = this.of(host);
    const source = this.migration?.context.source;
    const isThere = there !== undefined && there.role !== 'incoming' && there.epoch >= epoch;
    return (isThere ? there : source === undefined ? undefined : this.of(source))?.view?.lock;
  }

  of(host: string): Segment | undefined {
    return this.#segments.find((segment) => segment.host === host);
  }

  /** Replaces what is known of one host. Segments are kept in order of their hosts, so equal knowledge is equal whatever came first. */
  put(segment: Segment): void {
    this.#segments = [...this.#segments.filter(({ host }) => host !== segment.host), segment].toSorted((a, b) =>
      a.host < b.host ? -1 : 1,
    );
    this.#speaking = speaking(this.#segments);
    this.#json = null;
  }

  /** Milliseconds since 1970 of the earliest message known to bear the spec; null while none is. */
  get created(): number | null {
    const times = this.#segments.map(({ specAt }) => specAt).filter((at) => at > 0);
    return times.length === 0 ? null : Math.min(...times);
  }

  /** The picture as JSON, made once per change. */
  get json(): string {
    return (this.#json ??= this.#compose());
  }

  #compose(): string {
    const owner = this.#speaking;
    const { at = null, migration: _, ...view } = owner?.view ?? {};
    const head = {
      uuid: this.uuid,
      name: this.name,
      host: this.host,
      epoch: owner?.epoch ?? 0,
      seq: owner?.seq ?? 0,
      created: this.created,
      changed: at,
      ...view,
      halted: owner?.halted ?? null,
      ...(this.migration !== null && { migration: this.migration }),
    };
    const spec = owner?.spec ?? this.#segments.find((segment) => segment.spec !== null)?.spec ?? null;
    const text = JSON.stringify(head);
    return spec === null ? text : `${text.slice(0, -1)},${spec.json}}`;
  }
}
