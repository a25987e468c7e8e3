/** The chart of a move, walked through whole: every state that can be reached, with every event in each. */
import type { MigrationContext, MigrationState, MoveKind } from '@chronovirt/contract';
import { describe, expect, test } from 'vitest';
import { isCalledOffByPerson } from './context-changes.ts';
import {
  isMigrationLeaf,
  isUnderWay,
  migrationLeafNames,
  migrationLeaves,
  migrationRests,
  type MigrationLeafName,
} from './leaves.ts';
import { isMigrationValue, migrate } from './machine.ts';

const kinds: readonly MoveKind[] = ['live', 'cold', 'evacuate', 'return'];

const beginning = (kind: MoveKind): Partial<MigrationContext> => ({
  id: `00000000-0000-4000-8000-000000000001.7` as MigrationContext['id'],
  kind,
  source: 'h1' as MigrationContext['source'],
  epoch: 3,
  origin: 'running',
  request: {},
});

type Data = Record<string, unknown>;
const error = { code: 'X', message: 'it said no' };
/** What an effect may report of itself when it did not succeed. */
const reports: readonly Data[] = [
  {},
  { again: true },
  { retry: true },
  { verdict: 'undone' },
  { gone: true },
  { back: true },
  { released: true },
];
const orders = [
  'abort.requested',
  'force.requested',
  'land.requested',
  'confirm.requested',
  'revert.requested',
  'destroy.requested',
  'returned',
] as const;

interface Step {
  readonly before: MigrationState;
  readonly type: string;
  readonly data: Data;
  readonly after: MigrationState | null;
}

function stepsFrom(before: MigrationState, kind: MoveKind): Step[] {
  const step = (type: string, data: Data = {}): Step => ({
    before,
    type,
    data,
    after: migrate(before, { type, data } as never)?.state ?? null,
  });
  const ends = migrationLeafNames.flatMap((name) => {
    const { method } = migrationLeaves[name];
    return [
      step(`${method}.done`, { host: 'h2', found: { [method]: true } }),
      ...reports.flatMap((data) => [
        step(`${method}.failed`, { error, ...data }),
        step(`${method}.timedOut`, { error, ...data }),
      ]),
    ];
  });
  return [...ends, ...orders.map((type) => step(type)), step('move.requested', beginning(kind))];
}

/** What tells two situations of a move apart. */
const situation = ({ value, context }: MigrationState): string =>
  JSON.stringify([
    value,
    context.kind,
    context.aborting,
    context.doomed,
    context.failure !== null,
    context.destination,
  ]);

/** Of one kind of move, from its beginning on; no other move follows it. */
function explored(kind: MoveKind): { states: MigrationState[]; steps: Step[] } {
  const first = migrate(undefined, { type: 'move.requested', data: beginning(kind) } as never);
  if (first === null) throw new Error('a move does not begin');
  const states = [first.state];
  const known = new Set(states.map(situation));
  const steps: Step[] = [];
  for (const state of states) {
    for (const step of stepsFrom(state, kind)) {
      steps.push(step);
      if (step.after === null || step.type === 'move.requested' || known.has(situation(step.after))) continue;
      known.add(situation(step.after));
      states.push(step.after);
    }
  }
  return { states, steps };
}

const walks = kinds.map((kind) => ({ kind, ...explored(kind) }));
const all = walks.flatMap(({ steps }) => steps);
const leafOf = ({ value }: MigrationState): MigrationLeafName => value as MigrationLeafName;
const methodOf = (state: MigrationState): string => migrationLeaves[leafOf(state)].method;
const told = ({ before, type, data, after }: Step): string =>
  `${before.value} (${before.context.kind}) ${type} ${JSON.stringify(data)} -> ${after?.value ?? 'not taken'}`;
const wrong = (asked: readonly Step[], holds: (step: Step) => boolean): string[] =>
  asked
    .filter((step) => !holds(step))
    .slice(0, 5)
    .map(told);

/** Lets every effect succeed; where it rests. */
function carriedOut(state: MigrationState): string {
  let now = state;
  for (let n = 0; n < 20 && isMigrationLeaf(now.value); n += 1) {
    const next = migrate(now, { type: `${methodOf(now)}.done`, data: { host: 'h2' } } as never);
    if (next === null) return `stuck in ${now.value}`;
    now = next.state;
  }
  return now.value;
}

test('every state of the chart is reached by one kind or another', () => {
  const reached = new Set(walks.flatMap(({ states }) => states.map(({ value }) => value)));
  expect([...reached].toSorted()).toEqual([...migrationLeafNames, ...Object.keys(migrationRests)].toSorted());
  expect(all.every(({ after }) => after === null || isMigrationValue(after.value))).toBe(true);
});

describe('property 4: what does not rest has an effect with a deadline, and comes to an end', () => {
  test('each leaf takes each end of its own effect, and no other’s', () => {
    const ends = all.filter(({ type }) => /\.(done|failed|timedOut)$/.test(type));
    expect(
      wrong(ends, ({ before, type, after }) => {
        const isOwn = isMigrationLeaf(before.value) && type.startsWith(`${methodOf(before)}.`);
        return (after !== null) === isOwn;
      }),
    ).toEqual([]);
    expect(Object.values(migrationLeaves).every(({ deadlineMs }) => deadlineMs > 0)).toBe(true);
  });

  test('from wherever it is, it rests when its effects succeed', () => {
    for (const { states } of walks)
      for (const state of states) expect(Object.keys(migrationRests)).toContain(carriedOut(state));
  });
});

describe('property 12: a delete is taken wherever a move is under way', () => {
  test('it is remembered, or turns the move back, or clears away what was kept', () => {
    const deletes = all.filter(({ before, type }) => type === 'destroy.requested' && isUnderWay(before.value));
    expect(deletes.length).toBeGreaterThan(20);
    expect(wrong(deletes, ({ after }) => after?.context.doomed === true)).toEqual([]);
  });

  test('nothing that comes after forgets it', () => {
    const doomed = all.filter(({ before, type }) => before.context.doomed && type !== 'move.requested');
    expect(wrong(doomed, ({ after }) => after === null || after.context.doomed)).toEqual([]);
  });
});

describe('property 13: before the copy has ended all of it can be undone, afterwards it goes forward', () => {
  const early: readonly string[] = ['planning.place', 'planning.check', 'preparing.prepare'];
  const undone: readonly string[] = ['undoing.undo', 'undoing.release', 'undone'];

  test('a failure, an abort and a delete before the copy undo it, unless another try or host is left', () => {
    const asked = all.filter(
      ({ before, type, data }) =>
        early.includes(before.value) &&
        before.context.hostsTried.length === 0 &&
        (type === 'abort.requested' || type === 'destroy.requested' || type === `${methodOf(before)}.failed`) &&
        data['again'] === undefined &&
        data['retry'] === undefined,
    );
    expect(asked.length).toBeGreaterThan(20);
    expect(wrong(asked, ({ after }) => after !== null && undone.includes(after.value))).toEqual([]);
  });

  test('while copying nothing but the verdict of both hosts, or the end of the instance, leads back', () => {
    const asked = all.filter(
      ({ before, type, after }) => before.value === 'copying.copy' && after !== null && type !== 'copyMove.done',
    );
    expect(asked.length).toBeGreaterThan(10);
    expect(
      wrong(asked, ({ type, data, after }) => {
        const leadsBack = type === 'returned' || (type === 'copyMove.failed' && data['verdict'] === 'undone');
        return (after?.value === 'undoing.undo') === leadsBack && (leadsBack || after?.value === 'copying.copy');
      }),
    ).toEqual([]);
  });

  test('past the landing only an instance that is gone is undone; a cold move is turned back by a landing the other way', () => {
    const asked = all.filter(({ before, after }) => before.value.startsWith('landing.') && after !== null);
    expect(
      wrong(asked, ({ before, type, data, after }) => {
        if (after === null || !undone.includes(after.value)) return true;
        return before.value === 'landing.fence' && type === 'fenceSource.failed' && data['gone'] === true;
      }),
    ).toEqual([]);
    const back = all.filter(
      ({ before, after }) => !before.value.startsWith('reverting.') && after?.value === 'reverting.fence',
    );
    expect(wrong(back, ({ before }) => before.context.kind === 'cold')).toEqual([]);
    expect(back.length).toBeGreaterThan(0);
  });

  test('an abort is not taken any more once it lands', () => {
    const late = all.filter(
      ({ before, type }) =>
        type === 'abort.requested' && !early.includes(before.value) && before.value !== 'copying.copy',
    );
    expect(wrong(late, ({ after }) => after === null)).toEqual([]);
  });
});

test('only an owner that was fenced makes way for the next: every way to the destination leads through landing.fence', () => {
  const adopting = all.filter(
    ({ before, after }) => after?.value === 'landing.adopt' && before.value !== 'landing.adopt',
  );
  expect(adopting.length).toBeGreaterThan(0);
  expect(wrong(adopting, ({ before }) => before.value === 'landing.fence')).toEqual([]);
  const backHome = all.filter(
    ({ before, after }) => after?.value === 'reverting.adopt' && before.value !== 'reverting.adopt',
  );
  expect(wrong(backHome, ({ before }) => before.value === 'reverting.fence')).toEqual([]);
});

test('a move begins where none is under way, where one has landed, and where the host that takes over is given up', () => {
  const begun = all.filter(({ type, after }) => type === 'move.requested' && after !== null);
  const from = new Set(begun.map(({ before }) => before.value));
  expect([...from].toSorted()).toEqual(['done', 'landed', 'landing.adopt', 'reverted', 'reverting.adopt', 'undone']);
  expect(begun.every(({ after }) => after?.value === 'planning.place' && after.context.failure === null)).toBe(true);
});

test('a copy that is called off for its time is told with that; who ordered its end, before or after, is told of instead', () => {
  const copying = { value: 'copying.copy', context: { ...beginning('live'), hostsTried: [], tries: 0, failure: null } };
  const late = { type: 'copyMove.timedOut', data: { abort: true, calledOff: 'its time is over' } };
  const timedOut = migrate(copying as never, late as never)?.state;
  expect(timedOut?.context).toMatchObject({
    aborting: true,
    failure: { step: 'copyMove.timedOut', code: 'TIMED_OUT', message: 'its time is over' },
  });
  expect(isCalledOffByPerson(timedOut?.context as never)).toBe(false);
  const both = migrate(timedOut, { type: 'abort.requested', data: { by: 'ada' } } as never)?.state;
  expect(both?.context.failure).toMatchObject({ code: 'ABORTED', message: 'called off by ada' });
  expect(isCalledOffByPerson(both?.context as never)).toBe(true);
  const ordered = migrate(copying as never, { type: 'abort.requested', data: { by: 'ada' } } as never)?.state;
  expect(ordered?.context.failure?.message).toBe('called off by ada');
  expect(migrate(ordered, late as never)?.state.context.failure?.message).toBe('called off by ada');
  const before = migrate(copying as never, { type: 'abort.requested', data: {} } as never)?.state;
  expect(before?.context.failure?.message).toBe('ordered by a person');
});
