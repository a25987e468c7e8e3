import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { locked } from './setup-lock.mjs';

const dir = mkdtempSync(join(tmpdir(), 'lock-'));
const path = join(dir, 'setup.lock');
afterAll(() => rmSync(dir, { recursive: true }));

it('lets one in at a time, tells the others for whom they wait, and is gone at the end', async () => {
  const said: string[] = [];
  let inside = 0;
  let most = 0;
  const { promise: second, resolve: secondWaits } = Promise.withResolvers<void>();
  const work = (hold: Promise<void>) => async () => {
    most = Math.max(most, ++inside);
    await hold;
    inside--;
  };
  await Promise.all([
    locked(path, work(second)),
    locked(path, work(Promise.resolve()), (line) => {
      said.push(line);
      secondWaits();
    }),
  ]);
  expect(most).toBe(1);
  expect(said).toEqual([`another set-up runs (process ${process.pid}): waiting for it`]);
  expect(existsSync(path)).toBe(false);
});

it('takes over from a holder that died', async () => {
  writeFileSync(path, JSON.stringify({ pid: process.pid, start: 'long ago', boot: 'another' }));
  expect(await locked(path, async () => 'in')).toBe('in');
});

it('is let go when the work fails', async () => {
  await expect(locked(path, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(existsSync(path)).toBe(false);
});
