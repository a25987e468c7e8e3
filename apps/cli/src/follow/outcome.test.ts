import { expect, test } from 'vitest';
import type { MessageView, StateView } from '../api/types.ts';
import { deletesMoving, isOfMove, isSettled, moveOutcome, outcomeOf, takenOver, takesOver } from './outcome.ts';

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
  expect(outcomeOf(settled('paused'), 'c1', 'paused', null, 'web')).toMatchObject({ exitCode: 0, kind: 'reached' }));
test('an order that is done when it is accepted is reached', () =>
  expect(outcomeOf(settled('stopped'), 'c1', null, null, 'web')).toMatchObject({ exitCode: 0 }));
test('back where it began: exit code 7, with what was said', () => {
  expect(outcomeOf(settled('running'), 'c1', 'paused', 'pause failed: no', 'web')).toMatchObject({
    exitCode: 7,
    kind: 'rolledBack',
    text: 'pause failed: no; the instance is running as before',
  });
});
test('failed: exit code 8, with the failure', () => {
  const failure = { method: 'spawn', code: 'X', message: 'no room' };
  expect(outcomeOf(settled('failed', 'c1', failure), 'c1', 'running', null, 'web')).toMatchObject({
    exitCode: 8,
    kind: 'failed',
    text: 'spawn: no room',
  });
});
test('another command took over: exit code 5', () =>
  expect(outcomeOf(settled('deleted', 'c2'), 'c1', 'running', null, 'web')).toMatchObject({
    exitCode: 5,
    kind: 'superseded',
  }));

test('what a look finds is taken over, a guest that is gone too; where it tells nothing, the order has failed', () => {
  const accepted = (value: string, type: string) => ({ events: [{ type, to: '' }], state: state(value) });
  expect(takesOver(accepted('reconciling.probe', 'adoptDrift.requested'))).toBe(true);
  expect(takesOver(accepted('stopping.powerOff', 'adoptDrift.requested'))).toBe(false);
  expect(takesOver(accepted('reconciling.probe', 'probe.requested'))).toBe(false);
  const gone = {
    method: 'probe',
    code: 'UNEXPECTED_STATE',
    message: 'x',
    observation: { domain: 'absent', disks: [] },
  };
  expect(takenOver(settled('paused'), 'c1', 'web')).toEqual({ exitCode: 0, kind: 'reached', text: 'paused' });
  expect(takenOver(settled('failed', 'c1', gone), 'c1', 'web')).toMatchObject({ exitCode: 0, text: 'failed' });
  expect(takenOver(settled('failed', 'c1', { ...gone, code: 'X' }), 'c1', 'web')).toBeNull();
  expect(takenOver(settled('deleted', 'c2'), 'c1', 'web')).toBeNull();
});

const moved = (value: string) =>
  ({
    host: '_cluster',
    state: {
      parts: { migration: { value, context: { failure: { message: 'why' }, source: 'h1', destination: 'h2' } } },
    },
  }) as unknown as MessageView;

test('a delete of an instance that moves is over when it is deleted, not when the move is', () => {
  const ordered = (type: string, host = '_cluster') => ({ ...moved('copying.copy'), host, events: [{ type, to: '' }] });
  expect(deletesMoving(ordered('destroy.requested'))).toBe(true);
  expect(deletesMoving(ordered('abort.requested'))).toBe(false);
  expect(deletesMoving(ordered('destroy.requested', 'h1'))).toBe(false);
});

test.each(['done', 'landed', 'reverted', 'undone'])(
  'what the spine is ordered after the last move was %s is no part of that move',
  (end) => expect(isOfMove(moved(end))).toBe(false),
);

test('a move that did not take place is no success for who ordered it, and is one for who called it off; the other way round it was too late', () => {
  expect(moveOutcome(moved('copying.copy'))).toBeNull();
  expect(moveOutcome(moved('undone'))).toMatchObject({
    kind: 'rolledBack',
    exitCode: 7,
    text: expect.stringMatching(/why; .* on h1 as before/),
  });
  expect(moveOutcome(moved('undone'), true)).toMatchObject({ kind: 'reached', exitCode: 0, text: 'on h1' });
  expect(moveOutcome(moved('done'))).toMatchObject({ kind: 'reached', exitCode: 0, text: 'on h2' });
  expect(moveOutcome(moved('done'), true)).toMatchObject({
    kind: 'superseded',
    exitCode: 5,
    text: expect.stringMatching(/too late .* on h2/),
  });
});
