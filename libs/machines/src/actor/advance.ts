/**
 * One event folded into the plain state: the chart's step, and the actor record around it. Deciding and replaying both come through
 * here; they differ only in where op and deadline of an opened effect come from (`Stamp`): the policy now, or the stored event.
 *
 * The rule that makes "what is due" exact: an effect opens when the chart says that a leaf was *entered*, whatever event led there.
 * Then op grows by one and replaces what was due of that part. When `life` leaves its effects, nothing of it is due.
 */
import type { Answer, CommandId, Due, InstanceState, LifeContext, Lock, Role, StoredEvent } from '@chronovirt/contract';
import { leafOf } from '../life/leaves.ts';
import { IMAGE_PART } from '../image/leaves.ts';
import { isKnown, transit } from '../life/transit.ts';
import { MACHINE_VERSION } from '../version.ts';
import { EventNotAcceptedError } from './errors.ts';
import { initialContext } from '../life/context-changes.ts';
import { UNPLACED } from '../life/resting.ts';
import { initialState, type Meta } from './initial.ts';
import type { HandedState } from './links.ts';
import {
  afterAnswer,
  afterImage,
  afterLife,
  afterLook,
  afterQuestion,
  observationOf,
  withoutImageWork,
  withSeen,
} from './parts.ts';
import { migrate } from '../migration/machine.ts';
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
const ANSWERS_KEPT = 16;

/** Stored and folded by the record alone; the chart never sees them. */
const neutral: ReadonlySet<string> = new Set(['refused', 'late', 'resumed', 'note']);

export function advance(before: InstanceState | null, event: Candidate, meta: Meta, stamp: Stamp): Advanced {
  const state = timed(before ?? initialState(meta), meta);
  if (neutral.has(event.type)) return close(withNeutral(state, event, meta), event, state.value);
  switch (event.part ?? LIFE_PART) {
    case LIFE_PART:
      return event.type === 'adopted' ? adopt(state, event, meta, stamp) : live(state, event, meta, stamp);
    case 'power':
      return close(
        { ...state, parts: afterLook(state.parts, event) },
        event,
        String(event.data?.['seen'] ?? observationOf(event)?.power ?? 'unknown'),
      );
    case 'drift':
      return question(state, event, meta);
    case IMAGE_PART:
      return imaged(state, event, meta, stamp);
    case 'lock':
      return lock(state, event, meta);
    case OWNER_PART:
      return own(state, before === null, event, meta, stamp);
    case INCOMING_PART:
      return ready(state, event, meta, stamp);
    case MIGRATION_PART:
      return moved(state, event, meta, stamp);
    default:
      throw new EventNotAcceptedError(event.type, state.value, MACHINE_VERSION, `it knows no part ${event.part}`);
  }
}

function live(state: InstanceState, event: Candidate, meta: Meta, stamp: Stamp): Advanced {
  if (!isKnown(state.value)) {
    throw new EventNotAcceptedError(event.type, state.value, MACHINE_VERSION, 'it knows no such state');
  }
  const step = transit(state.value, state.context, { type: event.type, data: event.data ?? {}, of: event.of ?? null });
  if (step === null) throw new EventNotAcceptedError(event.type, state.value, MACHINE_VERSION);
  const role = roleAfter(state, event);
  const isDeleting = step.value.startsWith('deleting.');
  const lived: InstanceState = {
    ...state,
    parts: afterLife(withReturned(state.parts, event), event, step.value, state.actor.at),
    value: step.value,
    context: step.context,
    actor: {
      ...state.actor,
      role,
      epoch: role.kind === 'owner' ? Math.max(role.epoch, state.actor.epoch) : state.actor.epoch,
      due: state.actor.due.filter(({ part }) => part !== LIFE_PART && !(isDeleting && part === IMAGE_PART)),
      spec: event.data?.['spec'] === undefined ? state.actor.spec : 0,
      answered: isIntent(event) ? answeredWith(state, accepted(meta.command)) : state.actor.answered,
    },
  };
  return open(lived, event, meta, stamp, LIFE_PART, step.effect);
}

/** What a host gave back goes along. */
function withReturned(parts: InstanceState['parts'], { type, data }: Candidate): InstanceState['parts'] {
  const given = type === 'returned' ? (data?.['parts'] as HandedState['parts'] | undefined) : undefined;
  return given === undefined ? parts : { ...parts, ...given };
}

/** Something was seen that a person has to judge, or a person has judged it. */
function question(state: InstanceState, event: Candidate, meta: Meta): Advanced {
  if (!isIntent(event))
    return close({ ...state, parts: afterQuestion(state.parts, event, state.actor.at) }, event, 'open');
  const answered = answeredWith(state, accepted(meta.command));
  return close({ ...state, parts: afterAnswer(state.parts), actor: { ...state.actor, answered } }, event, 'answered');
}

/** A step of an image's making. */
function imaged(state: InstanceState, event: Candidate, meta: Meta, stamp: Stamp): Advanced {
  const step = afterImage(state.parts, event, state.actor.at);
  if (step === null) throw new EventNotAcceptedError(event.type, state.parts.image, MACHINE_VERSION, 'part image');
  const next: InstanceState = {
    ...state,
    parts: step.parts,
    actor: {
      ...state.actor,
      due: state.actor.due.filter(({ part }) => part !== IMAGE_PART),
      answered: isIntent(event) ? answeredWith(state, accepted(meta.command)) : state.actor.answered,
    },
  };
  return open(next, event, meta, stamp, IMAGE_PART, step.effect);
}

/** Some outcomes change who may act: an order that was taken back, an instance that a host gave back. */
function roleAfter({ actor }: InstanceState, { type, data }: Candidate): Role {
  if (type === 'returned')
    return data?.['outcome'] === 'deleted' ? { kind: 'closed' } : { kind: 'owner', epoch: Number(data?.['epoch']) };
  if (type === 'order.failed' && data?.['withdrawn'] === true) return { kind: 'owner', epoch: actor.epoch };
  return actor.role;
}

/** A step of the move that the spine carries out. */
function moved(state: InstanceState, event: Candidate, meta: Meta, stamp: Stamp): Advanced {
  const { migration } = state.parts;
  const step = migrate(migration, { type: event.type, data: event.data ?? {}, of: event.of ?? null });
  if (step === null)
    throw new EventNotAcceptedError(event.type, migration?.value ?? 'no move', MACHINE_VERSION, 'part migration');
  const next: InstanceState = {
    ...state,
    parts: { ...state.parts, migration: step.state },
    actor: {
      ...state.actor,
      due: state.actor.due.filter(({ part }) => part !== MIGRATION_PART),
      answered: isOrder(event) ? answeredWith(state, accepted(meta.command)) : state.actor.answered,
    },
  };
  return open(next, event, meta, stamp, MIGRATION_PART, step.effect);
}

/** Orders of a person to a move; what the spine itself asks of it is no answer to anybody. */
function isOrder({ type, data }: Candidate): boolean {
  return type.endsWith('.requested') && data?.['asked'] !== true;
}

/** The destination of a move gets ready, step by step; ready is who has nothing due any more. */
function ready(state: InstanceState, event: Candidate, meta: Meta, stamp: Stamp): Advanced {
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

function adopt(state: InstanceState, event: Candidate, meta: Meta, stamp: Stamp): Advanced {
  const { epoch, state: given } = event.data as unknown as { epoch: number; state: HandedState };
  const taken: InstanceState = {
    ...state,
    value: given.value,
    context: given.context,
    parts: { power: null, image: 'idle', ...given.parts },
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

function own(state: InstanceState, isFirst: boolean, event: Candidate, meta: Meta, stamp: Stamp): Advanced {
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
  const { keepDisks } = data ?? {};
  return { kind: 'remnant', epoch, ...(typeof keepDisks === 'boolean' ? { keepDisks } : {}) };
}

/** An instance may be gone while a move still has hosts to tell. */
function closedDue({ actor }: InstanceState): Due[] {
  return actor.due.filter(({ part }) => part === MIGRATION_PART);
}

/** Opens the effect that was entered, if this role may run it. */
function open(
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

function lock(state: InstanceState, event: Candidate, meta: Meta): Advanced {
  const held = event.type === 'locked' ? (event.data as unknown as Lock) : null;
  const next = {
    ...state,
    parts: { ...state.parts, lock: held },
    actor: { ...state.actor, answered: answeredWith(state, accepted(meta.command)) },
  };
  return close(next, event, held === null ? 'open' : held.holder === 'admin' ? 'byAdmin' : 'byOwner');
}

function withNeutral(state: InstanceState, event: Candidate, meta: Meta): InstanceState {
  const { actor } = state;
  if (event.type === 'refused') {
    const { guard, fact, path } = event.data as unknown as { guard: string; fact: string; path: string[] | null };
    const refused =
      meta.command === null ? null : ({ kind: 'refused', id: meta.command, seq: 0, guard, fact, path } as const);
    return { ...state, actor: { ...actor, answered: answeredWith(state, refused) } };
  }
  if (event.type === 'resumed') {
    const attempt = Number(event.data?.['attempt']);
    const due = actor.due.map((one) =>
      one.op === event.of ? { ...one, attempt, deadline: event.deadline ?? one.deadline } : one,
    );
    return { ...state, actor: { ...actor, due } };
  }
  return state;
}

function timed(state: InstanceState, meta: Meta): InstanceState {
  return { ...state, actor: { ...state.actor, at: Math.max(meta.at, state.actor.at), incarnation: meta.incarnation } };
}

/** The events that stand for a command that was taken. */
function isIntent({ type }: Candidate): boolean {
  return type.endsWith('.requested');
}

function accepted(id: CommandId | null): Answer | null {
  return id === null ? null : { kind: 'accepted', id, seq: 0 };
}

function answeredWith({ actor }: InstanceState, answer: Answer | null): Answer[] {
  if (answer === null) return actor.answered;
  return [...actor.answered.filter(({ id }) => id !== answer.id), answer].slice(-ANSWERS_KEPT);
}

function close(state: InstanceState, event: Candidate, to: string): Advanced {
  return { state, event: { ...event, to } };
}
