import type { InstanceEntry } from './instance-entry.ts';

/** Which instances, and which page of them. `name` may hold `*` for any run of characters. */
export interface ListFilter {
  readonly all?: boolean;
  readonly name?: string;
  readonly host?: string;
  readonly state?: string;
  readonly limit?: number;
  /** UUID of the last instance of the page before. */
  readonly after?: string;
}

/** What of an entry decides whether and where it is listed. */
export type Listed = Pick<InstanceEntry, 'name' | 'isDeleted'>;

/**
 * Entries in order of name, then UUID; kept sorted between changes of names, so that a list is a walk. Those that live are kept by
 * themselves: in the end most are deleted.
 */
export class Listing {
  readonly #entries: ReadonlyMap<string, InstanceEntry>;
  #all: readonly InstanceEntry[] | null = null;
  #living: readonly InstanceEntry[] | null = null;

  /** `entries` by UUID; each change of one is to be told. */
  constructor(entries: ReadonlyMap<string, InstanceEntry>) {
    this.#entries = entries;
  }

  /** To be called when an instance has changed; `before`: what it was, null = it is new. */
  changed(now: Listed, before: Listed | null): void {
    const isMoved = before === null || before.name !== now.name;
    const wasLiving = before?.isDeleted === false;
    if (isMoved) this.#all = null;
    if (wasLiving === now.isDeleted || (isMoved && wasLiving)) this.#living = null;
  }

  /** The instances of a page, in order. */
  *select(filter: ListFilter): Generator<InstanceEntry> {
    const { all, state, limit, after } = filter;
    const matches = matcher(filter);
    const sorted =
      all === true || state === 'deleted'
        ? (this.#all ??= inOrder([...this.#entries.values()]))
        : (this.#living ??= inOrder([...this.#entries.values()].filter(({ isDeleted }) => !isDeleted)));
    const last = after === undefined ? undefined : this.#entries.get(after);
    let left = limit ?? Number.POSITIVE_INFINITY;
    for (let index = last === undefined ? 0 : endOf(sorted, last); index < sorted.length && left > 0; index++) {
      const entry = sorted[index] as InstanceEntry;
      if (matches !== null && !matches(entry)) continue;
      left--;
      yield entry;
    }
  }
}

/** Sorts by name, then UUID. */
function inOrder(entries: readonly InstanceEntry[]): InstanceEntry[] {
  return entries
    .map((entry) => ({ entry, key: keyOf(entry) }))
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ entry }) => entry);
}

/** No name holds the separator, and it sorts before all that a name may hold. */
const keyOf = ({ name, uuid }: InstanceEntry): string => `${name ?? ''}\0${uuid}`;

/** Where the entries begin that come after `last`, which itself may have left the list. */
function endOf(sorted: readonly InstanceEntry[], last: InstanceEntry): number {
  const key = keyOf(last);
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keyOf(sorted[middle] as InstanceEntry) <= key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Null where nothing is asked for. */
function matcher({ name, host, state }: ListFilter): ((entry: InstanceEntry) => boolean) | null {
  if (name === undefined && host === undefined && state === undefined) return null;
  const named = name === undefined ? null : pattern(name);
  return (entry) =>
    (named === null || named.test(entry.name ?? '')) &&
    (host === undefined || entry.host === host) &&
    (state === undefined || entry.state === state || (entry.state?.startsWith(`${state}.`) ?? false));
}

function pattern(glob: string): RegExp {
  return new RegExp(
    `^${glob
      .split('*')
      .map((text) => text.replaceAll(/[\\^$.|?+()[\]{}]/g, '\\$&'))
      .join('.*')}$`,
  );
}
