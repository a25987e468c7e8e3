import { ChronovirtError, isHostToken } from '@chronovirt/contract';
import { isReadable, type Journal, type Log, type Stored } from '@chronovirt/runtime';

export interface FollowOptions {
  readonly journal: Journal;
  readonly host: string;
  readonly log: Log;
  readonly signal: AbortSignal;
  /** Takes a message. One that is older than what is known is to be ignored by the taker. */
  readonly take: (stored: Stored, from: 'scan' | 'feed') => void;
  readonly reached: (seq: number) => void;
  /** Nothing of this host was read before by anybody: it is fed from its first message on. */
  readonly isNew: boolean;
  /** The second scan is over. */
  readonly rescanned: () => Promise<void>;
}

const [firstRetryMs, longestRetryMs] = [20, 1_000];

/**
 * Reads the last message of every history of a host, then its feed from there until the signal ends it. Resolves after the first scan;
 * `false` when the host has no stream yet.
 *
 * A scan is no snapshot: a message stored while it goes on may be missed by it and lie before the point where the feed begins. So the
 * scan is done once more after it, in the background; only what is newer is taken then.
 */
export async function followHost(options: FollowOptions): Promise<boolean> {
  const { host, log, signal, reached } = options;
  if (options.isNew) {
    void feedOn(options, 0);
    return true;
  }
  let end: number;
  try {
    end = await scan(options);
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
  reached(end);
  void feedOn(options, end);
  if (end > 0) {
    scan(options)
      .then(options.rescanned)
      .catch((error: unknown) => {
        if (!signal.aborted) log.warn({ host, error: String(error) }, 'a host was not scanned a second time');
      });
  }
  return true;
}

async function scan({ journal, host, take }: FollowOptions): Promise<number> {
  let end = 0;
  for await (const stored of journal.lastOfAll(host)) {
    end = Math.max(end, stored.seq);
    if (!isReadable(stored) && !isHostToken(stored.instance)) await takeLastReadable(journal, stored, take);
    take(stored, 'scan');
  }
  return end;
}

/** A halted instance still shows what was known of it last. */
async function takeLastReadable(journal: Journal, halted: Stored, take: FollowOptions['take']): Promise<void> {
  let last: Stored | null = null;
  for await (const stored of journal.read(halted.host, halted.instance, { to: halted.seq })) {
    if (isReadable(stored)) last = stored;
  }
  if (last !== null) take(last, 'scan');
}

async function feedOn({ journal, host, log, signal, take }: FollowOptions, since: number): Promise<void> {
  let seq = since;
  let pause = firstRetryMs;
  while (!signal.aborted) {
    try {
      for await (const stored of journal.feed(host, seq, signal)) {
        seq = stored.seq;
        pause = firstRetryMs;
        take(stored, 'feed');
      }
    } catch (error) {
      if (signal.aborted) return;
      // A host that was just named may not have its stream yet.
      const level = seq === 0 && isMissing(error) ? 'debug' : 'error';
      log[level]({ host, seq, error: String(error) }, 'the feed of a host broke off');
      await new Promise((resolve) => {
        setTimeout(resolve, pause).unref();
      });
      pause = Math.min(longestRetryMs, pause * 2);
    }
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof ChronovirtError && error.code === 'JOURNAL_MISSING';
}
