/** What the hosts' histories say of an instance, now and from now on: how the coordinator learns what its orders came to. */
import { DriverError, type InstanceSpec, type InstanceUuid, type TurnMessage } from '@chronovirt/contract';
import { isReadable, specIn, type Journal, type Stored } from '@chronovirt/runtime';

/** Tells of every message as it is stored; returns the way to stop. */
export type Feed = (listener: (stored: Stored) => void) => () => void;

export interface Known {
  readonly seq: number;
  readonly message: TurnMessage;
}

export class Histories {
  readonly #journal: Journal;
  readonly #feed: Feed;

  constructor(journal: Journal, feed: Feed) {
    this.#journal = journal;
    this.#feed = feed;
  }

  /** The last message of an instance on a host; null = no history there. Throws where it cannot be read. */
  async last(host: string, instance: InstanceUuid): Promise<Known | null> {
    const stored = await this.#journal.last(host, instance);
    if (stored === null) return null;
    return known(stored) ?? null;
  }

  /** What an instance is made from, as its history on a host says: a resize or rebuild there changes it. */
  async spec(host: string, { seq, message }: Known): Promise<InstanceSpec> {
    const at = message.state.actor.spec || seq;
    for await (const stored of this.#journal.read(host, message.instance, { from: at })) {
      const found = isReadable(stored) && stored.seq === at ? specIn(stored.message) : null;
      if (found) return found;
      break;
    }
    throw new DriverError('SPEC_UNREADABLE', `message ${at} of host ${host} holds no spec of ${message.instance}`);
  }

  /**
   * The first answer other than `undefined` that a host's history gives, from its last message on. Rejects with the signal's reason, and
   * with what `answer` throws.
   */
  async until<T>(
    host: string,
    instance: InstanceUuid,
    signal: AbortSignal,
    answer: (last: Known | null) => T | undefined,
  ): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    let newest = 0;
    const show = (last: Known | null): void => {
      if (last !== null && last.seq < newest) return;
      newest = last?.seq ?? newest;
      try {
        const found = answer(last);
        if (found !== undefined) resolve(found);
      } catch (error) {
        reject(error);
      }
    };
    // Subscribed before the last message is read: nothing falls between the two.
    const stop = this.#feed((stored) => {
      if (stored.host !== host || stored.instance !== instance) return;
      const heard = known(stored);
      if (heard !== undefined) show(heard);
    });
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      signal.throwIfAborted();
      this.last(host, instance).then(show, reject);
      return await promise;
    } finally {
      stop();
      signal.removeEventListener('abort', onAbort);
    }
  }
}

function known(stored: Stored): Known | undefined {
  return isReadable(stored) ? { seq: stored.seq, message: stored.message } : undefined;
}
