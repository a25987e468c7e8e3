/**
 * The journal in memory: for model checks, the simulated host and quick tests. It keeps the promises of the port, also under the faults
 * that it can be told to have; what it keeps ends with the process.
 */
import type { AnyMessage } from '@chronovirt/contract';
import { messageOf, type Appended, type Journal, type JournalFaultCode, type Stored } from '../ports/journal.ts';
import { JournalFault } from '../ports/journal-fault.ts';
import { isOverAtFirstSight } from './first-sight.ts';
import { LinkSwitch } from './link-switch.ts';
import { MemoryStore, type StoredText } from './memory-store.ts';
import { parseStored } from './parse.ts';
import { checkPlace } from './place-names.ts';

/**
 * What goes wrong with one append: the request or the answer is lost on the way (`lostRequest`, `lostAck`: the retry follows at once),
 * or the link is cut before or after the message was stored (the retry waits for `heal`).
 */
export type AppendFault = 'lostRequest' | 'lostAck' | 'cutBeforeStore' | 'cutAfterStore';

/** The points at which `delay` is asked: before a message reaches the store, before its answer reaches the writer, before a read. */
export type DelayPoint = 'request' | 'ack' | 'read';

export interface MemoryJournalOptions {
  /** Shared with other journals; a new one by default. */
  readonly store?: MemoryStore;
  /** Bytes that a host's stream may hold which this journal provisions; unlimited by default. */
  readonly maxBytes?: number;
  /** Called at each point; what it returns is awaited. Nothing = at once. */
  readonly delay?: (point: DelayPoint, subject: { host: string; instance?: string }) => Promise<void> | undefined;
}

export class MemoryJournal implements Journal {
  readonly link: LinkSwitch;
  readonly store: MemoryStore;
  readonly #delay: NonNullable<MemoryJournalOptions['delay']>;
  readonly #maxBytes: number | undefined;
  readonly #faults: AppendFault[] = [];
  readonly #closed = new AbortController();

  constructor({ store, delay, maxBytes }: MemoryJournalOptions = {}) {
    this.store = store ?? new MemoryStore();
    this.#maxBytes = maxBytes;
    this.link = new LinkSwitch(true, async () => {});
    this.#delay = delay ?? (() => undefined);
  }

  /** Cuts the link: appends and reads wait until `heal`. */
  cut(): void {
    this.link.set(false);
  }

  heal(): void {
    this.link.set(true);
  }

  /** The next appends meet these faults, one each, in this order (a retry is an append of its own). */
  inject(...faults: AppendFault[]): void {
    this.#faults.push(...faults);
  }

  async append(message: AnyMessage, expectedSeq: number, signal?: AbortSignal): Promise<Appended> {
    const { host, instance, id } = message;
    checkPlace(host, instance);
    const text = JSON.stringify(message);
    for (;;) {
      await this.#reach('request', { host, instance }, signal);
      const fault = this.#faults.shift();
      if (fault === 'cutBeforeStore') this.cut();
      if (fault === 'cutBeforeStore' || fault === 'lostRequest') continue;
      const answer = this.store.append(host, instance, id, expectedSeq, text);
      if (fault === 'cutAfterStore') this.cut();
      if (fault === 'cutAfterStore' || fault === 'lostAck') continue;
      await this.#delay('ack', { host, instance });
      if (!this.link.up()) continue;
      signal?.throwIfAborted();
      if (answer.kind === 'stored') return { kind: 'stored', seq: answer.seq };
      if (answer.kind !== 'wrongLast') throw refusals[answer.kind](host);
      const last = await this.#last(host, instance, signal);
      if (last && idOf(last) === id) return { kind: 'stored', seq: last.seq };
      return { kind: 'conflict', last };
    }
  }

  async last(host: string, instance: string): Promise<Stored | null> {
    checkPlace(host, instance);
    return this.#last(host, instance);
  }

  async *lastOfAll(host: string, which?: 'open'): AsyncIterable<Stored> {
    checkPlace(host);
    await this.#reachStream(host);
    for (const instance of this.store.instances(host)) {
      await this.link.whenUp();
      const found = this.store.last(host, instance);
      if (found && !(which === 'open' && isOverAtFirstSight(found.text))) yield parse(host, found);
    }
  }

  async *read(host: string, instance: string, range: { from?: number; to?: number } = {}): AsyncIterable<Stored> {
    checkPlace(host, instance);
    await this.#reachStream(host, instance);
    const end = Math.min(range.to ?? Number.POSITIVE_INFINITY, this.store.end(host));
    for (let seq = Math.max(1, range.from ?? 1); seq <= end; seq++) {
      const found = this.store.get(host, seq);
      if (found?.instance !== instance) continue;
      await this.link.whenUp();
      yield parse(host, found);
    }
  }

  async end(host: string): Promise<number> {
    checkPlace(host);
    await this.#reachStream(host);
    return this.store.end(host);
  }

  async get(host: string, seq: number): Promise<Stored | null> {
    checkPlace(host);
    await this.#reachStream(host);
    const found = this.store.get(host, seq);
    return found ? parse(host, found) : null;
  }

  async *feed(host: string, since: number, signal: AbortSignal): AsyncIterable<Stored> {
    checkPlace(host);
    const stop = AbortSignal.any([signal, this.#closed.signal]);
    let wake: (() => void) | undefined;
    let forget: (() => void) | undefined;
    stop.addEventListener('abort', () => wake?.(), { once: true });
    try {
      await this.#reachStream(host, undefined, stop);
      forget = this.store.onStored(host, () => wake?.());
      for (let seq = since + 1; ; seq++) {
        while (!stop.aborted && this.store.end(host) < seq) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        await this.link.whenUp(stop);
        const found = this.store.get(host, seq);
        if (found) yield parse(host, found);
      }
    } catch (error) {
      if (!stop.aborted) throw error;
    } finally {
      forget?.();
    }
    if (!signal.aborted) throw closed();
  }

  async hosts(): Promise<string[]> {
    await this.#reach('read', { host: '' });
    return this.store.hosts();
  }

  async provision(host: string): Promise<void> {
    checkPlace(host);
    await this.#reach('request', { host });
    this.store.provision(host, this.#maxBytes);
  }

  fill(host: string): number {
    return this.store.has(host) ? this.store.fill(host) : 0;
  }

  /** Who waits is told `JOURNAL_CLOSED`; the store stays, another journal can be opened on it. */
  async close(): Promise<void> {
    this.#closed.abort(closed());
    this.link.end(closed());
  }

  async #last(host: string, instance: string, signal?: AbortSignal): Promise<Stored | null> {
    await this.#reachStream(host, instance, signal);
    const found = this.store.last(host, instance);
    return found ? parse(host, found) : null;
  }

  async #reach(point: DelayPoint, place: { host: string; instance?: string }, signal?: AbortSignal): Promise<void> {
    await this.link.whenUp(signal);
    const delay = this.#delay(point, place);
    if (!delay) return;
    await delay;
    await this.link.whenUp(signal);
  }

  async #reachStream(host: string, instance?: string, signal?: AbortSignal): Promise<void> {
    await this.#reach('read', instance === undefined ? { host } : { host, instance }, signal);
    if (!this.store.has(host)) throw refusals.missing(host);
  }
}

const parse = (host: string, { seq, instance, text }: StoredText): Stored => parseStored({ seq, host, instance }, text);

const idOf = (stored: Stored): string | undefined => messageOf(stored)?.id;

const closed = (): JournalFault => new JournalFault('JOURNAL_CLOSED', 'the journal was closed by this process');

const because = (code: JournalFaultCode, text: string) => (host: string) =>
  new JournalFault(code, `${text} (stream of host ${host})`);

const refusals = {
  full: because('JOURNAL_FULL', 'no room for another message'),
  tooBig: because('MESSAGE_TOO_BIG', 'the message is larger than the stream allows'),
  forbidden: because('JOURNAL_FORBIDDEN', 'writing is not allowed'),
  missing: because('JOURNAL_MISSING', 'there is no such stream'),
} as const;
