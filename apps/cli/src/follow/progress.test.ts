import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { MessageView, MigrationProgressView, ProgressView } from '../api/types.ts';
import type { Io } from '../io.ts';
import type { Row } from '../history/rows.ts';
import { paint } from '../output/colour.ts';
import { progressText } from '../output/progress-text.ts';
import { Progress } from './progress.ts';

const MiB = 2 ** 20;
const copy: MigrationProgressView = {
  phase: 'copying',
  elapsedMs: 4_000,
  memory: { total: 1024 * MiB, remaining: 256 * MiB },
  disk: { total: 0, remaining: 0 },
  bytesPerSecond: 64 * MiB,
  iteration: 2,
  expectedDowntimeMs: 300,
  expectedEndMs: 4_000,
};
const effect = { host: 'h1', method: 'spawn', op: 3, what: 'fetching image, 12 MiB', fraction: null };

test('numbers of a live copy come first; what effects say is put side by side; nothing is nothing', () => {
  expect(progressText({ effects: [effect], copy })).toBe(
    'copying: 75 % of 1 GiB, 64 MiB/s, 4.00 s left, stands still for 300 ms',
  );
  expect(progressText({ effects: [], copy: { ...copy, expectedEndMs: null, expectedDowntimeMs: null } })).toContain(
    'no end in sight',
  );
  expect(progressText({ effects: [], copy: { ...copy, slowedBy: 0.3 } })).toMatch(/, slowed down by 30 %$/);
  expect(progressText({ effects: [], copy: { ...copy, phase: 'post-copy failed' } })).toBe(
    'post-copy failed: 256 MiB of its memory is still at the source; it goes on when the hosts reach each other again',
  );
  const sent = { ...effect, what: 'image_uploading', fraction: 0.999 };
  expect(progressText({ effects: [effect, sent], copy: null })).toBe('fetching image, 12 MiB; image uploading, 99 %');
  expect(progressText({ effects: [], copy: null })).toBeNull();
  const begun = {
    ...copy,
    phase: 'preparing',
    memory: { total: 0, remaining: 0 },
    bytesPerSecond: 0,
    expectedEndMs: null,
  };
  expect(progressText({ effects: [], copy: begun })).toBe('preparing');
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const became = (value: string, parts: object = {}, role: object = { kind: 'owner' }): MessageView =>
  ({ at: 0, state: { value, context: { awaiting: null }, parts, actor: { role } } }) as unknown as MessageView;

function onTerminal(
  isTerminal: boolean,
  ask: () => Promise<ProgressView>,
): { progress: Progress; shown: () => string } {
  let shown = '';
  const io: Io = {
    out: () => {},
    err: (text) => (shown += text),
    env: {},
    cwd: '/',
    columns: 80,
    errColumns: isTerminal ? 80 : null,
    now: () => Date.now(),
    signal: new AbortController().signal,
  };
  return { progress: new Progress(io, paint(false), ask), shown: () => shown };
}

test('on a terminal the line that lives tells how far it is, and forgets it with the next state', async () => {
  const { progress, shown } = onTerminal(true, async () => ({ effects: [], copy }));
  progress.state(became('migrating.liveMigration'));
  await vi.advanceTimersByTimeAsync(1_200);
  expect(shown()).toMatch(/migrating\.liveMigration [^\r]*copying: 75 % of 1 GiB/);
  const before = shown().length;
  progress.state(became('migrating.verdict'));
  await vi.advanceTimersByTimeAsync(100);
  expect(shown().slice(before)).toMatch(/migrating\.verdict/);
  expect(shown().slice(before)).not.toContain('75 %');
  progress.end();
});

test('a row says on which host it was where that is another one than before: a move tells of two', () => {
  const { progress, shown } = onTerminal(false, async () => ({ effects: [], copy: null }));
  const row = (host: string, what: string): Row =>
    ({
      host,
      what,
      at: 0,
      seq: 1,
      who: '',
      state: 'running',
      kind: 'done',
      tookMs: null,
      why: '',
      isFollowing: true,
    }) as Row;
  for (const one of [row('h1', 'pause'), row('h1', 'paused'), row('_cluster', 'ready'), row('h1', 'fenced')])
    progress.row(one);
  progress.row(row('h2', 'on its way here'));
  const told = shown()
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/^ *\+0 ms {2}/, ''));
  expect(told).toEqual(['h1: pause', 'paused', 'ready', 'h1: fenced', 'h2: on its way here']);
});

test('of a guest that a host has, the spine tells where its move is, and not what it knew before', async () => {
  const { progress, shown } = onTerminal(true, async () => ({ effects: [], copy: null }));
  const migration = { value: 'landing.adopt', context: { awaiting: 'host h2 to report' } };
  progress.state(became('building.spawn', { migration }, { kind: 'granted', host: 'h2', epoch: 2 }));
  await vi.advanceTimersByTimeAsync(100);
  expect(shown()).toMatch(/move: landing\.adopt [^\r]*waiting for host h2 to report/);
  expect(shown()).not.toContain('building.spawn');
  const ended = { value: 'undone', context: { awaiting: null } };
  progress.state(became('building.spawn', { migration: ended }, { kind: 'granted', host: 'h2', epoch: 2 }));
  const before = shown().length;
  await vi.advanceTimersByTimeAsync(100);
  expect(shown().slice(before)).not.toMatch(/building|undone/);
  progress.end();
});

test('a line is never longer than the terminal is wide, and an API that does not answer is passed over', async () => {
  let asked = 0;
  const { progress, shown } = onTerminal(true, async () => {
    asked += 1;
    if (asked === 1) throw new Error('no answer');
    return { effects: [{ ...effect, what: 'x'.repeat(200) }], copy: null };
  });
  progress.state(became('building.spawn'));
  await vi.advanceTimersByTimeAsync(2_500);
  expect(asked).toBe(2);
  expect(shown()).toContain('xxx');
  for (const line of shown().split('\r\u001B[2K')) expect(line.length).toBeLessThan(80);
  progress.end();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(asked).toBe(2);
});

test('elsewhere nobody is asked', async () => {
  let asked = 0;
  const { progress } = onTerminal(false, async () => ({ effects: [], copy: asked++ === 0 ? copy : null }));
  progress.state(became('building.spawn'));
  await vi.advanceTimersByTimeAsync(5_000);
  expect(asked).toBe(0);
  progress.end();
});
