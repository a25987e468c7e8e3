import { expect, test } from 'vitest';
import type { StateView } from '../api/types.ts';
import { isSettled, outcomeOf } from './outcome.ts';

const state = (value: string, role = 'owner', failure: StateView['context']['failure'] = null): StateView => ({
  value,
  context: { goal: null, origin: null, awaiting: null, failure },
  parts: { power: null, lock: null, image: 'idle' },
  actor: { role: { kind: role }, epoch: 1, op: 1, due: [] },
});
const settled = (value: string, command: string | null = 'c1', failure: StateView['context']['failure'] = null) => ({
  command,
  by: { kind: 'agent', name: 'h1' },
  state: state(value, 'owner', failure),
});

test.each([
  ['running', 'owner', true],
  ['building.spawn', 'owner', false],
  ['building.spawn', 'granted', false],
  ['failed', 'closed', false],
  ['failed', 'owner', true],
  ['deleted', 'closed', true],
])('%s told by a segment that is %s is settled: %s', (value, role, expected) =>
  expect(isSettled(state(value, role))).toBe(expected),
);

test('the goal was reached', () =>
  expect(outcomeOf(settled('paused'), 'c1', 'paused', null)).toMatchObject({ exitCode: 0, kind: 'reached' }));
test('an order that is done when it is accepted is reached', () =>
  expect(outcomeOf(settled('stopped'), 'c1', null, null)).toMatchObject({ exitCode: 0 }));
test('back where it began: exit code 7, with what was said', () => {
  expect(outcomeOf(settled('running'), 'c1', 'paused', 'pause failed: no')).toMatchObject({
    exitCode: 7,
    kind: 'rolledBack',
    text: 'pause failed: no; the instance is running as before',
  });
});
test('failed: exit code 8, with the failure', () => {
  const failure = { method: 'spawn', code: 'X', message: 'no room' };
  expect(outcomeOf(settled('failed', 'c1', failure), 'c1', 'running', null)).toMatchObject({
    exitCode: 8,
    kind: 'failed',
    text: 'spawn: no room',
  });
});
test('another command took over: exit code 5', () =>
  expect(outcomeOf(settled('deleted', 'c2'), 'c1', 'running', null)).toMatchObject({
    exitCode: 5,
    kind: 'superseded',
  }));
