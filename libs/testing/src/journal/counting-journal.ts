import { MemoryJournal, type Stored } from '@chronovirt/runtime';

/** A journal in memory that counts the messages that are read of it. */
export class CountingJournal extends MemoryJournal {
  /** By readers of one history. */
  ofHistories = 0;
  /** By followers of a whole host. */
  ofFeeds = 0;

  override async *read(...args: Parameters<MemoryJournal['read']>): AsyncIterable<Stored> {
    for await (const stored of super.read(...args)) {
      this.ofHistories += 1;
      yield stored;
    }
  }

  override async *feed(...args: Parameters<MemoryJournal['feed']>): AsyncIterable<Stored> {
    for await (const stored of super.feed(...args)) {
      this.ofFeeds += 1;
      yield stored;
    }
  }
}
