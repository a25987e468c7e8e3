import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { LockedError, lockHost } from './process-lock.ts';

// The whole machine is one place for locks, and other runs of this test may be on it.
const cluster = `test-${process.pid}`;

test('a host is locked once, and the second one is told who holds it', async () => {
  const lock = await lockHost(cluster, 'h1');
  await expect(lockHost(cluster, 'h1')).rejects.toThrow(new RegExp(`pid ${process.pid}`));
  await (await lockHost(cluster, 'h2')).release();
  await lock.release();
  await (await lockHost(cluster, 'h1')).release();
});

test('the lock dies with its process, also by kill -9', async () => {
  const source = `import('${import.meta.dirname}/process-lock.ts').then(async ({ lockHost }) => { await lockHost('${cluster}', 'h3'); console.log('locked'); setInterval(() => {}, 1000); })`;
  const child = spawn(process.execPath, ['-e', source], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(child.stdout, 'data');
  await expect(lockHost(cluster, 'h3')).rejects.toThrow(LockedError);
  child.kill('SIGKILL');
  await once(child, 'close');
  await (await lockHost(cluster, 'h3')).release();
});
