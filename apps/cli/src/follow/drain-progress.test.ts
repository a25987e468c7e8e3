import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { DrainView } from '../api/types.ts';
import type { Io } from '../io.ts';
import { paint } from '../output/colour.ts';
import { drainCounts, drainLines } from '../output/drain-text.ts';
import { DrainProgress } from './drain-progress.ts';

const MiB = 2 ** 20;
const copy = {
  phase: 'copying',
  elapsedMs: 4_000,
  memory: { total: 1024 * MiB, remaining: 256 * MiB },
  disk: { total: 0, remaining: 0 },
  bytesPerSecond: 64 * MiB,
  iteration: 2,
  expectedDowntimeMs: 300,
  expectedEndMs: 4_000,
};
type Move = DrainView['moving'][number];
const web: Move = {
  instance: 'w',
  name: 'web',
  kind: 'live',
  to: 'h2',
  step: 'copying.copy',
  awaiting: null,
  effects: [],
  copy,
};
const db = { instance: 'd', name: 'db', why: 'it is suspended' };
const of = (drain: Partial<DrainView>): DrainView => ({
  isRunning: true,
  moved: 0,
  waiting: 0,
  moving: [],
  stayed: [],
  more: 0,
  ...drain,
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function onTerminal(isTerminal: boolean): { progress: DrainProgress; shown: () => string } {
  let shown = '';
  const io: Io = {
    out: () => {},
    err: (text) => (shown += text),
    env: {},
    cwd: '/',
    columns: 120,
    errColumns: isTerminal ? 120 : null,
    now: () => Date.now(),
    signal: new AbortController().signal,
  };
  return { progress: new DrainProgress(io, paint(false)), shown: () => shown };
}

test('a drain in words: how many, each move with how far it is and its predicted end, each that stays with its reason', () => {
  const drain = of({ moved: 2, waiting: 3, moving: [web], stayed: [db], more: 4 });
  expect(drainCounts(drain)).toBe('2 moved, 1 on the way, 3 to go, 5 cannot leave');
  expect(drainLines(drain)).toEqual([
    'web: live, to h2, copying: 75 % of 1 GiB, 64 MiB/s, 4.00 s left, stands still for 300 ms',
    'db stays: it is suspended',
    'and 4 more stay',
  ]);
  const [planned, cleared] = drainLines(
    of({
      moving: [
        { ...web, copy: null, to: null, step: 'planning.place', awaiting: 'a host with room' },
        { ...web, copy: null, to: null, kind: null, step: null },
      ],
    }),
  );
  expect(planned).toBe('web: live, planning place, waiting for a host with room');
  expect(cleared).toBe('web: what is left of it is cleared away');
});

test('everywhere there is a line when one sets out, has left or stays, each once', () => {
  const { progress, shown } = onTerminal(false);
  for (let n = 0; n < 2; n++) progress.take(of({ waiting: 1, moving: [web], stayed: [db] }));
  for (let n = 0; n < 2; n++) progress.take(of({ moved: 1, waiting: 1, stayed: [db] }));
  progress.take(null);
  progress.end();
  const lines = shown()
    .trim()
    .split('\n')
    .map((line) => line.trim().replace(/^\+0 ms +/, ''));
  expect(lines).toEqual(['db stays: it is suspended', 'web goes to h2 (live)', 'web has left']);
});

test('one whose move was turned back is not told to have left', () => {
  const { progress, shown } = onTerminal(false);
  progress.take(of({ moving: [web] }));
  progress.take(of({ waiting: 1 }));
  progress.take(of({ moving: [web] }));
  progress.take(of({ stayed: [{ ...db, instance: 'w', name: 'web' }] }));
  expect(shown()).not.toContain('has left');
  expect(shown().match(/web goes to h2/g)).toHaveLength(2);
  expect(shown()).toContain('web stays');
});

test('on a terminal a line lives with the counts and the move that is nearest to its end, and goes with the drain', async () => {
  const { progress, shown } = onTerminal(true);
  const cold: Move = { ...web, instance: 'c', name: 'cold', kind: 'cold', copy: null };
  progress.take(of({ moved: 1, moving: [cold, web] }));
  await vi.advanceTimersByTimeAsync(250);
  expect(shown()).toContain('1 moved, 2 on the way  web: live, to h2, copying: 75 %');
  for (const line of shown().split('\r\u001B[2K')) expect(line.trimEnd().length).toBeLessThanOrEqual(120);
  progress.end();
  const before = shown().length;
  await vi.advanceTimersByTimeAsync(1_000);
  expect(shown()).toHaveLength(before);
});
