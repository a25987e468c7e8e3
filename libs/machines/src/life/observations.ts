/**
 * What it means when a look in a resting state shows another power than recorded. Nothing is silently ignored: each cell moves the
 * instance, or is recorded as power alone, with the reason here.
 */
import type { Power, RestingState } from '@chronovirt/contract';
import type { LeafName } from './leaves.ts';
import type { Policy } from '../policy.ts';

export type Row =
  /** As it should be. */
  | { readonly kind: 'expected' }
  /** Recorded; the instance stays where it is. */
  | { readonly kind: 'power'; readonly why: string }
  /** The instance moves: to an effect, with a goal. */
  | { readonly kind: 'move'; readonly to: LeafName; readonly goal: RestingState; readonly why: string }
  /** Nobody owns the instance here any more: whatever is there is stopped and removed. */
  | { readonly kind: 'remove'; readonly why: string };

/** A cell whose meaning a deployment chooses; the first is the default. */
export interface Choice {
  readonly kind: 'choice';
  readonly policy: 'asleepWhileRunning' | 'onWhileStopped';
  readonly choices: Readonly<Record<string, Row>>;
}

const expected: Row = { kind: 'expected' };
const power = (why: string): Row => ({ kind: 'power', why });
const move = (to: LeafName, goal: RestingState, why: string): Row => ({ kind: 'move', to, goal, why });
const remove = (why: string): Row => ({ kind: 'remove', why });
const stop = (why: string, goal: RestingState = 'stopped'): Row => move('stopping.powerOff', goal, why);
const ask = (goal: RestingState, why: string): Row => move('reconciling.probe', goal, why);

const waits = 'the operation that follows reads the power anew';
const onOrWaiting = {
  on: expected,
  paused: power(waits),
  off: power(waits),
  crashed: power(waits),
  asleep: power(waits),
};

const failedRow = power('a failed instance waits for a person; the facts stay current');
const gone = 'no host may run it any more';

export const observationTable: Readonly<Record<RestingState, Readonly<Record<Power, Row | Choice>>>> = {
  running: {
    on: expected,
    paused: power('somebody paused it, or its storage failed; unpause and hard reboot are open, and nothing is lost'),
    off: stop('the guest stopped itself, or was cut off: what it held is released'),
    crashed: stop('the guest crashed: what it held is released'),
    asleep: {
      kind: 'choice',
      policy: 'asleepWhileRunning',
      choices: {
        stop: stop('a guest that put itself to sleep is stopped, as Nova does'),
        stay: power('a guest may put itself to sleep'),
      },
    },
    absent: ask('running', 'the domain is gone: the facts decide'),
  },
  paused: {
    on: ask('running', 'somebody let it go on'),
    paused: expected,
    off: stop('the guest was cut off; its memory is lost'),
    crashed: stop('the guest crashed; its memory is lost'),
    asleep: power('asleep and paused look alike to its user'),
    absent: ask('paused', 'the domain is gone: the facts decide'),
  },
  suspended: {
    on: ask('running', 'somebody woke it'),
    paused: ask('paused', 'somebody woke it without letting it run; to stop it would throw its memory away'),
    off: expected,
    crashed: power('its memory is on disk; resume tells'),
    asleep: stop('somebody woke it and it went to sleep'),
    absent: ask('suspended', 'the domain is gone: the facts decide'),
  },
  stopped: {
    on: {
      kind: 'choice',
      policy: 'onWhileStopped',
      choices: {
        stop: stop('it shall be off: the recorded wish wins, as in Nova'),
        adopt: ask('running', 'somebody started it, and that is taken over'),
      },
    },
    paused: stop('it shall be off'),
    off: expected,
    crashed: power('off all the same'),
    asleep: stop('it shall be off'),
    absent: power('the next start writes its definition anew'),
  },
  rescued: { ...onOrWaiting, absent: ask('rescued', 'the domain is gone: the facts decide') },
  resized: { ...onOrWaiting, absent: ask('resized', 'the domain is gone: the facts decide') },
  shelved: {
    on: stop('what is on the shelf is off', 'shelved'),
    paused: stop('what is on the shelf is off', 'shelved'),
    off: expected,
    crashed: power('off all the same'),
    asleep: stop('what is on the shelf is off', 'shelved'),
    absent: power('its image is what counts'),
  },
  offloaded: {
    on: remove(gone),
    paused: remove(gone),
    off: remove(gone),
    crashed: remove(gone),
    asleep: remove(gone),
    absent: expected,
  },
  trashed: {
    on: stop('what is in the trash is off', 'trashed'),
    paused: stop('what is in the trash is off', 'trashed'),
    off: expected,
    crashed: power('off all the same'),
    asleep: stop('what is in the trash is off', 'trashed'),
    absent: power('a restore writes its definition anew'),
  },
  failed: {
    on: failedRow,
    paused: failedRow,
    off: failedRow,
    crashed: failedRow,
    asleep: failedRow,
    absent: failedRow,
  },
  deleted: {
    on: remove(gone),
    paused: remove(gone),
    off: remove(gone),
    crashed: remove(gone),
    asleep: remove(gone),
    absent: expected,
  },
};

/** The row for a state and a power, with the policy's choice made; `choice` names it, so that it can be stored with the event. */
export function rowOf(
  state: RestingState,
  seen: Power,
  policy: Pick<Policy, Choice['policy']>,
): { readonly row: Row; readonly choice: string | undefined } {
  const cell = observationTable[state][seen];
  if (cell.kind !== 'choice') return { row: cell, choice: undefined };
  const choice = policy[cell.policy];
  return { row: cell.choices[choice] ?? expected, choice };
}

/** The event that records a power: `observed.running`, `observed.stopped`, … */
export const observedEvent: Readonly<Record<Power, string>> = {
  on: 'observed.running',
  paused: 'observed.paused',
  off: 'observed.stopped',
  asleep: 'observed.asleep',
  crashed: 'observed.crashed',
  absent: 'observed.absent',
};

export interface Move {
  readonly event: string;
  readonly row: Extract<Row, { kind: 'move' }>;
  /** The policy's choice that it rests on. */
  readonly choice: string | undefined;
}

/** All moves that the table can make from a state, with the events that stand for them. */
export function movesOf(state: RestingState): Move[] {
  return (Object.keys(observedEvent) as Power[]).flatMap((seen) => {
    const cell = observationTable[state][seen];
    const rows: (readonly [string | undefined, Row])[] =
      cell.kind === 'choice' ? Object.entries(cell.choices) : [[undefined, cell]];
    return rows.flatMap(([choice, row]) => (row.kind === 'move' ? [{ event: observedEvent[seen], row, choice }] : []));
  });
}
