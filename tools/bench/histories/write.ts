/**
 * Fills the stream of a host, as fast as a server takes it: many histories at once, so that the last messages of all lie scattered over
 * the whole stream, as they do where instances live for months.
 */
import { randomUUID } from 'node:crypto';
import { connect as dial } from '@nats-io/transport-node';
import { eventSubject } from '@chronovirt/contract';
import { connect, JetStreamJournal } from '@chronovirt/nats-adapter';
import { fill, type Template } from './template.ts';

/** Histories that are written side by side: with some fifty messages each they fill about one block of the server's store. */
const sideBySide = 100;
/** Messages that wait for the server's word, at most; it drops what exceeds its own queue. */
const window = 2_000;
const GiB = 2 ** 30;

/** A history as it was written. */
export interface Written {
  readonly uuid: string;
  /** Sequence of its last message. */
  readonly last: number;
}

export interface Kind {
  readonly template: Template;
  readonly count: number;
}

/** Writes so many histories of each kind into the stream of a host, which is made and must be empty. Returns them kind by kind. */
export async function writeHistories(url: string, host: string, kinds: readonly Kind[]): Promise<Written[][]> {
  await makeStream(url, host);
  const client = await dial({ servers: url });
  const inbox = `_INBOX.bench.${randomUUID()}`;
  const flow = { sent: 0, acknowledged: 0, refused: null as Error | null, wake: (): void => {} };
  client.subscribe(inbox, {
    callback: (_error, msg) => {
      flow.acknowledged += 1;
      const ack = msg.json<{ seq?: number; error?: { description: string } }>();
      // Sequences were given out before: the stream has to give the same ones.
      if (ack.error !== undefined || ack.seq !== flow.acknowledged)
        flow.refused ??= new Error(`message ${flow.acknowledged} was stored otherwise: ${JSON.stringify(ack)}`);
      flow.wake();
    },
  });
  const settled = async (most: number): Promise<void> => {
    while (flow.sent - flow.acknowledged > most && flow.refused === null)
      await new Promise<void>((resolve) => (flow.wake = resolve));
    if (flow.refused !== null) throw flow.refused;
  };

  const written: Written[][] = kinds.map(() => []);
  for (const group of groups(kinds)) {
    const seqs = group.map(() => [] as number[]);
    const longest = Math.max(...group.map(({ template }) => template.messages.length));
    for (let n = 0; n < longest; n += 1) {
      for (const [at, { uuid, template }] of group.entries()) {
        const message = template.messages[n];
        const own = seqs[at] ?? [];
        if (message === undefined) continue;
        await settled(window - 1);
        own.push((flow.sent += 1));
        client.publish(eventSubject(host, uuid), fill(message, uuid, own), { reply: inbox });
      }
    }
    for (const [at, { uuid, kind }] of group.entries()) written[kind]?.push({ uuid, last: seqs[at]?.at(-1) ?? 0 });
  }
  await settled(0);
  await client.close();
  return written;
}

interface Planned {
  readonly uuid: string;
  readonly kind: number;
  readonly template: Template;
}

/** All histories in groups, the kinds mixed evenly. */
function* groups(kinds: readonly Kind[]): Generator<Planned[]> {
  const left = kinds.map(({ count }) => count);
  let group: Planned[] = [];
  while (left.some((count) => count > 0)) {
    for (const [kind, { template }] of kinds.entries()) {
      if ((left[kind] ?? 0) <= 0) continue;
      left[kind] = (left[kind] ?? 0) - 1;
      group.push({ uuid: randomUUID(), kind, template });
    }
    if (group.length >= sideBySide) {
      yield group;
      group = [];
    }
  }
  if (group.length > 0) yield group;
}

/** The stream as the product makes it, only larger. */
async function makeStream(url: string, host: string): Promise<void> {
  const nats = await connect({ servers: url, name: 'bench-filling' });
  const journal = new JetStreamJournal(nats, { maxBytes: 8 * GiB });
  await journal.provision(host);
  await journal.close();
  await nats.close();
}
