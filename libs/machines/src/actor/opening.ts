/** The end of every step: the effect that an event opens, if any, and where the event leads. */
import type { Due, InstanceState, LifeContext, StoredEvent } from '@chronovirt/contract';
import { IMAGE_PART } from '../image/leaves.ts';
import { MACHINE_VERSION } from '../version.ts';
import { EventNotAcceptedError } from './errors.ts';
import type { Meta } from './initial.ts';
import { INCOMING_PART, LIFE_PART, MIGRATION_PART, OWNER_PART, roleAllows, roleText } from './role.ts';

/** An event before it is known which effect it opens and where it leads. */
export type Candidate = Pick<StoredEvent, 'type' | 'part' | 'of' | 'data'> &
  Partial<Pick<StoredEvent, 'op' | 'deadline' | 'notBefore'>>;

/** Op and times of an effect that opens. `tries`: times that it was begun again. */
export type Stamp = (
  method: string,
  request: LifeContext['request'],
  tries: number,
) => { deadline: number; notBefore: number | null };

export interface Advanced {
  readonly state: InstanceState;
  readonly event: StoredEvent;
}

/** Rounds of back-off of a remnant's clearing away; it has no count of its own. */
const REMNANT_TRIES = 5;

/** Opens the effect that was entered, if this role may run it. */
export function open(
  state: InstanceState,
  event: Candidate,
  meta: Meta,
  stamp: Stamp,
  part: string,
  method: string | null,
): Advanced {
  const { actor, context } = state;
  const to = reachedIn(state, part);
  if (method === null || !roleAllows(actor.role, part, method)) {
    if (event.op !== undefined)
      throw new EventNotAcceptedError(
        event.type,
        state.value,
        MACHINE_VERSION,
        `it opens no effect, the history says op ${event.op}`,
      );
    return close(state, event, to);
  }
  const op = actor.op + 1;
  if (event.op !== undefined && event.op !== op)
    throw new EventNotAcceptedError(
      event.type,
      state.value,
      MACHINE_VERSION,
      `it opens op ${op}, the history says ${event.op}`,
    );
  const times = stamp(method, part === LIFE_PART ? context.request : {}, triesOf(state, event, part));
  const due: Due = {
    part,
    op,
    method,
    deadline: times.deadline,
    notBefore: times.notBefore,
    attempt: 1,
    command: meta.command,
  };
  const opened: InstanceState = {
    ...state,
    actor: { ...actor, op, due: [...actor.due.filter((other) => other.part !== part), due] },
  };
  const stamped = {
    ...event,
    op,
    deadline: times.deadline,
    ...(times.notBefore === null ? {} : { notBefore: times.notBefore }),
  };
  return close(opened, stamped, to);
}

/** The state of a part, as events show it. */
function reachedIn(state: InstanceState, part: string): string {
  switch (part) {
    case LIFE_PART:
      return state.value;
    case MIGRATION_PART:
      return migrationValue(state);
    case IMAGE_PART:
      return state.parts.image;
    default:
      return roleText(state.actor.role);
  }
}

/** Times that the effect which opens was begun again: the back-off follows from it. */
function triesOf({ context, parts }: InstanceState, { type }: Candidate, part: string): number {
  switch (part) {
    case OWNER_PART:
      return type === 'fence' || type === 'undo' || type.endsWith('.requested') || type.startsWith('observed.')
        ? 0
        : REMNANT_TRIES;
    case MIGRATION_PART:
      return parts.migration?.context.tries ?? 0;
    case IMAGE_PART:
      return parts.imageWork?.tries ?? 0;
    case INCOMING_PART:
      return 0;
    default:
      return context.tries;
  }
}

function migrationValue({ parts }: InstanceState): string {
  return parts.migration?.value ?? 'none';
}

export function close(state: InstanceState, event: Candidate, to: string): Advanced {
  return { state, event: { ...event, to } };
}
