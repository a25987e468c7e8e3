import {
  STATE_VERSION,
  type HostName,
  type Incarnation,
  type InstanceState,
  type InstanceUuid,
} from '@chronovirt/contract';
import { initialContext } from '../life/context-changes.ts';
import { UNPLACED } from '../life/resting.ts';

/** What folding needs to know of the message that an event came in. A `TurnMessage` is one. */
export interface Meta {
  readonly at: number;
  readonly host: HostName;
  readonly epoch: number;
  readonly incarnation: Incarnation;
  readonly instance: InstanceUuid;
  /** The command that the message serves. */
  readonly command: InstanceState['actor']['due'][number]['command'];
}

/** An instance before its first event in a history. */
export function initialState(meta: Pick<Meta, 'at' | 'incarnation'>): InstanceState {
  return {
    v: STATE_VERSION,
    value: UNPLACED,
    context: initialContext,
    parts: { power: null, lock: null, image: 'idle' },
    actor: {
      role: { kind: 'owner', epoch: 0 },
      epoch: 0,
      op: 0,
      due: [],
      answered: [],
      spec: 0,
      incarnation: meta.incarnation,
      at: meta.at,
    },
  };
}
