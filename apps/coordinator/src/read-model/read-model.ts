/**
 * All instances as the API shows them, folded from every host's stream: at the start the last message of each history, then each message
 * as it is stored. Reads wait for a sequence where asked to, so a reader never sees less than it was told.
 */
import { CLUSTER, isHostToken, type HaltReport, type TurnMessage } from '@chronovirt/contract';
import { isUndecided } from '@chronovirt/machines';
import { isReadable, specIn, whyUnreadable, type Journal, type Log, type Stored } from '@chronovirt/runtime';
import { followHost } from './follow-host.ts';
import { imagesOf, noImages } from './images-of-state.ts';
import { InstanceEntry } from './instance-entry.ts';
import { ListBytes } from './list-bytes.ts';
import { Listing, type ListFilter } from './listing.ts';
import { reaches, type Position } from './position.ts';
import { epochOf, viewOf, type Segment } from './segment.ts';
import { loadSpecs } from './spec-loading.ts';
import { summaryOf, type SpecSummary } from './spec-summary.ts';
import { ToldHalts } from './told-halts.ts';

export interface ReadModelOptions {
  readonly journal: Journal;
  readonly log: Log;
  /** Milliseconds between two looks for hosts whose streams are new. */
  readonly discoverMs?: number;
}

type Listener = (stored: Stored) => void;
interface Waiter {
  readonly wanted: Position;
  readonly resolve: () => void;
}

export class ReadModel {
  readonly #journal: Journal;
  readonly #log: Log;
  readonly #discoverMs: number;
  readonly #entries = new Map<string, InstanceEntry>();
  readonly #byName = new Map<string, Set<InstanceEntry>>();
  readonly #listing = new Listing(this.#entries);
  readonly #listBytes = new ListBytes();
  readonly #position = new Map<string, number>();
  readonly #following = new Map<string, Promise<void>>();
  readonly #listeners = new Set<Listener>();
  readonly #waiters = new Set<Waiter>();
  readonly #toldHalts = new ToldHalts(
    (instance) => this.#entries.get(instance),
    (entry, segment) => this.#put(entry, segment),
  );
  readonly #closing = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #isStarted = false;

  constructor({ journal, log, discoverMs = 2_000 }: ReadModelOptions) {
    this.#journal = journal;
    this.#log = log;
    this.#discoverMs = discoverMs;
  }

  /** Reads what there is; resolves when every instance that is not deleted is shown whole. */
  async start(): Promise<void> {
    await this.#discover();
    this.#isStarted = true;
    this.#timer = setInterval(() => {
      this.#discover().catch((error: unknown) => this.#log.warn({ error: String(error) }, 'hosts cannot be listed'));
    }, this.#discoverMs);
    this.#timer.unref();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#closing.abort(new Error('the read model is closed'));
    for (const { resolve } of this.#waiters) resolve();
    this.#listeners.clear();
  }

  /** Follows a host's stream from now on; resolves when what it holds is shown. A host without a stream is tried again at the next discovery. */
  follow(host: string): Promise<void> {
    const known = this.#following.get(host);
    if (known !== undefined) return known;
    const following = this.#begin(host);
    this.#following.set(host, following);
    return following;
  }

  /** How far this model has read. */
  get position(): Position {
    return this.#position;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Resolves `true` when the model has reached `wanted`, `false` when that did not come within `timeoutMs` or the signal ended it. */
  async reached(wanted: Position, timeoutMs: number, signal?: AbortSignal): Promise<boolean> {
    if (reaches(this.#position, wanted)) return true;
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiter = { wanted, resolve };
    this.#waiters.add(waiter);
    const timer = setTimeout(resolve, timeoutMs);
    signal?.addEventListener('abort', () => resolve(), { once: true });
    await promise;
    clearTimeout(timer);
    this.#waiters.delete(waiter);
    return reaches(this.#position, wanted);
  }

  /** An instance by UUID, or by name: the one that lives, else the deleted one that was made last. */
  find(ref: string): InstanceEntry | undefined {
    return this.#entries.get(ref) ?? this.findByName(ref);
  }

  get(uuid: string): InstanceEntry | undefined {
    return this.#entries.get(uuid);
  }

  findByName(name: string): InstanceEntry | undefined {
    let best: InstanceEntry | undefined;
    for (const entry of this.#byName.get(name) ?? []) {
      if (!entry.isDeleted) return entry;
      if (best === undefined || (entry.created ?? 0) > (best.created ?? 0)) best = entry;
    }
    return best;
  }

  /** The instance that holds a name now; deleted ones hold none. */
  holderOf(name: string): InstanceEntry | undefined {
    const entry = this.findByName(name);
    return entry?.isDeleted === false ? entry : undefined;
  }

  /** A page of instances in order of name. */
  list(filter: ListFilter): Iterable<InstanceEntry> {
    return this.#listing.select(filter);
  }

  /** All instances that are not deleted, in order of name: pieces of bytes which together are JSON with commas between the instances. */
  listBytes(): Uint8Array[] {
    return this.#listBytes.of(this.#listing.select({}));
  }

  entries(): Iterable<InstanceEntry> {
    return this.#entries.values();
  }

  /** The instances that a host's agent will not go on with, by its last report. */
  hearHalts(host: string, halts: readonly HaltReport[]): void {
    this.#toldHalts.hear(host, halts);
  }

  /** Hears every message that is stored from now on, in each host's order, after the model has taken it. Returns the way to stop. */
  onStored(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async #discover(): Promise<void> {
    const hosts = new Set([CLUSTER, ...(await this.#journal.hosts())]);
    const fresh = [...hosts].filter((host) => !this.#following.has(host));
    await Promise.all(fresh.map((host) => this.follow(host)));
  }

  async #begin(host: string): Promise<void> {
    const started = await followHost({
      journal: this.#journal,
      host,
      log: this.#log,
      signal: this.#closing.signal,
      take: (stored, from) => this.#take(stored, from),
      reached: (seq) => this.#reach(host, seq),
      rescanned: () => this.#completeSpecs(host),
      // A host that comes later is new: who listens is to hear of all that it stores.
      isNew: this.#isStarted,
    });
    if (!started) {
      this.#following.delete(host);
      return;
    }
    await this.#completeSpecs(host);
  }

  /** Specs of what lives are awaited; those of deleted instances follow in the background. */
  async #completeSpecs(host: string): Promise<void> {
    const missing = [...this.#entries.values()].filter((entry) => entry.of(host)?.spec === null);
    const load = (entries: InstanceEntry[]): Promise<void> =>
      loadSpecs(this.#journal, host, entries, (entry, spec, at) => this.#learn(entry, host, spec, at), this.#log);
    await load(missing.filter((entry) => !entry.isDeleted));
    void load(missing.filter((entry) => entry.isDeleted)).catch((error: unknown) =>
      this.#log.warn({ host, error: String(error) }, 'specs of deleted instances cannot be read'),
    );
  }

  #learn(entry: InstanceEntry, host: string, spec: SpecSummary, specAt: number): void {
    const segment = entry.of(host);
    if (segment !== undefined && segment.spec === null)
      this.#put(entry, { ...segment, spec: shared(entry, spec), specAt: earlier(segment.specAt, specAt) });
  }

  #take(stored: Stored, from: 'scan' | 'feed'): void {
    // The history of a host: others listen to it, it is no instance.
    if (!isHostToken(stored.instance)) this.#takeInstance(stored);
    if (from === 'feed') {
      this.#reach(stored.host, stored.seq);
      if (isReadable(stored)) this.#followMentioned(stored.message);
      for (const listener of this.#listeners) listener(stored);
    }
  }

  #takeInstance(stored: Stored): void {
    const entry = this.#entryOf(stored.instance);
    const before = entry.of(stored.host);
    if (before !== undefined && before.seq >= stored.seq) return;
    this.#put(
      entry,
      isReadable(stored) ? this.#segment(entry, stored.message, stored.seq, before) : halted(stored, before),
    );
  }

  #segment(entry: InstanceEntry, message: TurnMessage, seq: number, before: Segment | undefined): Segment {
    const spec = specIn(message);
    const specSeq = message.state.actor.spec === 0 ? seq : message.state.actor.spec;
    const kept = before?.specSeq === specSeq ? before : undefined;
    return {
      host: message.host,
      seq,
      epoch: epochOf(message),
      role: message.state.actor.role.kind,
      isUndecided: isUndecided(message.state.actor.role),
      specSeq,
      spec: spec === undefined ? (kept?.spec ?? null) : shared(entry, summaryOf(spec)),
      specAt: earlier(before?.specAt ?? 0, spec === undefined ? 0 : message.at),
      view: viewOf(message),
      images: imagesOf(message.state),
      halted: null,
    };
  }

  /** A grant on the spine names the host that goes on with the history: its stream may be new. */
  #followMentioned(message: TurnMessage): void {
    const { role } = message.state.actor;
    if (role.kind === 'granted' && !this.#following.has(role.host)) void this.follow(role.host).catch(() => {});
  }

  #entryOf(uuid: string): InstanceEntry {
    const known = this.#entries.get(uuid);
    if (known !== undefined) return known;
    const entry = new InstanceEntry(uuid);
    this.#entries.set(uuid, entry);
    return entry;
  }

  #put(entry: InstanceEntry, segment: Segment): void {
    const before = entry.name;
    const listed = entry.segments.length === 0 ? null : { name: before, isDeleted: entry.isDeleted };
    entry.put(segment);
    this.#listing.changed(entry, listed);
    const { name } = entry;
    if (name === before) return;
    if (before !== null) this.#byName.get(before)?.delete(entry);
    if (name === null) return;
    const sameName = this.#byName.get(name);
    if (sameName === undefined) this.#byName.set(name, new Set([entry]));
    else sameName.add(entry);
  }

  #reach(host: string, seq: number): void {
    if (seq <= (this.#position.get(host) ?? -1)) return;
    this.#position.set(host, seq);
    for (const waiter of this.#waiters) if (reaches(this.#position, waiter.wanted)) waiter.resolve();
  }
}

/** Equal specs of an instance's segments are one object. */
function shared(entry: InstanceEntry, spec: SpecSummary): SpecSummary {
  return entry.segments.find((segment) => segment.spec !== null && isSame(segment.spec, spec))?.spec ?? spec;
}

/** The earlier of two times, 0 = not known. */
const earlier = (one: number, other: number): number => (one > 0 && other > 0 ? Math.min(one, other) : one || other);

const isSame = (one: SpecSummary, other: SpecSummary): boolean =>
  one.json === other.json && one.name === other.name && one.images.join(' ') === other.images.join(' ');

function halted(stored: Exclude<Stored, { message: TurnMessage }>, before: Segment | undefined): Segment {
  const { host, seq } = stored;
  const { code, text, needs } = whyUnreadable(stored) ?? { code: 'NOT_A_MESSAGE', text: 'not readable' };
  const why = { code, text, seq, ...(needs === undefined ? {} : { needs }) };
  const unknown: Segment = {
    host,
    seq,
    epoch: 0,
    role: 'owner',
    isUndecided: false,
    specSeq: 0,
    spec: null,
    specAt: 0,
    view: null,
    images: noImages,
    halted: why,
  };
  return { ...(before ?? unknown), seq, halted: why };
}
