/** Reading histories: the state that they lead to, and whether the chart of today agrees with what they say. */
import type { InstanceState, StatelessMessage, TurnMessage } from '@chronovirt/contract';
import { EventNotAcceptedError } from '../actor/errors.ts';
import { evolve, settled } from '../actor/evolve.ts';
import { advance } from '../actor/advance.ts';
import { diff, type Difference } from './diff.ts';

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

export type Verdict =
  | { readonly ok: true; readonly messages: number; readonly events: number }
  /** `at`: sequence of the first message that disagrees. */
  | { readonly ok: false; readonly at: number; readonly difference: string; readonly details: readonly Difference[] };

/** Folds a history with the chart of today and compares every event's `to`, every op, and the state of every message. One transition per event. */
export function verify(entries: Iterable<Entry>): Verdict {
  let state: InstanceState | null = null;
  let messages = 0;
  let events = 0;
  for (const { seq, message } of entries) {
    try {
      for (const event of message.events) {
        const { to, ...candidate } = event;
        const advanced = advance(state, candidate, message, () => ({
          deadline: event.deadline ?? Number.NaN,
          notBefore: event.notBefore ?? null,
        }));
        if (advanced.event.to !== to)
          return unlike(seq, `event ${event.type} leads to ${advanced.event.to}, the history says ${to}`);
        if (advanced.event.op !== event.op)
          return unlike(
            seq,
            `event ${event.type} opens op ${advanced.event.op ?? 'none'}, the history says ${event.op ?? 'none'}`,
          );
        state = advanced.state;
        events += 1;
      }
    } catch (error) {
      if (error instanceof EventNotAcceptedError) return unlike(seq, error.message);
      throw error;
    }
    if (state === null) return unlike(seq, 'the message has no events');
    const details = diff(message.state, state);
    if (details.length > 0)
      return unlike(seq, `the state differs in ${details.map(({ path }) => path).join(', ')}`, details);
    if (message.epoch !== state.actor.epoch)
      return unlike(seq, `the message says epoch ${message.epoch}, its events lead to ${state.actor.epoch}`);
    state = settled(state, seq);
    messages += 1;
  }
  return { ok: true, messages, events };
}

function unlike(at: number, difference: string, details: readonly Difference[] = []): Verdict {
  return { ok: false, at, difference, details };
}
