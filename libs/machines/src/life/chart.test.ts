/** The chart by itself: every pair of state and event is decided, and every path through it is sound. */
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { getShortestPaths, getSimplePaths } from 'xstate/graph';
import type { LifeContext, RestingState } from '@chronovirt/contract';
import { pairs } from '../testing/pairs.ts';
import { chartEvents } from '../testing/chart-events.ts';
import { probingOf, type ChartEvent } from './chart-event.ts';
import { initialContext } from './context-changes.ts';
import { leafNames, leafOf, leaves, parentOf, parents, type Leaf, type LeafName, type Parent } from './leaves.ts';
import { lifeMachine } from './machine.ts';
import { isResting, restingOf, restingStates, UNPLACED } from './resting.ts';
import { flat, transit } from './transit.ts';

const eventOf = (type: string, data: Record<string, unknown> = {}): ChartEvent => ({ type, data, of: 1 });
const remove: ChartEvent = { type: 'destroy.requested', data: {}, of: null };
const onTheWay = new Set(['deleting.order', 'deleting.destroy', 'reconciling.probe']);
const values = [UNPLACED, ...restingStates, ...leafNames];

interface Point {
  readonly value: unknown;
  readonly context: LifeContext;
}

const key = ({ value, context }: Point): string =>
  [
    flat(value),
    context.origin,
    context.goal,
    context.before,
    probingOf(context)?.leaf,
    context.request['reset'],
    context.request['by'],
  ].join(' ');

type Paths = (machine: unknown, options: unknown) => { state: Point; steps: { event: ChartEvent }[] }[];
const shortest = getShortestPaths as unknown as Paths;
const simplePaths = getSimplePaths as unknown as Paths;
const options = (events: readonly ChartEvent[]): object => ({
  events,
  serializeState: key,
  limit: Number.POSITIVE_INFINITY,
});

/** Where a host's history may begin besides: what the destination of a move adopts. */
const arrivals: readonly [value: LeafName, goals: readonly RestingState[]][] = [
  ['migrating.postLiveMigrationAtDestination', ['running', 'paused']],
  ['migrating.spawn', ['running', 'stopped']],
];
const starts = arrivals.flatMap(([value, goals]) =>
  goals.map((goal) =>
    lifeMachine.resolveState({
      value: { [parentOf(value)]: value.slice(value.indexOf('.') + 1) } as never,
      context: { ...initialContext, origin: goal, goal, request: { by: 'cluster' } },
    }),
  ),
);

const paths = [undefined, ...starts].flatMap((fromState) =>
  shortest(lifeMachine, { ...options(chartEvents), ...(fromState && { fromState }) }),
);
const points = [
  ...new Map(
    paths.map(({ state }) => [key(state), { value: flat(state.value), context: state.context }] as const),
  ).values(),
];

/** What a leaf waits for without doing anything is told to it; it has no outcome of its own. */
const acting = leafNames.filter((name) => (leaves[name] as Leaf).awaits === undefined);
const effectOf = (value: string): string | null => {
  const leaf = leafOf(value);
  return leaf === null || leaf.awaits !== undefined ? null : leaf.method;
};
/** Its end is for the cluster to judge, by the facts of both hosts. */
const isJudged = (value: string, context: LifeContext): boolean =>
  value === 'migrating.liveMigration' ||
  (value === 'migrating.migrateDiskAndPowerOff' && context.request['by'] === 'cluster');

/** Every event in every situation, once. */
const moves = points.flatMap(({ value, context }) =>
  chartEvents.map((event) => ({ value, context, event, next: transit(value, context, event) })),
);

test('every state can be reached', () => {
  expect(values.filter((value) => !points.some((point) => point.value === value))).toEqual([]);
});

describe('every pair of state and event is decided', () => {
  const all = pairs();

  test('taken, or refused with a reason', () => {
    expect(all.length).toBe(values.length * new Set(chartEvents.map(({ type }) => type)).size);
    expect(all.filter(({ taken, reason }) => (taken.length === 0) === (reason === null))).toEqual([]);
  });

  test('as the chart itself does: what the table says is taken leads there, what it says is not is not', () => {
    const table = new Map(all.map((pair) => [`${pair.state} ${pair.type}`, pair]));
    const wrong = moves.filter(({ value, event, next }) => {
      const pair = table.get(`${value} ${event.type}`);
      if (pair === undefined) return true;
      return next === null ? pair.reason === null && !pair.conditional : !pair.taken.includes(next.value);
    });
    expect(wrong).toEqual([]);
  });
});

describe('property 4: every transient state has a deadline and its exits', () => {
  test.each(acting)('%s: done, failed, timed out and delete are always taken', (name) => {
    const { method, deadlineMs } = leaves[name];
    const here = points.filter(({ value }) => value === name);
    const ends = ['done', 'failed', 'timedOut'].flatMap((end) =>
      ['goal', 'origin', 'other', 'unknown'].map((fits) => ({ type: `${method}.${end}`, data: { fits }, of: 1 })),
    );
    const left = here.flatMap(({ context }) => ends.filter((event) => transit(name, context, event) === null));
    const kept = here.filter(({ context }) => transit(name, context, remove)?.value.startsWith('deleting.') !== true);
    expect({ left, kept }).toEqual({ left: [], kept: [] });
    expect(deadlineMs).toBeGreaterThan(0);
    expect(here.length).toBeGreaterThan(0);
  });

  test.each(leafNames.filter((name) => !acting.includes(name)))(
    '%s: says what it waits for, takes the word of the cluster and a delete',
    (name) => {
      const here = points.filter(({ value }) => value === name);
      expect(here.length).toBeGreaterThan(0);
      expect(here.filter(({ context }) => context.awaiting !== (leaves[name] as Leaf).awaits)).toEqual([]);
      const told = { type: 'moveOver', data: { outcome: 'undone', onwards: 'probe' }, of: null };
      expect(here.filter(({ context }) => transit(name, context, told) === null)).toEqual([]);
      expect(here.filter(({ context }) => transit(name, context, remove)?.value !== 'deleting.destroy')).toEqual([]);
    },
  );

  test('a deadline that passes leads to reconciling, or to the same effect once more where there is nothing to look at', () => {
    const elsewhere = points.filter(({ value, context }) => {
      if (isResting(value) || effectOf(value) === null || isJudged(value, context)) return false;
      const to = transit(value, context, {
        type: `${leafOf(value)?.method}.timedOut`,
        data: { again: true },
        of: 1,
      })?.value;
      return to !== value && to !== 'reconciling.probe';
    });
    expect(elsewhere).toEqual([]);
  });
});

test('property 9: an operation that touched nothing goes back to where it began, with nothing of it left', () => {
  const begun = points.filter(({ value, context }) => {
    const { origin, goal } = context;
    const method = effectOf(value);
    return (
      method !== null &&
      !isJudged(value, context) &&
      method !== 'place' &&
      method !== 'order' &&
      goal !== 'deleted' &&
      origin !== null &&
      origin !== 'failed'
    );
  });
  const wrong = begun.filter(({ value, context }) => {
    const type = value === 'reconciling.probe' ? 'probe.done' : `${leafOf(value)?.method}.failed`;
    const before = context.origin === 'resized' ? context.before : null;
    const { by = 'host', migration } = context.request;
    const request = context.origin === 'resized' ? { by, ...(migration !== undefined && { migration }) } : {};
    const wanted = { value: context.origin, context: { ...initialContext, before, request }, effect: null };
    return !isDeepStrictEqual(transit(value, context, { type, data: { fits: 'origin' }, of: 1 }), wanted);
  });
  expect(wrong.map(({ value, context }) => `${value} from ${context.origin}`)).toEqual([]);
  expect(begun.length).toBeGreaterThan(50);
});

test('property 12: nothing that follows a delete brings the guest back', () => {
  const ordered = points.filter(({ context }) => context.goal === 'deleted');
  const astray = moves.filter(({ context, next }) => {
    if (context.goal !== 'deleted' || next === null || next.value === 'deleted') return false;
    return next.context.goal !== 'deleted' || !onTheWay.has(next.value);
  });
  expect(new Set(ordered.map(({ value }) => value))).toEqual(onTheWay);
  expect(astray).toEqual([]);
  expect(chartEvents.filter((event) => transit('deleted', initialContext, event) !== null)).toEqual([]);
});

test('origins of the table are those that the chart can really have', () => {
  const wrong = points.filter(({ value, context: { origin, goal } }) => {
    if (isResting(value) || goal === 'deleted' || origin === null || origin === 'failed') return false;
    return !parents[parentOf(value) as Parent].origins.includes(origin);
  });
  expect(wrong.map(({ value, context }) => `${value} from ${context.origin}`)).toEqual([]);
});

test('an entry into a leaf is told from a stay: every transition into an effect declares it, also into the same one', () => {
  const untold = moves.filter(({ next }) => next !== null && next.effect !== effectOf(next.value));
  expect(untold).toEqual([]);
});

test('a resting state keeps nothing of the operation, a failed one keeps its facts', () => {
  const kept = points.filter(({ value, context }) => {
    if (restingOf(value) === null) return false;
    const { before, failure, origin, hostsTried, ...rest } = context;
    // A resized guest keeps who can settle it: its host alone, or the cluster with the other host.
    const request = value === 'resized' ? { by: rest.request['by'] } : {};
    const isClean = isDeepStrictEqual(rest, { goal: null, tries: 0, request, awaiting: null });
    return (
      !isClean ||
      (value === 'failed') !== (failure !== null) ||
      (value !== 'failed' && origin !== null) ||
      (before !== null && value !== 'resized' && value !== 'failed') ||
      (value !== 'failed' && hostsTried.length > 0)
    );
  });
  expect(kept).toEqual([]);
});

test('property 5: along every simple path of pausing, losing the answer and deleting, the same events lead to the same state', () => {
  const few = [
    eventOf('create.requested'),
    eventOf('place.done', { host: 'alpha', request: { host: 'alpha', epoch: 1 } }),
    eventOf('order.done'),
    eventOf('spawn.done', { fits: 'goal' }),
    eventOf('pause.requested'),
    eventOf('pause.done', { fits: 'goal' }),
    eventOf('pause.failed', { fits: 'origin' }),
    eventOf('pause.timedOut'),
    eventOf('probe.done', { fits: 'goal' }),
    eventOf('probe.done', { fits: 'other' }),
    eventOf('reboot.requested', { request: { rebootType: 'HARD' } }),
    eventOf('reboot.done', { fits: 'goal' }),
    eventOf('destroy.requested'),
    eventOf('destroy.done', { fits: 'goal' }),
  ];
  const simple = simplePaths(lifeMachine, options(few));
  expect(simple.length).toBeGreaterThan(40);
  for (const { state, steps } of simple) {
    const events = steps.map((step) => step.event).filter(({ type }) => type !== 'xstate.init');
    const start = { value: UNPLACED, context: initialContext };
    const end = events.reduce((at, one) => transit(at.value, at.context, one) ?? at, start);
    expect(end).toMatchObject({ value: flat(state.value), context: state.context });
  }
});
