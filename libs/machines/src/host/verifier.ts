/** Whether the charts of today agree with what the history of a host says. */
import type { HostState, StatelessHostMessage } from '@chronovirt/contract';
import { diff, type Difference } from '../reading/diff.ts';
import { foldHostMessage, settledHost, type HostTurn } from './evolve.ts';

export type HostVerdict =
  | { readonly ok: true; readonly messages: number }
  | { readonly ok: false; readonly at: number; readonly difference: string; readonly details: readonly Difference[] };

/** Folds a host's history, one turn after another, and compares every state that a turn carries with what the charts of today make of it. */
export class HostVerifier {
  #state: HostState | null = null;
  #messages = 0;
  #unlike: HostVerdict | null = null;

  /** Of the turns taken so far. */
  get verdict(): HostVerdict {
    return this.#unlike ?? { ok: true, messages: this.#messages };
  }

  /** Takes the next turn; false once one has disagreed, and then nothing more is looked at. */
  take(seq: number, message: HostTurn | StatelessHostMessage): boolean {
    this.#unlike ??= this.#compare(seq, message);
    return this.#unlike === null;
  }

  #compare(seq: number, message: HostTurn | StatelessHostMessage): HostVerdict | null {
    let state: HostState;
    try {
      state = foldHostMessage(this.#state, message);
    } catch (error) {
      return { ok: false, at: seq, difference: error instanceof Error ? error.message : String(error), details: [] };
    }
    const details = 'state' in message ? diff(message.state, state) : [];
    if (details.length > 0)
      return { ok: false, at: seq, difference: 'the folded state is another than the recorded one', details };
    this.#state = settledHost(state, seq);
    this.#messages += 1;
    return null;
  }
}

/** Folds a host's whole history anew with the charts of today, and compares. */
export function verifyHost(entries: Iterable<{ readonly seq: number; readonly message: HostTurn }>): HostVerdict {
  const verifier = new HostVerifier();
  for (const { seq, message } of entries) if (!verifier.take(seq, message)) break;
  return verifier.verdict;
}
