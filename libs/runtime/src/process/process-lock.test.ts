import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { LockedError, lockHost } from './process-lock.ts';

test('a host is locked once, and the second one is told who holds it', async () => {
  const lock = await lockHost('test-once', 'h1');
  await expect(lockHost('test-once', 'h1')).rejects.toThrow(new RegExp(`pid ${process.pid}`));
  await (await lockHost('test-once', 'h2')).release();
  await lock.release();
  await (await lockHost('test-once', 'h1')).release();
});

test('the lock dies with its process, also by kill -9', async () => {
  const source = `import('${import.meta.dirname}/process-lock.ts').then(async ({ lockHost }) => { await lockHost('test-death', 'h1'); console.log('locked'); setInterval(() => {}, 1000); })`;
  const child = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  await expect(lockHost('test-death', 'h1')).rejects.toThrow(LockedError);
  child.kill('SIGKILL');
  await once(child, 'close');
  await (await lockHost('test-death', 'h1')).release();
});
