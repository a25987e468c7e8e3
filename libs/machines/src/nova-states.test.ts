import { expect, test } from 'vitest';
import { expected } from './expected.ts';
import { restingStates } from './life/resting.ts';
import { novaStates } from './nova-states.ts';
import { EMPTY, ordered, Scenario, seen } from './testing/scenario.ts';

test('resting states bear Nova’s names, with no task', () => {
  const names = restingStates.map((state) => novaStates(Scenario.in(state).now).vmState);
  expect(names).toEqual([
    'active',
    'paused',
    'suspended',
    'stopped',
    'rescued',
    'resized',
    'shelved',
    'shelved_offloaded',
    'soft-delete',
    'error',
    'deleted',
  ]);
  expect(novaStates(Scenario.resting('running').now)).toEqual({ vmState: 'active', taskState: null, powerState: 1 });
  expect(novaStates(Scenario.resting('suspended').now)).toEqual({
    vmState: 'suspended',
    taskState: null,
    powerState: 4,
  });
});

test.each([
  ['running', 'pause', 'active', 'pausing'],
  ['running', 'hardReboot', 'active', 'rebooting_hard'],
  ['running', 'reboot', 'active', 'rebooting'],
  ['running', 'softDelete', 'active', 'soft-deleting'],
  ['trashed', 'restore', 'soft-delete', 'restoring'],
  ['shelved', 'unshelve', 'shelved', 'unshelving'],
  ['stopped', 'delete', 'stopped', 'deleting'],
] as const)('%s, %s: %s with task %s', (state, command, vmState, taskState) => {
  const facts = { implements: new Set('pause reboot powerOff powerOn destroy'.split(' ')) };
  const instance = Scenario.resting(state, { facts });
  instance.order(command);
  expect(novaStates(instance.now)).toMatchObject({ vmState, taskState });
});

test('a build is building until it runs, and while its end is looked for the task stays', () => {
  expect(novaStates(ordered().now)).toEqual({ vmState: 'building', taskState: 'scheduling', powerState: 0 });
  const instance = Scenario.in('building.spawn', { context: { goal: 'running' } });
  expect(novaStates(instance.now)).toMatchObject({ vmState: 'building', taskState: 'spawning' });
  instance.alarm();
  expect(novaStates(instance.now)).toMatchObject({ vmState: 'building', taskState: 'spawning' });
});

test('the expected power follows from the state; none is expected while an effect is due', () => {
  expect(restingStates.map((state) => expected(Scenario.in(state).now))).toEqual([
    'on',
    'paused',
    'off',
    'off',
    'on',
    'on',
    'off',
    'absent',
    'off',
    null,
    'absent',
  ]);
  const instance = Scenario.resting('running');
  instance.order('stop');
  expect(expected(instance.now)).toBeNull();
  instance.outcome('done', seen({ power: 'off' }));
  expect(expected(instance.now)).toBe('off');
  expect(expected({ value: 'resized', context: { ...instance.now.context, before: 'stopped' } })).toBe('off');
  expect(EMPTY.power).toBe('absent');
});
