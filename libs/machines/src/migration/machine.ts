/** The chart `migration` as XState runs it, generated from tables; only ever used through XState's pure functions. */
import { assign, setup, transition, type SnapshotFrom } from 'xstate';
import type { MigrationContext, MigrationState, MoveKind } from '@chronovirt/contract';
import type { ChartEvent } from '../life/chart-event.ts';
import { MACHINE_VERSION } from '../version.ts';
import { again, begin, doom, elsewhere, force, order, step, turnBack } from './context-changes.ts';
import {
  isMigrationLeaf,
  migrationLeafNames,
  migrationLeaves,
  migrationRests,
  nextOf,
  type MigrationLeafName,
  type MigrationValue,
} from './leaves.ts';

const changes = { again, begin, doom, elsewhere, force, order, step, turnBack };
type ChangeName = keyof typeof changes;

/** A condition: all that is named must hold. */
interface When {
  readonly kind?: MoveKind;
  readonly doomed?: boolean;
  readonly data?: Readonly<Record<string, string | boolean>>;
}

interface Rule {
  readonly when?: When;
  readonly to: MigrationValue;
  readonly change: ChangeName;
}

type Rules = Record<string, Rule[]>;

const kinds: readonly MoveKind[] = ['live', 'cold', 'evacuate', 'return'];

/** The state before the first move. */
export const NO_MOVE = 'none';

const BEGIN: Rules = {
  'move.requested': [{ to: 'planning.place', change: 'begin' }],
};

function onwards(name: MigrationLeafName): Rule[] {
  return kinds.map((kind) => ({ when: { kind }, to: nextOf(name, kind), change: 'step' }));
}

const onceMore = (name: MigrationLeafName, when: When = {}): Rule => ({ when, to: name, change: 'again' });

/** Nothing of it exists on any host yet but the source's waiting; an evacuated host waits for nothing. */
const giveUp: readonly Rule[] = [
  { when: { kind: 'evacuate' }, to: 'undone', change: 'turnBack' },
  { when: { kind: 'return' }, to: 'undone', change: 'turnBack' },
  { to: 'undoing.release', change: 'turnBack' },
];

/** A leaf that goes forward, however often it has to be tried. */
function forward(name: MigrationLeafName): Rules {
  const { method } = migrationLeaves[name];
  return {
    [`${method}.done`]: onwards(name),
    [`${method}.failed`]: [onceMore(name)],
    [`${method}.timedOut`]: [onceMore(name)],
  };
}

const undoFrom: Rules = {
  'abort.requested': [{ to: 'undoing.undo', change: 'order' }],
  'destroy.requested': [{ to: 'undoing.undo', change: 'order' }],
  returned: [{ to: 'undoing.undo', change: 'order' }],
};

const remembers = (name: MigrationLeafName): Rules => ({
  'destroy.requested': [{ to: name, change: 'doom' }],
  returned: [{ to: name, change: 'doom' }],
});

/** What each leaf takes. */
export function rulesOfMigrationLeaf(name: MigrationLeafName): Rules {
  switch (name) {
    case 'planning.place':
      return {
        'placeMove.done': onwards(name),
        'placeMove.failed': [onceMore(name, { data: { again: true } }), ...giveUp],
        'placeMove.timedOut': [onceMore(name, { data: { again: true } }), ...giveUp],
        'abort.requested': giveUp.map((rule) => ({ ...rule, change: 'order' })),
        'destroy.requested': giveUp.map((rule) => ({ ...rule, change: 'order' })),
        returned: giveUp.map((rule) => ({ ...rule, change: 'order' })),
      };
    case 'planning.check':
      return {
        'checkMove.done': onwards(name),
        'checkMove.failed': [{ when: { data: { retry: true } }, to: 'planning.place', change: 'elsewhere' }, ...giveUp],
        'checkMove.timedOut': [...giveUp],
        'abort.requested': giveUp.map((rule) => ({ ...rule, change: 'order' })),
        'destroy.requested': giveUp.map((rule) => ({ ...rule, change: 'order' })),
        returned: giveUp.map((rule) => ({ ...rule, change: 'order' })),
      };
    case 'preparing.prepare':
      return {
        'prepareMove.done': onwards(name),
        'prepareMove.failed': [{ to: 'undoing.undo', change: 'turnBack' }],
        'prepareMove.timedOut': [{ to: 'undoing.undo', change: 'turnBack' }],
        ...undoFrom,
      };
    case 'copying.copy':
      return {
        'copyMove.done': onwards(name),
        'copyMove.failed': [
          { when: { data: { verdict: 'undone' } }, to: 'undoing.undo', change: 'turnBack' },
          onceMore(name),
        ],
        'copyMove.timedOut': [onceMore(name)],
        'abort.requested': [{ to: name, change: 'order' }],
        'force.requested': [{ to: name, change: 'force' }],
        // The instance is gone on the source: what the destination has goes too.
        returned: [{ to: 'undoing.undo', change: 'order' }],
        'destroy.requested': [{ to: name, change: 'order' }],
      };
    case 'landing.fence':
      return {
        ...forward(name),
        'fenceSource.failed': [{ when: { data: { gone: true } }, to: 'undoing.undo', change: 'order' }, onceMore(name)],
        ...remembers(name),
      };
    case 'landing.adopt':
      return {
        ...forward(name),
        'adoptMove.failed': [
          { when: { kind: 'cold', data: { back: true } }, to: 'reverting.fence', change: 'turnBack' },
          { when: { kind: 'evacuate', data: { released: true } }, to: 'planning.place', change: 'elsewhere' },
          onceMore(name),
        ],
        ...remembers(name),
        // The host that was to take it over is proved to be down as well.
        ...BEGIN,
        'revert.requested': [{ when: { kind: 'cold' }, to: 'reverting.fence', change: 'turnBack' }],
      };
    case 'reverting.adopt':
      return { ...forward(name), ...remembers(name), ...BEGIN };
    case 'confirming.confirm':
    case 'reverting.fence':
    case 'undoing.undo':
    case 'undoing.release':
      return { ...forward(name), ...remembers(name) };
    default:
      return name satisfies never;
  }
}

/** What `landed` and the ends take. */
export const rulesOfMigrationRest: Readonly<Record<string, Rules>> = {
  [NO_MOVE]: BEGIN,
  done: BEGIN,
  undone: BEGIN,
  reverted: BEGIN,
  landed: {
    ...BEGIN,
    // Its destination was given up for ever and is there again.
    'land.requested': [{ to: 'landing.fence', change: 'step' }],
    'confirm.requested': [{ to: 'confirming.confirm', change: 'step' }],
    'revert.requested': [{ to: 'reverting.fence', change: 'turnBack' }],
    'destroy.requested': [{ to: 'confirming.confirm', change: 'order' }],
    returned: [{ to: 'confirming.confirm', change: 'order' }],
  },
};

function holds({ kind, data }: When, context: MigrationContext, event: ChartEvent): boolean {
  if (kind !== undefined && context.kind !== kind) return false;
  return data === undefined || Object.entries(data).every(([name, value]) => event.data[name] === value);
}

const chart = setup({
  types: { context: {} as MigrationContext, events: {} as ChartEvent },
  guards: { when: ({ context, event }, params: When) => holds(params, context, event) },
  actions: {
    effect: () => {},
    change: assign(({ context, event }, { name }: { name: ChangeName }) => changes[name](context, event)),
  },
});

function transitionsOf(rules: Rules): Record<string, object[]> {
  return Object.fromEntries(
    Object.entries(rules).map(([event, list]) => [
      event,
      list.map(({ when, to, change }) => ({
        target: `#migration.${to}`,
        reenter: true,
        actions: { type: 'change', params: { name: change } },
        ...(when === undefined || Object.keys(when).length === 0 ? {} : { guard: { type: 'when', params: when } }),
      })),
    ]),
  );
}

function states(): Record<string, object> {
  const nodes: Record<string, object> = { [NO_MOVE]: { description: 'Never moved.', on: transitionsOf(BEGIN) } };
  for (const [name, description] of Object.entries(migrationRests))
    nodes[name] = { description, on: transitionsOf(rulesOfMigrationRest[name] ?? {}) };
  for (const name of migrationLeafNames) {
    const [parent, leaf] = name.split('.') as [string, string];
    const { method, description, deadlineMs } = migrationLeaves[name];
    const node = (nodes[parent] ??= { initial: leaf, states: {} }) as { states: Record<string, object> };
    node.states[leaf] = {
      description,
      entry: { type: 'effect', params: { method } },
      meta: { effect: method, deadlineMs, description },
      on: transitionsOf(rulesOfMigrationLeaf(name)),
    };
  }
  return nodes;
}

/** The chart; its type says no more than context and event. */
export const migrationMachine = chart.createMachine({
  id: 'migration',
  version: MACHINE_VERSION,
  initial: NO_MOVE,
  context: {} as MigrationContext,
  states: states(),
} as never);

type Snapshot = SnapshotFrom<typeof migrationMachine>;
const snapshots = new Map<string, Snapshot>();

function snapshotOf(value: string, context: MigrationContext): Snapshot {
  let known = snapshots.get(value);
  if (known === undefined) {
    const [parent, leaf] = value.split('.');
    known = migrationMachine.resolveState({
      value: (leaf === undefined ? value : { [parent as string]: leaf }) as never,
      context,
    });
    snapshots.set(value, known);
  }
  return { ...known, context };
}

export interface MigrationTransit {
  readonly state: MigrationState;
  /** The effect that was entered, or null. */
  readonly effect: string | null;
}

/** Takes one event; null = the chart has no transition for it. */
export function migrate(before: MigrationState | undefined, event: ChartEvent): MigrationTransit | null {
  const snapshot = snapshotOf(before?.value ?? NO_MOVE, before?.context ?? ({} as MigrationContext));
  const [after, actions] = transition(migrationMachine, snapshot, event);
  if (after === snapshot) return null;
  const value = after.value as string | Record<string, string>;
  const flat = typeof value === 'string' ? value : Object.entries(value)[0]?.join('.');
  const entered = actions.find(({ type }) => type === 'effect') as { params?: { method: string } } | undefined;
  return { state: { value: flat ?? NO_MOVE, context: after.context }, effect: entered?.params?.method ?? null };
}

/** Deadline of an effect of the chart, in milliseconds; undefined for a method that is none of its. */
export function migrationDeadlineMs(method: string): number | undefined {
  return migrationLeafNames.map((name) => migrationLeaves[name]).find((leaf) => leaf.method === method)?.deadlineMs;
}

/** Whether the value names a leaf or an end of the chart. */
export function isMigrationValue(value: string): boolean {
  return isMigrationLeaf(value) || Object.hasOwn(migrationRests, value);
}
