/** Whether the chart of today agrees with what a history says. */
import type { InstanceState, StatelessMessage } from '@chronovirt/contract';
import { advance } from '../actor/advance.ts';
import { settled } from '../actor/evolve.ts';
import { diff, type Difference } from './diff.ts';
import type { Entry } from './fold.ts';

export type Verdict =
  | { readonly ok: true; readonly messages: number; readonly events: number }
  /** `at`: sequence of the first message that disagrees. */
  | { readonly ok: false; readonly at: number; readonly difference: string; readonly details: readonly Difference[] };

/**
 * Folds a history, one message after another, and compares every event's `to`, every op, and the state of every message that carries one.
 * One transition per event; it keeps one state, however long the history is.
 */
export class Verifier {
  #state: InstanceState | null = null;
  #messages = 0;
  #events = 0;
  #unlike: Verdict | null = null;

  /** Of the messages taken so far. */
  get verdict(): Verdict {
    return this.#unlike ?? { ok: true, messages: this.#messages, events: this.#events };
  }

  /** The state that the messages taken so far lead to, where all agree. */
  get state(): InstanceState | null {
    return this.#state;
  }

  /** Takes the next message; false once one has disagreed, and then nothing more is looked at. */
  take(seq: number, message: Entry['message'] | StatelessMessage): boolean {
    this.#unlike ??= this.#compare(seq, message);
    return this.#unlike === null;
  }

  #compare(seq: number, message: Entry['message'] | StatelessMessage): Verdict | null {
    let state = this.#state;
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
        this.#events += 1;
      }
    } catch (error) {
      // Whatever the chart says to it, this history is not taken; others are.
      return unlike(seq, error instanceof Error ? error.message : String(error));
    }
    if (state === null) return unlike(seq, 'the message has no events');
    const details = 'state' in message ? diff(message.state, state) : [];
    if (details.length > 0)
      return unlike(seq, `the state differs in ${details.map(({ path }) => path).join(', ')}`, details);
    if (message.epoch !== state.actor.epoch)
      return unlike(seq, `the message says epoch ${message.epoch}, its events lead to ${state.actor.epoch}`);
    this.#state = settled(state, seq);
    this.#messages += 1;
    return null;
  }
}

/** Folds a whole history with the chart of today, and compares. */
export function verify(entries: Iterable<Entry>): Verdict {
  const verifier = new Verifier();
  for (const { seq, message } of entries) if (!verifier.take(seq, message)) break;
  return verifier.verdict;
}

function unlike(at: number, difference: string, details: readonly Difference[] = []): Verdict {
  return { ok: false, at, difference, details };
}
