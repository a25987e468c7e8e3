/** Reading histories: the state that they lead to. */
import type { InstanceState, StatelessMessage, TurnMessage } from '@chronovirt/contract';
import { EventNotAcceptedError } from '../actor/errors.ts';
import { evolve, settled } from '../actor/evolve.ts';

/** A message with its sequence, as it lies in a history. */
export interface Entry {
  readonly seq: number;
  readonly message: TurnMessage;
}

/** The state after all messages of one history on one host, folded from its events alone. Null for none. Throws `EventNotAcceptedError`. */
export function fold(entries: Iterable<Entry>, from: InstanceState | null = null): InstanceState | null {
  let state = from;
  for (const { seq, message } of entries) state = settled(foldMessage(state, message), seq);
  return state;
}

/** One message folded, from its events alone; placeholders for its own sequence are still 0. */
export function foldMessage(state: InstanceState | null, message: StatelessMessage): InstanceState {
  let next = state;
  for (const event of message.events) next = evolve(next, event, message);
  if (next === null)
    throw new EventNotAcceptedError('(none)', 'unplaced', message.machine, 'the message has no events');
  return next;
}
