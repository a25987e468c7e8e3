/**
 * A journal whose messages carry a state that this version can go on from. What the events lead to is the truth; the state in a message is
 * what the writer's charts made of them. Where those were of another version the history is folded anew, an instance's as a host's:
 *
 *   state of an older version     wherever it is read
 *   other charts decided it       in the last message of a history, which somebody is about to go on from: a difference is logged. Once for
 *                                 each history, see `fold-notes.ts`
 *
 * What this version's charts do not take is no message that can be used, and says so: that instance halts, and no other.
 */
import type { AnyMessage } from '@chronovirt/contract';
import { diff } from '@chronovirt/machines';
import { messageOf, type Appended, type Journal, type Link, type Stored } from '../ports/journal.ts';
import type { Log } from '../ports/log.ts';
import { KnownFolds, noNotes, type FoldNotes, type FoldsFound } from './fold-notes.ts';
import { Folding, isOfAnotherChart, isOutdated, stateOf } from './folding.ts';
import { HistoriesAtHand } from './histories-at-hand.ts';
import { passOver } from './pass-over.ts';

/** A history has some fifty messages, and a reader of its own costs server and process as much as fifty more (measured). */
const MESSAGES_PER_READER = 100;

export class UpToDateJournal implements Journal {
  readonly #inner: Journal;
  readonly #log: Log;
  readonly #known: KnownFolds;

  /** `notes`: where is kept what was found about histories that other charts have decided. */
  constructor(inner: Journal, log: Log, notes: FoldNotes = noNotes) {
    this.#inner = inner;
    this.#log = log;
    this.#known = new KnownFolds(inner, notes);
  }

  get link(): Link {
    return this.#inner.link;
  }

  async append(message: AnyMessage, expectedSeq: number, signal?: AbortSignal): Promise<Appended> {
    const appended = await this.#inner.append(message, expectedSeq, signal);
    return appended.kind === 'conflict' && appended.last !== null
      ? { kind: 'conflict', last: await this.#toGoOnFrom(appended.last) }
      : appended;
  }

  async last(host: string, instance: string): Promise<Stored | null> {
    const stored = await this.#inner.last(host, instance);
    return stored === null ? null : this.#toGoOnFrom(stored);
  }

  async *lastOfAll(host: string, which?: 'open'): AsyncIterable<Stored> {
    await this.#known.recall(host);
    const found = which === undefined ? await this.#known.begin(host) : null;
    const toFold = new Map<string, number>();
    let end = 0;
    for await (const stored of this.#inner.lastOfAll(host, which)) {
      found?.met(stored);
      end = Math.max(end, stored.seq);
      if (this.#isToBeFolded(stored)) toFold.set(stored.instance, stored.seq);
      else yield stored;
    }
    yield* this.#foldLasts(host, toFold, end, found);
    found?.over();
  }

  async *read(host: string, instance: string, range?: { from?: number; to?: number }): AsyncIterable<Stored> {
    const atHand = this.#atHand();
    if ((range?.from ?? 0) <= 1) atHand.beginWith(instance);
    for await (const stored of this.#inner.read(host, instance, range)) yield await atHand.take(stored);
  }

  end(host: string): Promise<number> {
    return this.#inner.end(host);
  }

  async get(host: string, seq: number): Promise<Stored | null> {
    const stored = await this.#inner.get(host, seq);
    return stored !== null && isOutdated(stored) ? (await this.#folded(stored)).now : stored;
  }

  async *feed(host: string, since: number, signal: AbortSignal): AsyncIterable<Stored> {
    const atHand = this.#atHand();
    for await (const stored of this.#inner.feed(host, since, signal)) yield await atHand.take(stored);
  }

  hosts(): Promise<string[]> {
    return this.#inner.hosts();
  }

  provision(host: string): Promise<void> {
    return this.#inner.provision(host);
  }

  fill(host: string): number {
    return this.#inner.fill(host);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  #atHand(): HistoriesAtHand {
    return new HistoriesAtHand((stored) => this.#folded(stored));
  }

  #isToBeFolded(stored: Stored): boolean {
    return isOutdated(stored) || (isOfAnotherChart(stored) && !this.#known.has(stored));
  }

  async #toGoOnFrom(stored: Stored): Promise<Stored> {
    if (!this.#isToBeFolded(stored)) return stored;
    const { now } = await this.#folded(stored);
    this.#compare(stored, now);
    return now;
  }

  /** The last messages of these histories as they can be gone on from; `end`: of the last one. */
  async *#foldLasts(
    host: string,
    toFold: ReadonlyMap<string, number>,
    end: number,
    found: FoldsFound | null,
  ): AsyncIterable<Stored> {
    const apart = toFold.size * MESSAGES_PER_READER < end;
    for await (const { stored, now } of apart ? this.#foldApart(host, toFold) : this.#foldTogether(host, toFold)) {
      if (!this.#compare(stored, now)) found?.differs(stored);
      else if (!isOutdated(stored)) this.#known.isAsStored(stored);
      yield now;
    }
  }

  async *#foldTogether(host: string, ends: ReadonlyMap<string, number>): AsyncIterable<Folded> {
    const foldings = new Map<string, Folding>();
    const foldingOf = (instance: string): Folding => {
      let folding = foldings.get(instance);
      if (folding === undefined) foldings.set(instance, (folding = new Folding()));
      return folding;
    };
    const lasts = passOver(this.#inner, host, ends, (stored) => void foldingOf(stored.instance).pass(stored));
    for await (const stored of lasts) {
      yield { stored, now: foldingOf(stored.instance).take(stored) };
      foldings.delete(stored.instance);
    }
  }

  async *#foldApart(host: string, ends: ReadonlyMap<string, number>): AsyncIterable<Folded> {
    for (const [instance, seq] of ends) yield await this.#folded({ host, instance, seq });
  }

  /** A message with the state that its history leads to with the charts of this version. */
  async #folded({
    host,
    instance,
    seq,
  }: Pick<Stored, 'host' | 'instance' | 'seq'>): Promise<Folded & { folding: Folding }> {
    const folding = new Folding();
    for await (const stored of this.#inner.read(host, instance, { to: seq })) {
      if (stored.seq === seq) return { stored, now: folding.take(stored), folding };
      folding.pass(stored);
    }
    const text = `message ${seq} is not in its history any more`;
    const gone = { host, instance, seq, raw: '', unreadable: { code: 'NOT_A_MESSAGE', text } } as const;
    return { stored: gone, now: gone, folding };
  }

  /** Whether other charts made the same of a history as those of this version; says so where they did not. */
  #compare(stored: Stored, now: Stored): boolean {
    const [theirs, ours] = [stateOf(stored), stateOf(now)];
    if (theirs === null) return true;
    const different = ours === null ? [] : diff<object>(theirs, ours);
    if (different.length > 0)
      this.#log.warn(
        {
          host: stored.host,
          instance: stored.instance,
          seq: stored.seq,
          by: messageOf(stored)?.machine,
          differs: different.map(({ path }) => path),
        },
        'another chart made another state of this history: this one counts from now on',
      );
    return ours !== null && different.length === 0;
  }
}

/** A message as it is stored, and as it can be gone on from. */
interface Folded {
  readonly stored: Stored;
  readonly now: Stored;
}
