/**
 * An instance's history is a chain of segments, one per host that had it and one on the spine. Each segment's last message says what
 * that host knew last; which segment speaks for the instance follows from epochs and roles alone, so the order in which the hosts'
 * messages arrive does not matter.
 */
import {
  CLUSTER,
  type Failure,
  type InstanceState,
  type MigrationContext,
  type Role,
  type TurnMessage,
} from '@chronovirt/contract';
import { isUnderWay, novaStates } from '@chronovirt/machines';
import type { ImagesOfState } from './images-of-state.ts';
import type { SpecSummary } from './spec-summary.ts';

/** What is kept of a segment's last message. */
export interface Segment {
  readonly host: string;
  readonly seq: number;
  readonly epoch: number;
  readonly role: Role['kind'];
  /** What lies there may be all that is left of the instance, and nobody has said what becomes of it. */
  readonly isUndecided: boolean;
  /** Where the spec lies in this host's stream. */
  readonly specSeq: number;
  readonly spec: SpecSummary | null;
  /** Time of the first message here that is known to have brought a spec, 0 = none yet. A resize or a rebuild brings a new one. */
  readonly specAt: number;
  readonly view: SegmentView | null;
  readonly images: ImagesOfState;
  /** Why the last message cannot be read; the view is then of an older one, or null. */
  readonly halted: {
    readonly code: string;
    readonly text: string;
    readonly needs?: number;
    readonly seq: number;
  } | null;
}

/** The part of an instance's picture that comes from the state. */
export interface SegmentView {
  readonly state: string;
  readonly vmState: string;
  readonly taskState: string | null;
  readonly powerState: string | number;
  readonly power: string | null;
  readonly at: number;
  readonly goal: string | null;
  readonly awaiting: string | null;
  readonly failure: Failure | null;
  readonly lock: InstanceState['parts']['lock'];
  readonly imageWork: string | null;
  /** Something seen that differs from the record and waits for a person's decision. */
  readonly drift: InstanceState['parts']['drift'] | null;
  /** What was seen, where the power alone does not tell it: its definition is gone, its memory is saved, … */
  readonly sight: string | null;
  /** On the spine: the move under way. */
  readonly migration: MoveView | null;
  /** The effect that is due, if any. */
  readonly effect: {
    readonly method: string;
    readonly op: number;
    readonly attempt: number;
    readonly deadline: number;
  } | null;
}

/** A move as it is shown. */
export interface MoveView {
  readonly value: string;
  readonly context: Pick<
    MigrationContext,
    'id' | 'kind' | 'source' | 'destination' | 'origin' | 'awaiting' | 'failure' | 'aborting'
  >;
}

function moveOf({ parts: { migration } }: InstanceState): MoveView | null {
  if (migration === undefined || !isUnderWay(migration.value)) return null;
  const { id, kind, source, destination, origin, awaiting, failure, aborting } = migration.context;
  return { value: migration.value, context: { id, kind, source, destination, origin, awaiting, failure, aborting } };
}

/** The view of a stored message. */
export function viewOf(message: TurnMessage): SegmentView {
  const { state } = message;
  const [due] = state.actor.due;
  return {
    state: state.value,
    ...novaStates(state),
    power: state.parts.power,
    at: message.at,
    goal: state.context.goal,
    awaiting: state.context.awaiting,
    failure: state.context.failure,
    lock: state.parts.lock,
    migration: moveOf(state),
    imageWork: state.parts.image === 'idle' ? null : state.parts.image,
    drift: state.parts.drift ?? null,
    sight: state.parts.sight ?? null,
    effect: due === undefined ? null : { method: due.method, op: due.op, attempt: due.attempt, deadline: due.deadline },
  };
}

/** The epoch that a message speaks of. */
export function epochOf({ state, epoch }: Pick<TurnMessage, 'state' | 'epoch'>): number {
  const { role } = state.actor;
  return 'epoch' in role ? role.epoch : Math.max(epoch, state.actor.epoch);
}

/**
 * How much a segment has to say under its epoch: an owner most; then an end that was reached (deleted); then the spine's grant, which
 * the host has not taken up yet; then what lies on a host that was given up, while nobody has decided on it; last those that gave up,
 * prepare or clean.
 */
function weight({ role, view, isUndecided }: Segment): number {
  switch (role) {
    case 'owner':
      return 5;
    case 'closed':
      // A fence may have closed it with an epoch that the spine has still to grant.
      return view?.state === 'deleted' ? 4 : 0;
    case 'granted':
      return 3;
    case 'remnant':
      return isUndecided ? 1 : 0;
    case 'incoming':
    case 'kept':
      return 0;
    default:
      return role satisfies never;
  }
}

/** Compares who speaks for an instance; positive when `a` does. Total, so the result never depends on order. */
function compare(a: Segment, b: Segment): number {
  const [weightA, weightB] = [weight(a), weight(b)];
  if ((weightA === 0) !== (weightB === 0)) return weightA - weightB;
  if (a.epoch !== b.epoch) return a.epoch - b.epoch;
  if (weightA !== weightB) return weightA - weightB;
  // The host itself knows more than the spine that heard of it.
  if ((a.host === CLUSTER) !== (b.host === CLUSTER)) return a.host === CLUSTER ? -1 : 1;
  return a.host < b.host ? 1 : -1;
}

/** The segment that speaks for the instance. */
export function speaking(segments: Iterable<Segment>): Segment | undefined {
  let best: Segment | undefined;
  for (const segment of segments) if (best === undefined || compare(segment, best) > 0) best = segment;
  return best;
}
