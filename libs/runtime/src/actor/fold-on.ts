import type { CommandId } from '@chronovirt/contract';
import { whyUnreadable, type Stored } from '../ports/journal.ts';
import { JournalFault } from '../ports/journal-fault.ts';
import type { ActorHost } from './actor-host.ts';
import type { ActorState } from './aggregate.ts';
import type { Halt } from './halt.ts';

/** Where the reader of a history stands in it. */
export interface Reader<S> {
  readonly id: string;
  readonly state: S | null;
  readonly seq: number;
  halt(halt: Halt): void;
}

const notOfThisKind = { code: 'NOT_A_MESSAGE', text: 'a message of another kind of history' } as const;

/**
 * Messages that this process did not write, folded one by one; `last` is the history's last one. A fence or a newer epoch: take the new
 * role. An older incarnation of this host: its last append landed late. A newer one: it has taken over; this process ends. Throws
 * `JournalFault` then, and when the history is gone; throws, too, having halted the reader, at a message that cannot be read or folded.
 */
export async function* foldOn<S extends ActorState, C extends { readonly id: CommandId }, L, D>(
  host: ActorHost<S, C, L, D>,
  reader: Reader<S>,
  last: Stored | null,
): AsyncGenerator<{ readonly state: S | null; readonly seq: number }> {
  const { aggregate, journal } = host;
  const { id } = reader;
  if (last === null)
    throw new JournalFault(
      'JOURNAL_MISSING',
      `the history of ${id} is gone: expected sequence ${reader.seq}, found none`,
    );
  const newest = aggregate.messageIn(last);
  if (newest !== null && host.isSuperseded(newest)) {
    host.onSuperseded(newest);
    throw new JournalFault('JOURNAL_CLOSED', 'a newer process of this host has taken over');
  }
  let { state } = reader;
  for await (const stored of journal.read(host.host, id, { from: reader.seq + 1 })) {
    const message = aggregate.messageIn(stored);
    if (message === null) {
      const { code, text } = whyUnreadable(stored) ?? notOfThisKind;
      reader.halt({ code, message: text, seq: stored.seq });
      throw new Error(text);
    }
    try {
      for (const event of message.events) state = aggregate.evolve(state, event, message);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      reader.halt({ code: 'FAULT', message: `${host.host}:${stored.seq}: ${why}`, seq: stored.seq });
      throw error;
    }
    state = state === null ? null : aggregate.settled(state, stored.seq);
    yield { state, seq: stored.seq };
  }
}
