/**
 * The memory journal's server half: streams per host, compare-and-set per subject, message ids, limits. Synchronous, so that a model
 * checker owns every interleaving. Several `MemoryJournal`s may share one store, each with its own link, as agents share a NATS server.
 */

export interface StoredText {
  readonly seq: number;
  readonly instance: string;
  readonly text: string;
}

export type StoreAnswer =
  | { readonly kind: 'stored'; readonly seq: number; readonly duplicate: boolean }
  | { readonly kind: 'wrongLast'; readonly last: number }
  | { readonly kind: 'full' | 'tooBig' | 'forbidden' | 'missing' };

/** Bytes of one message, as on a real server. */
const maxMessageBytes = 256 * 1024;

interface Stream {
  readonly maxBytes: number;
  readonly messages: StoredText[];
  readonly last: Map<string, number>;
  readonly ids: Map<string, number>;
  readonly listeners: Set<() => void>;
  bytes: number;
  forbidden: boolean;
}

export class MemoryStore {
  readonly #streams = new Map<string, Stream>();

  /** Makes a host's stream, which takes `maxBytes`; one that exists stays as it is. */
  provision(host: string, maxBytes = Number.POSITIVE_INFINITY): void {
    if (this.#streams.has(host)) return;
    this.#streams.set(host, {
      maxBytes,
      messages: [],
      last: new Map(),
      ids: new Map(),
      listeners: new Set(),
      bytes: 0,
      forbidden: false,
    });
  }

  hosts(): string[] {
    return [...this.#streams.keys()];
  }

  has(host: string): boolean {
    return this.#streams.has(host);
  }

  /** Stores if `expected` is the subject's last sequence; a known id is answered before that is looked at, as JetStream does. */
  append(host: string, instance: string, id: string, expected: number, text: string): StoreAnswer {
    const stream = this.#streams.get(host);
    if (!stream) return { kind: 'missing' };
    if (stream.forbidden) return { kind: 'forbidden' };
    const bytes = Buffer.byteLength(text);
    if (bytes > maxMessageBytes) return { kind: 'tooBig' };
    const known = stream.ids.get(id);
    if (known !== undefined) return { kind: 'stored', seq: known, duplicate: true };
    const last = stream.last.get(instance) ?? 0;
    if (last !== expected) return { kind: 'wrongLast', last };
    if (stream.bytes + bytes > stream.maxBytes) return { kind: 'full' };
    return { kind: 'stored', seq: this.#put(stream, instance, text, id), duplicate: false };
  }

  /** Puts any text at the end of a history, unchecked: how tests bring damaged and foreign messages in. Returns its sequence. */
  putRaw(host: string, instance: string, text: string): number {
    return this.#put(this.#stream(host), instance, text);
  }

  /** Writes every message of a history anew, as another version would have written it. */
  rewrite(host: string, instance: string, edit: (text: string) => string): void {
    const { messages } = this.#stream(host);
    for (const [index, message] of messages.entries())
      if (message.instance === instance) messages[index] = { ...message, text: edit(message.text) };
  }

  /** As after the duplicate window: a re-sent message meets the compare-and-set, not its id. */
  forgetIds(host: string): void {
    this.#stream(host).ids.clear();
  }

  /** Whether the server refuses writes to that host's stream. */
  forbid(host: string, forbidden = true): void {
    this.#stream(host).forbidden = forbidden;
  }

  last(host: string, instance: string): StoredText | undefined {
    const stream = this.#stream(host);
    return stream.messages[(stream.last.get(instance) ?? 0) - 1];
  }

  instances(host: string): string[] {
    return [...this.#stream(host).last.keys()];
  }

  get(host: string, seq: number): StoredText | undefined {
    return this.#stream(host).messages[seq - 1];
  }

  /** Sequence of the last message of a host's stream, 0 when it is empty. Sequences have no holes here. */
  end(host: string): number {
    return this.#stream(host).messages.length;
  }

  fill(host: string): number {
    const { bytes, maxBytes } = this.#stream(host);
    return bytes / maxBytes;
  }

  /** Called after each stored message of a host; returns the way to stop listening. */
  onStored(host: string, listener: () => void): () => void {
    const { listeners } = this.#stream(host);
    listeners.add(listener);
    return () => listeners.delete(listener);
  }

  #stream(host: string): Stream {
    const stream = this.#streams.get(host);
    if (!stream) throw new Error(`no stream of host ${host}`);
    return stream;
  }

  #put(stream: Stream, instance: string, text: string, id?: string): number {
    const seq = stream.messages.length + 1;
    stream.messages.push({ seq, instance, text });
    stream.last.set(instance, seq);
    if (id !== undefined) stream.ids.set(id, seq);
    stream.bytes += Buffer.byteLength(text);
    for (const listener of stream.listeners) listener();
    return seq;
  }
}
