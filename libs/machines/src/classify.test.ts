import { describe, expect, test } from 'vitest';
import type { Observation, RestingState } from '@chronovirt/contract';
import { classify, type Question } from './classify.ts';
import { looksLike, resting, restingStates } from './life/resting.ts';
import { EMPTY, seen, shows } from './testing/scenario.ts';

const mark = { epoch: 1, op: 5 };
const old = { epoch: 1, op: 4 };
const ask = (
  method: string,
  origin: RestingState | null,
  goal: RestingState,
  more: Partial<Question> = {},
): Question => ({ method, origin, goal, mark, ...more });

describe('what a guest that runs without our mark is', () => {
  const unmarked = seen({ mark: old });
  test.each([
    ['powerOn', 'stopped', 'goal', 'somebody else started it; nothing was lost'],
    ['unpause', 'paused', 'goal', 'no start takes place'],
    ['resume', 'suspended', 'goal', 'it runs, its memory with it'],
    ['restore', 'trashed', 'goal', 'it runs'],
    ['reboot', 'running', 'origin', 'the reboot did not take place'],
    ['reboot', 'stopped', 'other', 'somebody else started it, but not this reboot'],
    ['spawn', null, 'other', 'it is not the guest that was to be built'],
    ['unrescue', 'rescued', 'other', 'it may still be the rescue system'],
  ] as const)('%s from %s: %s (%s)', (method, origin, wanted, _why) => {
    expect(classify(unmarked, ask(method, origin, 'running'))).toBe(wanted);
  });

  test.each(['spawn', 'reboot', 'unrescue'])('%s with the mark of this op and epoch is the goal', (method) => {
    expect(classify(seen({ mark }), ask(method, 'stopped', 'running'))).toBe('goal');
    expect(classify(seen({ mark: { epoch: 0, op: 5 } }), ask(method, 'stopped', 'running'))).not.toBe('goal');
    expect(classify(seen({ mark: null }), ask(method, 'stopped', 'running'))).not.toBe('goal');
  });
});

test('a busy domain fits nothing, whatever it shows', () => {
  for (const state of restingStates)
    expect(classify({ ...shows(state, mark), busy: 'save' }, ask('pause', state, state))).toBe('other');
});

test('a guest that is paused for another reason than somebody’s wish is not paused', () => {
  for (const reason of ['i/o error', 'migration', 'save', 'starting up', 'post-copy failed']) {
    expect(classify(seen({ power: 'paused', reason }), ask('pause', 'running', 'paused'))).toBe('other');
  }
  for (const reason of ['user', 'unknown'])
    expect(classify(seen({ power: 'paused', reason }), ask('pause', 'running', 'paused'))).toBe('goal');
});

test('suspended and stopped differ by the saved memory, and both need a definition', () => {
  const off = seen({ power: 'off' });
  const saved = seen({ power: 'off', savedMemory: true });
  expect(classify(saved, ask('suspend', 'running', 'suspended'))).toBe('goal');
  expect(classify(off, ask('suspend', 'running', 'suspended'))).toBe('other');
  expect(classify(off, ask('powerOff', 'running', 'stopped'))).toBe('goal');
  expect(classify(saved, ask('powerOff', 'running', 'stopped'))).toBe('other');
  expect(
    classify(seen({ power: 'off', domain: 'transient', definition: false }), ask('powerOff', 'running', 'stopped')),
  ).toBe('other');
  expect(classify(seen({ power: 'crashed' }), ask('powerOff', 'running', 'stopped'))).toBe('goal');
});

test('nothing there is where a build began and where a delete ends; one disk left is neither', () => {
  expect(classify(EMPTY, ask('spawn', null, 'running'))).toBe('origin');
  expect(classify(EMPTY, ask('destroy', 'running', 'deleted'))).toBe('goal');
  for (const left of [{ disks: ['root'] }, { leftovers: ['tap0'] }, { savedMemory: true }]) {
    expect(classify({ ...EMPTY, ...left }, ask('spawn', null, 'running'))).toBe('other');
    expect(classify({ ...EMPTY, ...left }, ask('destroy', 'running', 'deleted'))).toBe('other');
  }
});

test('where a look cannot show the end, the driver’s own word is needed, and a look that agrees', () => {
  const off = seen({ power: 'off' });
  expect(classify(off, ask('snapshot', 'stopped', 'shelved', { result: 'done' }))).toBe('goal');
  expect(classify(off, ask('snapshot', 'stopped', 'shelved', { result: 'failed' }))).toBe('origin');
  expect(classify(off, ask('snapshot', 'stopped', 'shelved'))).toBe('origin');
  expect(classify(seen(), ask('snapshot', 'stopped', 'shelved', { result: 'done' }))).toBe('other');
});

test('each resting state but failed is recognized by what it shows', () => {
  const own = restingStates.filter((state) => state !== 'failed');
  expect(own.filter((state) => !resting[state].looks(shows(state)))).toEqual([]);
  expect(looksLike(shows('paused'))).toBe('paused');
  expect(looksLike(EMPTY)).toBeNull();
  expect(looksLike(seen({ power: 'asleep' }))).toBeNull();
  const looks: (Observation | null)[] = [{ ...seen(), busy: 'start' }];
  expect(looks.map((look) => look && looksLike(look))).toEqual([null]);
});
