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

/** Entries in order of name, then UUID; kept sorted between changes of names, so that a list is a walk. */
export class Listing {
  #sorted: InstanceEntry[] | null = null;

  /** To be called when an instance comes or its name becomes known. */
  invalidate(): void {
    this.#sorted = null;
  }

  /** The instances of a page, in order. */
  *select(entries: Iterable<InstanceEntry>, filter: ListFilter): Generator<InstanceEntry> {
    const matches = matcher(filter);
    const sorted = (this.#sorted ??= [...entries].toSorted(inOrder));
    const start = filter.after === undefined ? 0 : sorted.findIndex(({ uuid }) => uuid === filter.after) + 1;
    let left = filter.limit ?? Number.POSITIVE_INFINITY;
    for (let index = start; index < sorted.length && left > 0; index++) {
      const entry = sorted[index] as InstanceEntry;
      if (!matches(entry)) continue;
      left--;
      yield entry;
    }
  }
}

function inOrder(a: InstanceEntry, b: InstanceEntry): number {
  const [nameA, nameB] = [a.name ?? '', b.name ?? ''];
  if (nameA !== nameB) return nameA < nameB ? -1 : 1;
  return a.uuid < b.uuid ? -1 : 1;
}

function matcher({ all, name, host, state }: ListFilter): (entry: InstanceEntry) => boolean {
  const named = name === undefined ? null : pattern(name);
  return (entry) =>
    (all === true || !entry.isDeleted || state === 'deleted') &&
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
