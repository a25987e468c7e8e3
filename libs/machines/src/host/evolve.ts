import {
  hostOfToken,
  type HostMessage,
  type HostState,
  type StatelessHostMessage,
  type StoredEvent,
} from '@chronovirt/contract';
import { EventNotAcceptedError } from '../actor/errors.ts';
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

/** One turn of a host folded, from its events alone; placeholders for its own sequence are still 0. */
export function foldHostMessage(state: HostState | null, message: StatelessHostMessage): HostState {
  const meta = { ...message, of: hostOfToken(message.instance) };
  let next = state;
  for (const event of message.events) next = evolveHost(next, event, meta);
  if (next === null)
    throw new EventNotAcceptedError('(none)', 'unheard', HOST_MACHINE_VERSION, 'the message has no events');
  return next;
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
