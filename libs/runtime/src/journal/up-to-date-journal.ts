/**
 * A journal whose messages carry a state that this version can go on from. What the events lead to is the truth; the state in a message is
 * what the writer's chart made of them. Where that was another version the history is folded anew:
 *
 *   state of an older version    wherever it is read
 *   another chart decided it     in the last message of a history, which somebody is about to go on from: a difference is logged
 *
 * What this version's chart does not take is no message that can be used, and says so: that instance halts, and no other.
 */
import type { AnyMessage, InstanceState, StatelessMessage } from '@chronovirt/contract';
import { diff, EventNotAcceptedError, foldMessage, MACHINE_VERSION, settled } from '@chronovirt/machines';
import { isReadable, type Appended, type Journal, type Link, type Stored, type Unreadable } from '../ports/journal.ts';
import type { Log } from '../ports/log.ts';

export class UpToDateJournal implements Journal {
  readonly #inner: Journal;
  readonly #log: Log;

  constructor(inner: Journal, log: Log) {
    this.#inner = inner;
    this.#log = log;
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
    for await (const stored of this.#inner.lastOfAll(host, which))
      yield isOfToday(stored) ? stored : await this.#toGoOnFrom(stored);
  }

  async *read(host: string, instance: string, range?: { from?: number; to?: number }): AsyncIterable<Stored> {
    // The state before the next message; undefined = not known.
    let before: InstanceState | null | undefined = (range?.from ?? 0) <= 1 ? null : undefined;
    for await (const stored of this.#inner.read(host, instance, range)) {
      let now = stored;
      if (restOf(stored) !== null) now = before === undefined ? await this.#folded(stored) : after(before, stored);
      before = isReadable(now) ? settled(now.message.state, now.seq) : undefined;
      yield now;
    }
  }

  async get(host: string, seq: number): Promise<Stored | null> {
    const stored = await this.#inner.get(host, seq);
    return stored === null ? null : this.#readable(stored);
  }

  async *feed(host: string, since: number, signal: AbortSignal): AsyncIterable<Stored> {
    for await (const stored of this.#inner.feed(host, since, signal))
      yield restOf(stored) === null ? stored : await this.#folded(stored);
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

  async #readable(stored: Stored): Promise<Stored> {
    return restOf(stored) === null ? stored : this.#folded(stored);
  }

  async #toGoOnFrom(stored: Stored): Promise<Stored> {
    if (!isReadable(stored) || isOfToday(stored)) return this.#readable(stored);
    const { message } = stored;
    const folded = await this.#folded(stored);
    const different = isReadable(folded) ? diff(message.state, folded.message.state) : [];
    if (different.length > 0)
      this.#log.warn(
        {
          host: stored.host,
          instance: stored.instance,
          seq: stored.seq,
          by: message.machine,
          differs: different.map(({ path }) => path),
        },
        'another chart made another state of this history: this one counts from now on',
      );
    return folded;
  }

  /** A message with the state that its history leads to with the chart of this version. */
  async #folded(stored: Stored): Promise<Stored> {
    let state: InstanceState | null = null;
    for await (const one of this.#inner.read(stored.host, stored.instance, { to: stored.seq })) {
      const now = after(state, one);
      if (!isReadable(now)) return { ...bare(stored), raw: rawOf(stored), unreadable: whyNot(now, stored) };
      if (now.seq === stored.seq) return now;
      state = settled(now.message.state, now.seq);
    }
    return stored;
  }
}

/** A message with the state that its events lead to; unreadable where this version's chart does not take them. */
function after(before: InstanceState | null, stored: Stored): Stored {
  const rest = restOf(stored) ?? (isReadable(stored) ? stored.message : null);
  if (rest === null) return stored;
  try {
    return { ...bare(stored), message: { ...rest, state: foldMessage(before, rest) } };
  } catch (error) {
    if (!(error instanceof EventNotAcceptedError)) throw error;
    const text = `decided by ${rest.machine}, and ${MACHINE_VERSION} does not fold it: ${error.message}`;
    return { ...bare(stored), raw: rawOf(stored), unreadable: { code: 'NOT_A_MESSAGE', text } };
  }
}

/** Of a message whose state is outdated: all but that; null of every other. */
function restOf(stored: Stored): StatelessMessage | null {
  return 'unreadable' in stored ? (stored.unreadable.rest ?? null) : null;
}

/** Whether it was decided by the chart of this version, and carries a state of this version. */
const isOfToday = (stored: Stored): boolean => isReadable(stored) && stored.message.machine === MACHINE_VERSION;

const bare = ({ seq, host, instance }: Stored): Pick<Stored, 'seq' | 'host' | 'instance'> => ({ seq, host, instance });

function rawOf(stored: Stored): string {
  return 'raw' in stored ? stored.raw : JSON.stringify('message' in stored ? stored.message : stored.hostMessage);
}

function whyNot(broken: Stored, wanted: Stored): Unreadable {
  const { code, text }: Unreadable =
    'unreadable' in broken ? broken.unreadable : { code: 'NOT_A_MESSAGE', text: 'of another kind of history' };
  return broken.seq === wanted.seq
    ? { code, text }
    : { code, text: `its history cannot be folded: message ${broken.seq}: ${text}` };
}
