/**
 * What it means when a look in a resting state shows something else than is recorded. Nothing is silently ignored: each cell moves the
 * instance, or is recorded alone, with the reason here.
 *
 * A deployment says what holds where record and guest differ: the guest (`adopt`: what is seen is taken over), the record (`repair`: the
 * guest is brought back to it), or a person (`ask`). `usual` is the customary mixture: what ended stays ended, what shall be off is
 * stopped. The choice is made when the look is decided and stored with the event; folding never asks a policy.
 */
import type { RestingState, Sight } from '@chronovirt/contract';
import type { LeafName } from './leaves.ts';

export type Row =
  /** Recorded; the instance stays where it is. */
  | { readonly kind: 'record'; readonly why: string }
  /** The instance moves: to an effect, with a goal; `request` is what that effect is asked. */
  | {
      readonly kind: 'move';
      readonly to: LeafName;
      readonly goal: RestingState;
      readonly why: string;
      readonly request?: Readonly<Record<string, string>>;
    };

/** What a deployment does about what was seen. */
export type DriftChoice = 'usual' | 'adopt' | 'repair';

export type Cell =
  /** As it should be. */
  | { readonly kind: 'expected' }
  /** Nobody owns the instance here any more: whatever is there is stopped and removed. */
  | { readonly kind: 'remove'; readonly why: string }
  | ({ readonly kind: 'drift' } & Readonly<Record<DriftChoice, Row>>);

const expected: Cell = { kind: 'expected' };
const record = (why: string): Row => ({ kind: 'record', why });
const move = (to: LeafName, goal: RestingState, why: string, request?: Readonly<Record<string, string>>): Row => ({
  kind: 'move',
  to,
  goal,
  why,
  ...(request === undefined ? {} : { request }),
});
const remove = (why: string): Cell => ({ kind: 'remove', why });
/** The same under every choice. */
const always = (row: Row): Cell => ({ kind: 'drift', usual: row, adopt: row, repair: row });
/** Usually adopted. */
const adopted = (adopt: Row, repair: Row): Cell => ({ kind: 'drift', usual: adopt, adopt, repair });
/** Usually repaired. */
const repaired = (repair: Row, adopt: Row): Cell => ({ kind: 'drift', usual: repair, adopt, repair });

const stop = (why: string, goal: RestingState = 'stopped'): Row => move('stopping.powerOff', goal, why);
const look = (goal: RestingState, why: string): Row => move('reconciling.probe', goal, why);
const start = (why: string): Row => move('starting.powerOn', 'running', why);
const startAfresh = (why: string): Row => move('rebooting.reboot', 'running', why, { rebootType: 'HARD' });
const define = (goal: RestingState): Row =>
  move('repairing.define', goal, 'somebody removed its definition: it is stored again while the guest goes on');

const unkept = record('somebody removed its definition: the guest goes on, and is gone when it ends');
const stuck = always(
  record(
    'the hypervisor stopped it, since its storage failed or it crashed; pause and then unpause let it go on, or a hard reboot',
  ),
);
const sleeps = record('a guest may put itself to sleep; what it holds in memory would be lost');
const waits = always(record('the operation that follows reads the power anew'));
const off = always(record('off all the same'));
const noCell = always(record('it cannot be told from its power here'));
const failedCell = always(record('a failed instance waits for a person; the facts stay current'));
const gone = remove('no host may run it any more');
const facts = (goal: RestingState): Row => look(goal, 'the domain is gone: the facts decide');

const removed: Readonly<Record<Sight, Cell>> = {
  on: gone,
  paused: gone,
  stuck: gone,
  off: gone,
  shutdown: gone,
  saved: gone,
  crashed: gone,
  asleep: gone,
  absent: expected,
  transient: gone,
};

const failedCells: Readonly<Record<Sight, Cell>> = {
  on: failedCell,
  paused: failedCell,
  stuck: failedCell,
  off: failedCell,
  shutdown: failedCell,
  saved: failedCell,
  crashed: failedCell,
  asleep: failedCell,
  absent: failedCell,
  transient: failedCell,
};

const onOrWaiting = (state: RestingState): Readonly<Record<Sight, Cell>> => ({
  on: expected,
  paused: waits,
  stuck: waits,
  off: waits,
  shutdown: waits,
  saved: waits,
  crashed: waits,
  asleep: waits,
  absent: always(facts(state)),
  transient: repaired(define(state), unkept),
});

/** Of what is set aside: it is off, and stays so. */
const setAside = (state: RestingState, why: string, whenAbsent: string): Readonly<Record<Sight, Cell>> => ({
  on: repaired(stop(why, state), look('running', 'somebody started it, and that is taken over')),
  paused: always(stop(why, state)),
  stuck: always(stop(why, state)),
  off: expected,
  shutdown: expected,
  saved: expected,
  crashed: off,
  asleep: always(stop(why, state)),
  absent: always(record(whenAbsent)),
  transient: always(stop(why, state)),
});

export const observationTable: Readonly<Record<RestingState, Readonly<Record<Sight, Cell>>>> = {
  running: {
    on: expected,
    paused: {
      kind: 'drift',
      usual: record('somebody paused it; pause and then unpause let it go on, and nothing is lost'),
      adopt: look('paused', 'somebody paused it, and that is taken over'),
      repair: move('thawing.unpause', 'running', 'somebody paused it: it goes on'),
    },
    stuck,
    off: adopted(
      stop('the guest was cut off: what it held is released'),
      start('the guest was cut off: it is started again'),
    ),
    shutdown: always(stop('the guest ended by itself: what it held is released')),
    saved: adopted(
      look('suspended', 'somebody saved its memory to disk, and that is taken over'),
      move('thawing.resume', 'running', 'somebody saved its memory to disk: it goes on from there'),
    ),
    crashed: adopted(
      stop('the guest crashed: what it held is released'),
      startAfresh('the guest crashed: it is started afresh'),
    ),
    asleep: {
      kind: 'drift',
      usual: stop('a guest that put itself to sleep is stopped, as Nova does'),
      adopt: sleeps,
      repair: sleeps,
    },
    absent: adopted(facts('running'), startAfresh('the domain is gone: it is defined and started anew from its disks')),
    transient: repaired(define('running'), unkept),
  },
  paused: {
    on: adopted(
      look('running', 'somebody let it go on'),
      move('freezing.pause', 'paused', 'somebody let it go on: it is paused again'),
    ),
    paused: expected,
    stuck,
    off: always(stop('the guest was cut off; its memory is lost')),
    shutdown: always(stop('the guest was cut off; its memory is lost')),
    saved: always(look('suspended', 'somebody saved its memory to disk; it resumes from there')),
    crashed: always(stop('the guest crashed; its memory is lost')),
    asleep: always(record('asleep and paused look alike to its user')),
    absent: adopted(
      facts('paused'),
      startAfresh('the domain is gone, and its memory with it: it is defined and started anew from its disks'),
    ),
    transient: repaired(define('paused'), unkept),
  },
  suspended: {
    on: adopted(
      look('running', 'somebody woke it'),
      move('freezing.suspend', 'suspended', 'somebody woke it: it is suspended again'),
    ),
    paused: adopted(
      look('paused', 'somebody woke it without letting it run; to stop it would throw its memory away'),
      move('freezing.suspend', 'suspended', 'somebody woke it without letting it run: it is suspended again'),
    ),
    stuck,
    off: always(look('stopped', 'somebody removed its saved memory: the guest is off, and nothing brings it back')),
    shutdown: always(look('stopped', 'somebody removed its saved memory: the guest is off')),
    saved: expected,
    crashed: always(record('its memory is on disk; resume tells')),
    asleep: always(stop('somebody woke it and it went to sleep')),
    absent: adopted(
      facts('suspended'),
      startAfresh('the domain is gone, and its memory with it: it is defined and started anew from its disks'),
    ),
    transient: noCell,
  },
  stopped: {
    on: repaired(
      stop('it shall be off: the recorded wish wins, as in Nova'),
      look('running', 'somebody started it, and that is taken over'),
    ),
    paused: repaired(stop('it shall be off'), look('paused', 'somebody started it, and that is taken over')),
    stuck: always(stop('it shall be off')),
    off: expected,
    shutdown: expected,
    saved: {
      kind: 'drift',
      usual: record('somebody started it and saved its memory: a start goes on from there'),
      adopt: look('suspended', 'somebody started it and saved its memory, and that is taken over'),
      repair: stop('it shall be off: memory that somebody saved is removed'),
    },
    crashed: off,
    asleep: always(stop('it shall be off')),
    absent: always(record('the next start writes its definition anew')),
    transient: noCell,
  },
  rescued: onOrWaiting('rescued'),
  resized: onOrWaiting('resized'),
  shelved: setAside('shelved', 'what is on the shelf is off', 'its image is what counts'),
  offloaded: removed,
  trashed: setAside('trashed', 'what is in the trash is off', 'a restore writes its definition anew'),
  failed: failedCells,
  deleted: removed,
};

/**
 * After a boot of the host: what ran before starts again, where the deployment wants that. `hostBoot` is the choice that stands in the
 * event then.
 */
export const HOST_BOOT = 'hostBoot';
const afterBoot = (goal: RestingState): Row =>
  move('starting.resumeStateOnHostBoot', goal, 'the host has booted: what ran before runs again');
const bootRows: Readonly<Partial<Record<RestingState, Readonly<Partial<Record<Sight, Row>>>>>> = {
  running: {
    off: afterBoot('running'),
    shutdown: afterBoot('running'),
    crashed: afterBoot('running'),
    absent: afterBoot('running'),
    saved: move('thawing.resume', 'running', 'the host has booted: it goes on from its saved memory'),
  },
  // Without its definition nobody knows the rescue system that it ran from.
  rescued: { off: afterBoot('rescued'), shutdown: afterBoot('rescued'), crashed: afterBoot('rescued') },
  resized: {
    off: afterBoot('resized'),
    shutdown: afterBoot('resized'),
    crashed: afterBoot('resized'),
    absent: afterBoot('resized'),
  },
};

/** Whether guests that rest in a state run, all or some of them, so that a boot of their host makes a difference. */
export function mayRun(state: RestingState): boolean {
  return bootRows[state] !== undefined;
}

/** What happens after a boot of its host to a guest that was recorded to run; undefined where a boot makes no difference. */
export function rowAfterBoot(state: RestingState, seen: Sight): Row | undefined {
  return bootRows[state]?.[seen];
}

/** The row of a cell under a choice; null where nothing differs, or nobody owns it any more. */
export function rowOf(state: RestingState, seen: Sight, choice: DriftChoice): Row | null {
  const cell = observationTable[state][seen];
  return cell.kind === 'drift' ? cell[choice] : null;
}

/** Whether a person has something to decide: what is recorded and what is seen lead to different places. */
export function isQuestion(state: RestingState, seen: Sight): boolean {
  const cell = observationTable[state][seen];
  return cell.kind === 'drift' && cell.adopt !== cell.repair;
}

/** The event that records a sight: `observed.running`, `observed.stopped`, … */
export const observedEvent: Readonly<Record<Sight, string>> = {
  on: 'observed.running',
  paused: 'observed.paused',
  stuck: 'observed.paused',
  off: 'observed.stopped',
  shutdown: 'observed.stopped',
  saved: 'observed.suspended',
  asleep: 'observed.asleep',
  crashed: 'observed.crashed',
  absent: 'observed.absent',
  transient: 'observed.transient',
};

export interface Move {
  readonly event: string;
  readonly row: Extract<Row, { kind: 'move' }>;
  /** What the event's data must say; undefined = whatever it says. */
  readonly data: Readonly<Record<string, string>> | undefined;
}

const choices = ['adopt', 'repair', 'usual'] as const satisfies readonly DriftChoice[];

/** Events that stand for more than one sight: their data says which. */
const ambiguous: ReadonlySet<string> = new Set([observedEvent.shutdown, observedEvent.stuck]);

/** All moves that the table can make from a state, with the events that stand for them; of several for one event the first that fits. */
export function movesOf(state: RestingState): Move[] {
  const sights = Object.keys(observedEvent) as Sight[];
  const standsFor = (seen: Sight, row: Row | null | undefined, choice: string | null): Move[] => {
    if (row?.kind !== 'move') return [];
    const event = observedEvent[seen];
    const data = choice === null ? undefined : { choice, ...(ambiguous.has(event) ? { seen } : {}) };
    return [{ event, row, data }];
  };
  return [
    ...sights.flatMap((seen) => standsFor(seen, rowAfterBoot(state, seen), HOST_BOOT)),
    ...choices.flatMap((choice) => sights.flatMap((seen) => standsFor(seen, rowOf(state, seen, choice), choice))),
    // An event without a choice comes from a history of before there was one.
    ...sights
      .filter((seen) => seen !== 'shutdown' && seen !== 'stuck')
      .flatMap((seen) => standsFor(seen, rowOf(state, seen, 'usual'), null)),
  ];
}
