/** How an order ended, read from the stored messages alone. */
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { failureText, isGone } from '../output/failure-text.ts';
import type { EventView, MadeImageView, MessageView, StateView } from '../api/types.ts';

/** Whether nothing is under way any more: a resting state, told by whoever owns the instance (or its end). */
export function isSettled(state: StateView): boolean {
  if (state.value.includes('.') || state.value === 'unplaced') return false;
  return state.value === 'deleted' || (state.actor.role.kind === 'owner' && state.actor.due.length === 0);
}

export interface Outcome {
  readonly exitCode: ExitCode;
  /** `reached`, `failed`, `rolledBack`, `superseded` */
  readonly kind: 'reached' | 'failed' | 'rolledBack' | 'superseded';
  /** In a person's words. */
  readonly text: string;
  /** What is to be known of the state that was reached. */
  readonly note?: string;
}

/** Steps of a move that are its end. */
const moveEnds: Readonly<Record<string, boolean>> = { done: true, landed: true, reverted: true, undone: false };

/**
 * Whether an order is one that the cluster carries out by a move, judged by the message that accepted it. The spine remembers the last
 * move of an instance after its end: an order that it takes then, such as `unshelve`, is none of that one.
 */
export function isOfMove({ host, state }: Pick<MessageView, 'host' | 'state'>): boolean {
  const { migration } = state.parts;
  return (
    state.value === 'migrating.plan' ||
    (host === '_cluster' && migration !== undefined && !(migration.value in moveEnds))
  );
}

/** Whether an order moves an instance away from a host that is lost. */
export function isEvacuation({ state }: Pick<MessageView, 'state'>): boolean {
  return state.parts.migration?.context.kind === 'evacuate';
}

/** Whether an order makes an image, judged by the message that accepted it. */
export function makesImage({ events }: Pick<MessageView, 'events'>): boolean {
  return events.some(
    ({ type, part }) => part === 'image' && (type === 'snapshot.requested' || type === 'backup.requested'),
  );
}

/** The image that an event tells of as made for an order; null = it tells of none. */
export function imageMade({ type, part, data }: EventView): MadeImageView | null {
  return type === 'snapshot.done' && part === 'image' ? ((data?.['image'] as MadeImageView | undefined) ?? null) : null;
}

/** How an order for an image ended, once its instance rests. What is done for it changes no state of the instance. */
export function imageOutcome(state: string, image: MadeImageView | null, problem: string | null): Outcome {
  if (image !== null) return { exitCode: exitCodes.ok, kind: 'reached', text: state };
  return {
    exitCode: exitCodes.rolledBack,
    kind: 'rolledBack',
    text: `${problem ?? 'it was ended'}; no image was made, and the instance is ${state}`,
  };
}

/** Whether an order deletes an instance that moves: the move ends first, and that is not the end of the order. */
export function deletesMoving(accepted: Pick<MessageView, 'events' | 'host' | 'state'>): boolean {
  return isOfMove(accepted) && accepted.events.some(({ type }) => type === 'destroy.requested');
}

/** Whether an order calls a move off, judged by the message that accepted it. */
export function callsOff({ events }: Pick<MessageView, 'events'>): boolean {
  return events.some(({ type }) => type === 'abort.requested');
}

/**
 * How a move ended, from a message of the spine, for whoever ordered it or, `calledOff`, wanted it not to be; null = it has not. Where the guest then is tells its owner's history, which is not
 * waited for here: the end of the move is stored after it.
 */
export function moveOutcome({ host, state }: Pick<MessageView, 'host' | 'state'>, calledOff = false): Outcome | null {
  const { migration } = state.parts;
  const reached = host === '_cluster' && migration !== undefined ? moveEnds[migration.value] : undefined;
  if (migration === undefined || reached === undefined) return null;
  const { failure, source, destination } = migration.context;
  if (calledOff)
    return reached
      ? {
          exitCode: exitCodes.conflict,
          kind: 'superseded',
          text: `it was too late to call the move off; the instance is on ${destination ?? source}`,
        }
      : { exitCode: exitCodes.ok, kind: 'reached', text: `on ${source}` };
  if (reached)
    return {
      exitCode: exitCodes.ok,
      kind: 'reached',
      text: `on ${migration.value === 'reverted' ? source : (destination ?? source)}`,
    };
  return {
    exitCode: exitCodes.rolledBack,
    kind: 'rolledBack',
    text: `${failure?.message ?? 'it did not take place'}; the instance is on ${source} as before`,
  };
}

/** Whether an order takes over what is found of a guest, whatever that is: a look follows, and no state was asked for. */
export function takesOver({ events, state }: Pick<MessageView, 'events' | 'state'>): boolean {
  return state.value === 'reconciling.probe' && events.some(({ type }) => type === 'adoptDrift.requested');
}

/** How such an order ended; null = not by that look. That the guest was found gone is an answer to it as any other. */
export function takenOver(
  { command, state }: Pick<MessageView, 'command' | 'state'>,
  order: string,
  name: string,
): Outcome | null {
  const { value, context } = state;
  if (command !== null && command !== order) return null;
  if (value !== 'failed') return { exitCode: exitCodes.ok, kind: 'reached', text: value };
  const { failure } = context;
  if (failure === null || !isGone(failure)) return null;
  return { exitCode: exitCodes.ok, kind: 'reached', text: value, note: failureText(failure, name) };
}

/**
 * Judges the message that settled an order. `goal`: the state that its acceptance named; null when the acceptance itself was the end.
 * `problem`: what the last failed effect on the way said. `name`: the instance, as it can be typed.
 */
export function outcomeOf(
  settled: Pick<MessageView, 'command' | 'state' | 'by'>,
  command: string,
  goal: string | null,
  problem: string | null,
  name: string,
): Outcome {
  const { value, context } = settled.state;
  if (goal === null || value === goal) return { exitCode: exitCodes.ok, kind: 'reached', text: value };
  if (settled.command !== null && settled.command !== command) {
    return {
      exitCode: exitCodes.conflict,
      kind: 'superseded',
      text: `another command took over; the instance is ${value}`,
    };
  }
  if (value === 'failed') {
    const { failure } = context;
    const said = failure === null ? (problem ?? 'no reason was recorded') : failureText(failure, name);
    return { exitCode: exitCodes.failed, kind: 'failed', text: said };
  }
  return {
    exitCode: exitCodes.rolledBack,
    kind: 'rolledBack',
    text: `${problem ?? 'it did not take place'}; the instance is ${value} as before`,
  };
}
