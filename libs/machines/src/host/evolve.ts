import type { HostMessage, HostName, HostState, StoredEvent } from '@chronovirt/contract';
import { EventNotAcceptedError } from '../actor/errors.ts';
import { diff, type Difference } from '../reading/diff.ts';
import { advanceHost, type HostMeta } from './advance.ts';
import { HOST_MACHINE_VERSION } from './machine.ts';

/** Folds one stored event of a host's history. Throws `EventNotAcceptedError` when the charts do not take it. */
export function evolveHost(state: HostState | null, event: StoredEvent, meta: HostMeta): HostState {
  const { to: _, ...candidate } = event;
  return advanceHost(state, candidate, meta, () => {
    if (event.deadline === undefined || event.op === undefined) {
      const why = 'it opens an effect, and the history holds no op and deadline for it';
      throw new EventNotAcceptedError(event.type, state?.value ?? 'unheard', HOST_MACHINE_VERSION, why);
    }
    return { deadline: event.deadline, notBefore: event.notBefore ?? null };
  }).state;
}

/** Puts the message's own sequence where the state says "this message" (0). */
export function settledHost(state: HostState, seq: number): HostState {
  const { answered } = state.actor;
  if (answered.at(-1)?.seq !== 0) return state;
  return {
    ...state,
    actor: { ...state.actor, answered: answered.map((answer) => (answer.seq === 0 ? { ...answer, seq } : answer)) },
  };
}

/** A host's turn as it was stored. */
export type HostTurn = HostMessage & { readonly state: HostState };

/** Whether a message is a turn of a host, and not its standing. */
export function isHostTurn(message: HostMessage): message is HostTurn {
  return message.state.aggregate === 'host';
}

export type HostVerdict =
  | { readonly ok: true; readonly messages: number }
  | { readonly ok: false; readonly at: number; readonly difference: string; readonly details: readonly Difference[] };

/** Folds a host's history anew with the charts of today and compares every state with what was recorded. */
export function verifyHost(entries: Iterable<{ readonly seq: number; readonly message: HostTurn }>): HostVerdict {
  let state: HostState | null = null;
  let messages = 0;
  for (const { seq, message } of entries) {
    const meta = { ...message, of: message.state.host as HostName };
    try {
      for (const event of message.events) state = evolveHost(state, event, meta);
    } catch (error) {
      return { ok: false, at: seq, difference: error instanceof Error ? error.message : String(error), details: [] };
    }
    const details = diff(message.state, state);
    if (details.length > 0)
      return { ok: false, at: seq, difference: 'the folded state is another than the recorded one', details };
    state = state === null ? null : settledHost(state, seq);
    messages += 1;
  }
  return { ok: true, messages };
}
