/** Steps that say who may act: an instance taken over or prepared for, given up, fenced, cleared away. */
import type { Due, InstanceState, LifeContext, Role } from '@chronovirt/contract';
import { initialContext } from '../life/context-changes.ts';
import { leafOf } from '../life/leaves.ts';
import { UNPLACED } from '../life/resting.ts';
import { MACHINE_VERSION } from '../version.ts';
import { EventNotAcceptedError } from './errors.ts';
import type { Meta } from './initial.ts';
import type { HandedState } from './links.ts';
import { close, open, type Advanced, type Candidate, type Stamp } from './opening.ts';
import { withoutImageWork, withSeen } from './parts.ts';
import { INCOMING_PART, LIFE_PART, MIGRATION_PART, OWNER_PART, roleText } from './role.ts';

export function adopt(state: InstanceState, event: Candidate, meta: Meta, stamp: Stamp): Advanced {
  const { epoch, state: given, since } = event.data as unknown as { epoch: number; state: HandedState; since?: number };
  const taken: InstanceState = {
    ...state,
    value: given.value,
    context: given.context,
    parts: {
      power: null,
      image: 'idle',
      ...given.parts,
      ...(since !== undefined && (given.value === 'trashed' ? { trashedAt: since } : { restsSince: since })),
    },
    actor: {
      ...state.actor,
      role: { kind: 'owner', epoch },
      epoch,
      op: Math.max(given.op, state.actor.op),
      due: [],
      spec: 0,
    },
  };
  return open(taken, event, meta, stamp, LIFE_PART, leafOf(given.value)?.method ?? null);
}

/** The destination of a move gets ready, step by step; ready is who has nothing due any more. */
export function ready(state: InstanceState, event: Candidate, meta: Meta, stamp: Stamp): Advanced {
  const rest = (state.context.request['steps'] ?? []) as string[];
  const without: InstanceState = {
    ...state,
    parts: withSeen(state.parts, event),
    actor: { ...state.actor, due: [] },
  };
  if (!event.type.endsWith('.done')) {
    // It could not get ready: what there is of it goes.
    const undone: InstanceState = {
      ...without,
      actor: {
        ...without.actor,
        role: { kind: 'remnant', epoch: state.actor.epoch, keepDisks: state.context.request['keepDisks'] === true },
      },
    };
    const over = calledOff(undone, state.context.request['migrationId']);
    return open(over, event, meta, stamp, OWNER_PART, 'destroy');
  }
  const [next = null, ...later] = rest;
  const result = event.data?.['result'];
  const request = {
    ...state.context.request,
    steps: later,
    ...(result === undefined ? {} : { migrateData: result as never }),
  };
  return open({ ...without, context: { ...state.context, request } }, event, meta, stamp, INCOMING_PART, next);
}

/** A step of the part that says who may act. */
export function own(state: InstanceState, isFirst: boolean, event: Candidate, meta: Meta, stamp: Stamp): Advanced {
  const epoch = Number(event.data?.['epoch'] ?? state.actor.epoch);
  const as = (role: Role, due: Due[] = []): InstanceState => ({
    ...state,
    parts: withoutImageWork(withSeen(state.parts, event)),
    actor: { ...state.actor, role, epoch, due },
  });
  switch (event.type) {
    case 'granted':
      return close(
        as({ kind: 'granted', host: event.data?.['host'] as never, epoch }, state.actor.due),
        event,
        `granted(${String(event.data?.['host'])}, ${epoch})`,
      );
    case 'released':
    case 'cleaned':
    case 'closed':
      return close(calledOff(as({ kind: 'closed' }, closedDue(state)), event.data?.['migration']), event, 'closed');
    case 'fence': {
      // Where nothing was ever intended nothing can be: the fence only keeps a late order out.
      if (isFirst || state.actor.role.kind === 'closed') return close(as({ kind: 'closed' }), event, 'closed');
      const kept = event.data?.['kept'];
      if (typeof kept === 'string') return close(as({ kind: 'kept', epoch, migration: kept }), event, `kept(${epoch})`);
      return open(as(remnant(epoch, event)), event, meta, stamp, OWNER_PART, 'destroy');
    }
    case 'incoming': {
      const { migration, request, op, steps } = event.data as unknown as IncomingData;
      const [first = null, ...later] = steps;
      const taken = as({ kind: 'incoming', migration });
      const prepared: InstanceState = {
        ...taken,
        value: UNPLACED,
        context: { ...initialContext, request: { ...request, steps: later } },
        parts: { power: null, lock: null, image: 'idle' },
        actor: { ...taken.actor, op: Math.max(op, taken.actor.op), spec: 0 },
      };
      return open(prepared, event, meta, stamp, INCOMING_PART, first);
    }
    case 'undo': {
      const undone = calledOff(as(remnant(epoch, event)), event.data?.['migration']);
      return open(undone, event, meta, stamp, OWNER_PART, 'destroy');
    }
    case 'confirmMigration.requested':
    case 'confirmMigration.failed':
    case 'confirmMigration.timedOut':
      return open(as(state.actor.role), event, meta, stamp, OWNER_PART, 'confirmMigration');
    case 'stilled':
      return close(as(state.actor.role), event, roleText(state.actor.role));
    case 'regained':
      return close(as({ kind: 'owner', epoch }, state.actor.due), event, `owner(${epoch})`);
    default: {
      const { role } = state.actor;
      if (event.type.startsWith('observed.') || event.type.startsWith('destroy.')) {
        const cleaning: Role =
          role.kind === 'kept' || role.kind === 'remnant' ? role : { kind: 'remnant', epoch: state.actor.epoch };
        return open(as(cleaning), event, meta, stamp, OWNER_PART, 'destroy');
      }
      throw new EventNotAcceptedError(event.type, state.value, MACHINE_VERSION, 'part owner knows no such event');
    }
  }
}

/** A move that is off stays off: a late order for it is not taken any more. */
function calledOff(state: InstanceState, migration: unknown): InstanceState {
  if (typeof migration !== 'string') return state;
  return { ...state, context: { ...initialContext, request: { calledOff: migration } } };
}

interface IncomingData {
  readonly migration: string;
  readonly op: number;
  readonly steps: readonly string[];
  readonly request: LifeContext['request'];
}

function remnant(epoch: number, { data }: Candidate): Role {
  const { keepDisks, undecided } = data ?? {};
  return {
    kind: 'remnant',
    epoch,
    ...(typeof keepDisks === 'boolean' ? { keepDisks } : {}),
    ...(undecided === true ? { undecided } : {}),
  };
}

/** An instance may be gone while a move still has hosts to tell. */
function closedDue({ actor }: InstanceState): Due[] {
  return actor.due.filter(({ part }) => part === MIGRATION_PART);
}
