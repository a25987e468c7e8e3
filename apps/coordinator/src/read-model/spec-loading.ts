import { CLUSTER } from '@chronovirt/contract';
import { isReadable, specIn, type Journal, type Log, type Stored } from '@chronovirt/runtime';
import type { InstanceEntry } from './instance-entry.ts';
import { summaryOf, type SpecSummary } from './spec-summary.ts';

/** Reads at a time: enough to hide the round trip, few enough to leave the server to others. */
const atOnce = 32;

/**
 * Reads the specs that entries' last messages point to in a host's stream, each with the time when the first one of that history came.
 * One that cannot be read is told of and left out.
 */
export async function loadSpecs(
  journal: Journal,
  host: string,
  entries: readonly InstanceEntry[],
  learn: (entry: InstanceEntry, spec: SpecSummary, at: number) => void,
  log: Log,
): Promise<void> {
  const rest = entries.values();
  const worker = async (): Promise<void> => {
    for (const entry of rest) {
      const seq = entry.of(host)?.specSeq ?? 0;
      if (seq === 0) continue;
      const stored = await journal.get(host, seq);
      const spec = stored !== null && isReadable(stored) ? specIn(stored.message) : undefined;
      if (stored === null || !isReadable(stored) || spec === undefined) {
        log.warn({ host, instance: entry.uuid, seq }, 'the message that a state points to holds no spec');
        continue;
      }
      learn(entry, summaryOf(spec), await firstAt(journal, stored, stored.message.at));
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, entries.length) }, worker));
}

/** On the spine, where every history begins, the time of its first message: the spec of today may have come with a resize or an unshelve. */
async function firstAt(journal: Journal, stored: Extract<Stored, { message: object }>, at: number): Promise<number> {
  const { host, instance, message } = stored;
  if (host !== CLUSTER || message.events.some(({ type }) => type === 'create.requested')) return at;
  for await (const first of journal.read(host, instance)) return isReadable(first) ? first.message.at : at;
  return at;
}
