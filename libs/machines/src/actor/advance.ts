/**
 * One event folded into the plain state: the chart's step, and the actor record around it. Deciding and replaying both come through
 * here; they differ only in where op and deadline of an opened effect come from (`Stamp`): the policy now, or the stored event.
 *
 * The rule that makes "what is due" exact: an effect opens when the chart says that a leaf was *entered*, whatever event led there.
 * Then op grows by one and replaces what was due of that part. When `life` leaves its effects, nothing of it is due.
 */
import type { Answer, CommandId, InstanceState, Lock, Role } from '@chronovirt/contract';
import { IMAGE_PART } from '../image/leaves.ts';
import { isKnown, transit } from '../life/transit.ts';
import { MACHINE_VERSION } from '../version.ts';
import { adopt, own, ready } from './advance-role.ts';
import { EventNotAcceptedError } from './errors.ts';
import { initialState, type Meta } from './initial.ts';
import type { HandedState } from './links.ts';
import { close, open, type Advanced, type Candidate, type Stamp } from './opening.ts';
import { afterAnswer, afterImage, afterLife, afterLook, afterQuestion, observationOf } from './parts.ts';
import { migrate } from '../migration/machine.ts';
import { INCOMING_PART, LIFE_PART, MIGRATION_PART, OWNER_PART } from './role.ts';

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
