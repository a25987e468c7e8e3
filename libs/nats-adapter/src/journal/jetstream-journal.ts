/** The journal on NATS JetStream: a stream per host, a subject per history, compare-and-set on the subject's last sequence. */
import { eventSubject, hostEvents, parseEventSubject, streamOf, type AnyMessage } from '@chronovirt/contract';
import {
  checkPlace,
  isOverAtFirstSight,
  JournalFault,
  parseStored,
  type Appended,
  type Journal,
  type Link,
  type Stored,
} from '@chronovirt/runtime';
import { callApi, coreOf, untilAnswered, type Core } from '../connection/core.ts';
import type { NatsConnection } from '../connection/handle.ts';
import { appendMessage } from './append.ts';
import { lastMessage, messageAt } from './direct-read.ts';
import { isStreamMissing, provisionStream, streamInfo } from './provision.ts';
import { scan, type Scanned, type ScanOptions } from './scan.ts';
import { StreamFill } from './stream-fill.ts';

export interface JetStreamJournalOptions {
  /** Bytes that a host's stream may hold; what exists keeps its size. Default: 1 GiB, less where the server has less room. */
  readonly maxBytes?: number;
  /** Bytes of one message. Default 256 KiB. */
  readonly maxMessageBytes?: number;
  /** Copies of a stream in a cluster. Default 1. */
  readonly replicas?: number;
}

const MiB = 2 ** 20;
/** A host with 100 instances writes some 10 MiB a day at one command per instance and hour. */
const sizes = [1024 * MiB, 256 * MiB, 64 * MiB];

export class JetStreamJournal implements Journal {
  readonly link: Link;
  readonly #core: Core;
  readonly #options: JetStreamJournalOptions;
  readonly #fill: StreamFill;
  readonly #closed = new AbortController();

  /** The connection stays the caller's: `close` ends the journal's own work and leaves it open. */
  constructor(connection: NatsConnection, options: JetStreamJournalOptions = {}) {
    this.#core = coreOf(connection);
    this.#options = options;
    this.link = connection.link;
    this.#fill = new StreamFill(this.#core);
  }

  async append(message: AnyMessage, expectedSeq: number, signal?: AbortSignal): Promise<Appended> {
    this.#closed.signal.throwIfAborted();
    checkPlace(message.host, message.instance);
    return appendMessage(this.#core, message, expectedSeq, signal);
  }

  async last(host: string, instance: string): Promise<Stored | null> {
    this.#closed.signal.throwIfAborted();
    checkPlace(host, instance);
    return lastMessage(this.#core, host, instance, { signal: this.#closed.signal });
  }

  async *lastOfAll(host: string, which?: 'open'): AsyncIterable<Stored> {
    checkPlace(host);
    const what = { filter: hostEvents(host), from: 1, lastPerSubject: true };
    const given = new Set<string>();
    for await (const found of scan(this.#core, { ...what, stream: streamOf(host), signal: this.#closed.signal })) {
      if (which === 'open' && isOverAtFirstSight(found.data)) continue;
      const stored = parse(found);
      // Begun again after a lost link, the scan may meet a history that has grown since.
      if (stored === undefined || given.has(stored.instance)) continue;
      given.add(stored.instance);
      yield stored;
    }
  }

  async *read(host: string, instance: string, range: { from?: number; to?: number } = {}): AsyncIterable<Stored> {
    checkPlace(host, instance);
    const { from = 1, to = Number.POSITIVE_INFINITY } = range;
    if (from > to) return;
    for await (const stored of this.#scan(host, { filter: eventSubject(host, instance), from })) {
      if (stored.seq > to) return;
      yield stored;
      if (stored.seq === to) return;
    }
  }

  async end(host: string): Promise<number> {
    this.#closed.signal.throwIfAborted();
    checkPlace(host);
    const name = streamOf(host);
    // A starting server does not know its streams at once.
    for (;;) {
      const info = await streamInfo(this.#core, name, this.#closed.signal);
      if (info !== undefined) return info.state.last_seq;
      if (await isStreamMissing(this.#core, name, this.#closed.signal))
        throw new JournalFault('JOURNAL_MISSING', `there is no stream ${name}`);
    }
  }

  async get(host: string, seq: number): Promise<Stored | null> {
    this.#closed.signal.throwIfAborted();
    checkPlace(host);
    return messageAt(this.#core, host, seq);
  }

  async *feed(host: string, since: number, signal: AbortSignal): AsyncIterable<Stored> {
    checkPlace(host);
    try {
      yield* this.#scan(host, { filter: hostEvents(host), from: since + 1, follow: true, signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  async hosts(): Promise<string[]> {
    const prefix = streamOf('');
    const names: string[] = [];
    for (;;) {
      const page = await untilAnswered(this.#core, this.#closed.signal, () =>
        callApi<{ total: number; streams: string[] | null }>(this.#core, 'STREAM.NAMES', { offset: names.length }),
      );
      names.push(...(page.streams ?? []));
      if (!page.streams?.length || names.length >= page.total) break;
    }
    return names.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
  }

  async provision(host: string): Promise<void> {
    this.#closed.signal.throwIfAborted();
    checkPlace(host);
    const { maxBytes = sizes, maxMessageBytes = MiB / 4, replicas = 1 } = this.#options;
    this.#fill.note(host, await provisionStream(this.#core, host, { maxBytes, maxMessageBytes, replicas }));
  }

  /** Whether the host has a stream: for who may not make one, and waits for it. */
  async isProvisioned(host: string): Promise<boolean> {
    this.#closed.signal.throwIfAborted();
    checkPlace(host);
    return (await streamInfo(this.#core, streamOf(host), this.#closed.signal)) !== undefined;
  }

  fill(host: string): number {
    return this.#fill.of(host);
  }

  async close(): Promise<void> {
    this.#fill.end();
    this.#closed.abort(new JournalFault('JOURNAL_CLOSED', 'the journal was closed by this process'));
  }

  async *#scan(
    host: string,
    { signal, ...options }: Omit<ScanOptions, 'stream'>,
  ): AsyncGenerator<Stored, void, undefined> {
    const stop = signal ? AbortSignal.any([signal, this.#closed.signal]) : this.#closed.signal;
    for await (const found of scan(this.#core, { ...options, stream: streamOf(host), signal: stop })) {
      const stored = parse(found);
      if (stored) yield stored;
    }
  }
}

/** A subject of more tokens than a history's (`evt.<host>.<instance>.<more>`) is none of ours and is passed over. */
function parse({ seq, subject, data }: Scanned): Stored | undefined {
  const place = parseEventSubject(subject);
  return place && parseStored({ seq, ...place }, data);
}
