import type { InstanceState, StoredEvent } from '@chronovirt/contract';
import { MACHINE_VERSION } from '../version.ts';
import { advance } from './advance.ts';
import { EventNotAcceptedError } from './errors.ts';
import type { Meta } from './initial.ts';

/**
 * Folds one stored event. Throws `EventNotAcceptedError` when the chart does not take it, or would open another effect than the history
 * says. `meta` is the message that the event came in.
 */
export function evolve(state: InstanceState | null, event: StoredEvent, meta: Meta): InstanceState {
  const { to: _, ...candidate } = event;
  return advance(state, candidate, meta, () => {
    if (event.deadline === undefined || event.op === undefined) {
      throw new EventNotAcceptedError(
        event.type,
        state?.value ?? 'unplaced',
        MACHINE_VERSION,
        'it opens an effect, and the history holds no op and deadline for it',
      );
    }
    return { deadline: event.deadline, notBefore: event.notBefore ?? null };
  }).state;
}

/** Puts the message's own sequence where the state says "this message" (0): answers and the spec. Used once it is stored, and by readers. */
export function settled(state: InstanceState, seq: number): InstanceState {
  const { answered, spec } = state.actor;
  const newest = answered.at(-1);
  if (spec !== 0 && (newest === undefined || newest.seq !== 0)) return state;
  return {
    ...state,
    actor: {
      ...state.actor,
      spec: spec === 0 ? seq : spec,
      answered: answered.map((answer) => (answer.seq === 0 ? { ...answer, seq } : answer)),
    },
  };
}
