import { expect, test } from 'vitest';
import { initialContext } from '../life/context-changes.ts';
import { pathTo } from './paths.ts';

const at = (value: string, goal: 'running' | null = null) => ({ value, context: { ...initialContext, goal } });

test.each([
  ['stopped', 'pause', ['start']],
  ['suspended', 'unpause', ['resume', 'pause']],
  ['failed', 'pause', ['hardReboot']],
  ['running', 'start', ['stop']],
  ['running', 'offload', ['shelve']],
  ['offloaded', 'stop', ['unshelve']],
  ['paused', 'confirmResize', ['unpause', 'resize']],
  ['running', 'stop', []],
  ['deleted', 'start', null],
] as const)('from %s to where %s is legal: %j', (state, command, path) => {
  expect(pathTo(at(state), command)).toEqual(path);
});

test('while something goes on the path starts from where it leads', () => {
  expect(pathTo(at('starting.powerOn', 'running'), 'pause')).toEqual([]);
  expect(pathTo(at('building.spawn', 'running'), 'unpause')).toEqual(['pause']);
});

test('no path proposes to destroy, to move or to end where the facts say', () => {
  expect(pathTo(at('unplaced'), 'start')).toBeNull();
  expect(pathTo(at('trashed'), 'pause')).toEqual(['restore']);
});
