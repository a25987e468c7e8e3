/**
 * One event folded into the plain state of a host: its part's chart, and the actor record around it. Deciding and replaying both come
 * through here; they differ only in where op and deadline of an opened effect come from (`HostStamp`).
 */
import {
  HOST_STATE_VERSION,
  type Answer,
  type CommandId,
  type Due,
  type HostAlarm,
  type HostName,
  type HostState,
  type Incarnation,
  type StoredEvent,
} from '@chronovirt/contract';
import type { Candidate } from '../actor/opening.ts';
import { EventNotAcceptedError } from '../actor/errors.ts';
import { isHostValue, type HostPart } from './leaves.ts';
import { HOST_MACHINE_VERSION, transitHost } from './machine.ts';
import { hostBeginnings } from './rules.ts';

/** What folding needs to know of the message that an event came in. */
export interface HostMeta {
  /** The host that the history is of, not the one in whose stream it lies. */
  readonly of: HostName;
  readonly at: number;
  readonly incarnation: Incarnation;
  readonly command: CommandId | null;
}

/** Deadline and back-off of an effect that opens. `state`: as it is then; `tries`: times that it was begun again. */
export type HostStamp = (
  method: string,
  state: HostState,
  tries: number,
) => { deadline: number; notBefore: number | null };

export interface HostAdvanced {
  readonly state: HostState;
  readonly event: StoredEvent;
}

export const ALARM_PART = 'alarm';
const ANSWERS_KEPT = 16;
const neutral: ReadonlySet<string> = new Set(['refused', 'late', 'resumed', 'note']);
/** Events that stand for a command that was taken; what a policy orders has no command and answers none. */
const isIntent = (type: string): boolean =>
  type.endsWith('.requested') || type === 'maintenance.ended' || type === 'acknowledged';

/** A host before anything was heard of it. */
export function initialHostState({ of, at, incarnation }: HostMeta): HostState {
  return {
    aggregate: 'host',
    v: HOST_STATE_VERSION,
    host: of,
    value: hostBeginnings.reach,
    context: {
      term: 0,
      serves: true,
      heard: null,
      lostAt: null,
      way: null,
      wanted: null,
      endedBoot: null,
      proof: null,
      failure: null,
      tries: 0,
      awaiting: null,
    },
    parts: {
      service: { value: hostBeginnings.service, said: null, tries: 0 },
      maintenance: { value: hostBeginnings.maintenance, budget: 1, result: null, tries: 0 },
      power: null,
      alarm: null,
    },
    actor: { epoch: 0, op: 0, due: [], answered: [], incarnation, at },
  };
}

export function advanceHost(
  before: HostState | null,
  event: Candidate,
  meta: HostMeta,
  stamp: HostStamp,
): HostAdvanced {
  const state = timed(before ?? initialHostState(meta), meta);
  if (neutral.has(event.type)) return close(withNeutral(state, event, meta), event, state.value);
  if (event.part === ALARM_PART) return alarm(state, event, meta);
  const part = (event.part ?? 'reach') as HostPart;
  const value = valueOf(state, part);
  if (value === undefined) throw notTaken(event, state.value, `it knows no part ${part}`);
  if (!isHostValue(part, value)) throw notTaken(event, value, 'it knows no such state');
  const step = transitHost(part, value, state, { type: event.type, data: event.data ?? {} });
  if (step === null) throw notTaken(event, value, 'it has no transition for it');
  const moved = withValue({ ...state, ...step.body }, part, step.value);
  const next: HostState = {
    ...moved,
    actor: {
      ...moved.actor,
      due: duesKept(moved, part, step.stays, event.type),
      answered: isIntent(event.type) ? answeredWith(state, accepted(meta.command)) : state.actor.answered,
    },
  };
  return step.effect === null ? close(next, event, step.value) : open(next, event, meta, stamp, part, step.effect);
}

/** Value of a part's chart. */
export function valueOf({ value, parts }: HostState, part: HostPart): string | undefined {
  switch (part) {
    case 'reach':
      return value;
    case 'service':
    case 'maintenance':
      return parts[part].value;
    case 'power':
      return parts.power?.value ?? hostBeginnings.power;
    default:
      return undefined;
  }
}

function withValue(state: HostState, part: HostPart, value: string): HostState {
  switch (part) {
    case 'reach':
      return { ...state, value };
    case 'service':
    case 'maintenance':
      return { ...state, parts: { ...state.parts, [part]: { ...state.parts[part], value } } };
    case 'power':
      return state.parts.power === null
        ? state
        : { ...state, parts: { ...state.parts, power: { ...state.parts.power, value } } };
    default:
      return part satisfies never;
  }
}

/** What is due goes on unless its part moved; a host that is forgotten has nothing else to do. */
function duesKept({ actor }: HostState, part: HostPart, stays: boolean, type: string): Due[] {
  if (type === 'forget.requested') return [];
  return stays ? actor.due : actor.due.filter((due) => due.part !== part);
}

function open(
  state: HostState,
  event: Candidate,
  meta: HostMeta,
  stamp: HostStamp,
  part: HostPart,
  method: string,
): HostAdvanced {
  const op = state.actor.op + 1;
  const value = valueOf(state, part) ?? '';
  if (event.op !== undefined && event.op !== op)
    throw notTaken(event, value, `it opens op ${op}, the history says ${event.op}`);
  const times = stamp(method, state, triesOf(state, part));
  const due: Due = {
    part,
    op,
    method,
    deadline: times.deadline,
    notBefore: times.notBefore,
    attempt: 1,
    command: meta.command,
  };
  const opened: HostState = { ...state, actor: { ...state.actor, op, due: [...state.actor.due, due] } };
  const stamped = {
    ...event,
    op,
    deadline: times.deadline,
    ...(times.notBefore === null ? {} : { notBefore: times.notBefore }),
  };
  return close(opened, stamped, value);
}

function triesOf({ context, parts }: HostState, part: HostPart): number {
  if (part === 'reach') return context.tries;
  return part === 'power' ? 0 : parts[part].tries;
}

function alarm(state: HostState, event: Candidate, meta: HostMeta): HostAdvanced {
  const raised = event.type === 'alarmed' ? (event.data as unknown as HostAlarm) : null;
  const next: HostState = {
    ...state,
    parts: { ...state.parts, alarm: raised },
    actor: {
      ...state.actor,
      answered: raised === null ? answeredWith(state, accepted(meta.command)) : state.actor.answered,
    },
  };
  return close(next, event, raised === null ? 'none' : raised.code);
}

function withNeutral(state: HostState, event: Candidate, meta: HostMeta): HostState {
  const { actor } = state;
  if (event.type === 'refused') {
    const { guard, fact, path } = event.data as unknown as { guard: string; fact: string; path: string[] | null };
    const refused: Answer | null =
      meta.command === null ? null : { kind: 'refused', id: meta.command, seq: 0, guard, fact, path };
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

function timed(state: HostState, meta: HostMeta): HostState {
  return { ...state, actor: { ...state.actor, at: Math.max(meta.at, state.actor.at), incarnation: meta.incarnation } };
}

const accepted = (id: CommandId | null): Answer | null => (id === null ? null : { kind: 'accepted', id, seq: 0 });

function answeredWith({ actor }: HostState, answer: Answer | null): Answer[] {
  if (answer === null) return actor.answered;
  return [...actor.answered.filter(({ id }) => id !== answer.id), answer].slice(-ANSWERS_KEPT);
}

function notTaken({ type }: Candidate, value: string, why: string): EventNotAcceptedError {
  return new EventNotAcceptedError(type, value, HOST_MACHINE_VERSION, why);
}

function close(state: HostState, event: Candidate, to: string): HostAdvanced {
  return { state, event: { ...event, to } };
}
