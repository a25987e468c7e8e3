import type { Journal } from '@chronovirt/runtime';

/** What goes wrong with the next append of a writer: its request is lost on the way, or the answer to it. */
export type LostOnTheWay = 'request' | 'answer';

/** One process's journal, on a link of its own that a test can break. */
export interface Writer {
  readonly journal: Journal;
  /** The link is lost and cannot come back until `heal`. */
  cut(): Promise<void>;
  heal(): Promise<void>;
  /** Loses the request or the answer of the next append, once. */
  lose(what: LostOnTheWay): void;
  close(): Promise<void>;
}

/** An implementation of the journal under test, and what a test needs to do to it from outside. */
export interface JournalLab {
  /** Another process on the same store. `maxBytes` is for streams that it provisions. */
  open(options?: { maxBytes?: number }): Promise<Writer>;
  /** Puts any text at the end of a history, unchecked; its sequence. */
  putRaw(host: string, instance: string, text: string): Promise<number>;
  /** Makes a stream for a host whose message ids can be made forgotten. */
  forgetfulHost(): Promise<string>;
  /** Returns when the store knows none of the message ids of that host any more, as it does after a while. */
  forgetIds(host: string): Promise<void>;
  /** Makes a stream for a host whose histories the writers may read but not write. */
  forbiddenHost(): Promise<string>;
  dispose(): Promise<void>;
}
