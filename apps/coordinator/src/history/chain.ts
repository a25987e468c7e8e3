/**
 * An instance's whole history: the segments on the spine and on every host that had it, woven into one order.
 *
 * Each stream keeps its own order. Between streams the links decide: an adoption comes after the message that it was handed over from,
 * a return after the host's last message that it speaks of; where nothing ties two messages, the earlier time goes first.
 */
import { CLUSTER, ChronovirtError } from '@chronovirt/contract';
import { isReadable, type Journal, type Stored } from '@chronovirt/runtime';
import { linksOf } from './links.ts';

interface Head {
  readonly rest: AsyncIterator<Stored>;
  readonly stored: Stored;
  /** Time of the message; an unreadable one keeps the time of the one before it. */
  readonly at: number;
}

/**
 * Reads the history of an instance. `hosts`: where it is known to have been (the spine always is looked at); hosts that its messages
 * name are found on the way, so any one of them is enough to begin with.
 */
export async function* readChain(
  journal: Journal,
  instance: string,
  hosts: Iterable<string> = [],
): AsyncGenerator<Stored> {
  const heads = new Map<string, Head>();
  const emitted = new Map<string, number>();

  const advance = async (host: string, rest: AsyncIterator<Stored>, at: number): Promise<void> => {
    const next = await rest.next();
    if (next.done === true) heads.delete(host);
    else heads.set(host, { rest, stored: next.value, at: isReadable(next.value) ? next.value.message.at : at });
  };
  const open = async (host: string): Promise<void> => {
    if (emitted.has(host)) return;
    emitted.set(host, 0);
    await advance(host, segmentOf(journal, host, instance), 0);
  };

  for (const host of new Set([CLUSTER, ...hosts])) await open(host);
  while (heads.size > 0) {
    const chosen = await nextHead(heads, emitted, open);
    emitted.set(chosen.stored.host, chosen.stored.seq);
    yield chosen.stored;
    await advance(chosen.stored.host, chosen.rest, chosen.at);
    for (const host of linksOf(chosen.stored).leadTo) await open(host);
  }
}

/** The earliest head that waits for no other. Heads that wait for each other (which no history of ours does) go by time. */
async function nextHead(
  heads: ReadonlyMap<string, Head>,
  emitted: ReadonlyMap<string, number>,
  open: (host: string) => Promise<void>,
): Promise<Head> {
  for (const { stored } of heads.values()) for (const { host } of linksOf(stored).after) await open(host);
  const waits = ({ stored }: Head): boolean =>
    linksOf(stored).after.some(({ host, seq }) => {
      const ahead = heads.get(host);
      return ahead !== undefined && ahead.stored.seq <= seq && (emitted.get(host) ?? 0) < seq;
    });
  const all = [...heads.values()].toSorted((a, b) => a.at - b.at || (a.stored.host < b.stored.host ? -1 : 1));
  return (all.find((head) => !waits(head)) ?? all[0]) as Head;
}

async function* segmentOf(journal: Journal, host: string, instance: string): AsyncGenerator<Stored> {
  try {
    yield* journal.read(host, instance);
  } catch (error) {
    // A host that was named and never got a stream holds nothing of the instance.
    if (!(error instanceof ChronovirtError && error.code === 'JOURNAL_MISSING')) throw error;
  }
}
