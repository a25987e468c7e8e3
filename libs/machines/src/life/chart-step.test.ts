import { isDeepStrictEqual } from 'node:util';
import { expect, test } from 'vitest';
import { transition, type SnapshotFrom } from 'xstate';
import { chartEvents } from '../testing/chart-events.ts';
import { stepsOf, type AskedAction } from './chart-step.ts';
import { initialContext } from './context-changes.ts';
import { leafNames } from './leaves.ts';
import { lifeMachine } from './machine.ts';
import { restingStates, UNPLACED } from './resting.ts';

type Snapshot = SnapshotFrom<typeof lifeMachine>;

const nested = (value: string): unknown => {
  const [parent = '', leaf] = value.split('.');
  return leaf === undefined ? parent : { [parent]: leaf };
};

/** What can be told of a step. */
const told = (before: Snapshot, [after, actions]: readonly [Snapshot, readonly AskedAction[]]): unknown => ({
  isTaken: after !== before,
  value: after.value,
  context: after.context,
  status: after.status,
  actions: actions.map(({ type, params }) => ({ type, params })),
});

test('each step from each state is the one that XState takes, also when many are taken by turns', () => {
  const step = stepsOf(lifeMachine);
  const context = { ...initialContext, origin: 'running', goal: 'running' } as const;
  const others: unknown[] = [];
  let taken = 0;
  for (const value of [UNPLACED, ...restingStates, ...leafNames]) {
    const before = lifeMachine.resolveState({ value: nested(value) as never, context });
    for (const event of chartEvents) {
      const theirs = transition(lifeMachine, before, event) as unknown as [Snapshot, AskedAction[]];
      const ours = step(before, event);
      if (!isDeepStrictEqual(told(before, ours), told(before, theirs))) others.push({ value, event });
      taken += Number(ours[0] !== before);
    }
  }
  expect(others).toEqual([]);
  expect(taken).toBeGreaterThan(500);
});
