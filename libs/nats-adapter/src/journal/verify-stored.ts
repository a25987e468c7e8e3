import { verifyHistories } from '@chronovirt/runtime';
import { connect, type ConnectOptions } from '../connection/connection.ts';
import { JetStreamJournal } from './jetstream-journal.ts';

/** A server that does not answer within this time ends it, in milliseconds. */
const PATIENCE_MS = 10_000;

/**
 * Verifies every history on a host as it lies on the server, with the charts of this version, and says what differs. Resolves with whether
 * all of it agrees. Whoever acts on that host is not disturbed.
 */
export async function verifyStored(
  { servers, nkeySeedFile, tls }: Pick<ConnectOptions, 'servers' | 'nkeySeedFile' | 'tls'>,
  host: string,
  name: string,
  say: (line: string) => void,
): Promise<boolean> {
  const nats = await connect({ servers, nkeySeedFile, tls, name, patienceMs: PATIENCE_MS });
  const journal = new JetStreamJournal(nats);
  try {
    const { histories, messages, differences } = await verifyHistories(journal, host);
    for (const line of differences) say(line);
    const verdict = differences.length === 0 ? 'all agree' : `${differences.length} do not agree`;
    say(`${host}: ${histories} histories, ${messages} messages: ${verdict} with this version`);
    return differences.length === 0;
  } finally {
    await journal.close();
    await nats.close();
  }
}
