/** Order in which waiting calls go: urgent ones, then those the daemon serves at once, then the rest. */
export type Rank = 'urgent' | 'high' | 'normal';

/** So many high calls may pass one normal call; then it goes, so that a stream of small questions starves nothing. */
const PASSES = 16;

/** Calls that wait for a place in the window: first in, first out within a rank. */
export class CallQueue<T> {
  private readonly urgent = new Set<T>();
  private readonly high = new Set<T>();
  private readonly normal = new Set<T>();
  private passed = 0;

  get size(): number {
    return this.urgent.size + this.high.size + this.normal.size;
  }

  add(item: T, rank: Rank): void {
    this[rank].add(item);
  }

  /** Removes a waiting item; false when it is not waiting (any more). */
  remove(item: T): boolean {
    return this.urgent.delete(item) || this.high.delete(item) || this.normal.delete(item);
  }

  /** Takes the next one out, or undefined when none waits. */
  next(): T | undefined {
    if (this.urgent.size > 0) return takeFirst(this.urgent);
    if (this.high.size > 0 && (this.normal.size === 0 || this.passed < PASSES)) {
      if (this.normal.size > 0) this.passed += 1;
      return takeFirst(this.high);
    }
    this.passed = 0;
    return takeFirst(this.normal);
  }

  /** Takes everything out, in order. */
  drain(): T[] {
    const all: T[] = [];
    for (let item = this.next(); item !== undefined; item = this.next()) all.push(item);
    return all;
  }
}

function takeFirst<T>(items: Set<T>): T | undefined {
  for (const item of items) {
    items.delete(item);
    return item;
  }
  return undefined;
}
