/** `npm start` on a simulated hypervisor, as a process of its own. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempDir, until } from '@chronovirt/testing/lab';
import { checkout } from '../setup/places.mjs';

/** `npm start | tee log`: Ctrl-C ends tee at once, and every later line goes nowhere. */
it('Ctrl-C ends everything in order, also where nobody reads its lines any more', async () => {
  const dir = tempDir('start');
  const child = spawn(process.execPath, [join(checkout, 'tools/start/main.ts'), '--simulated', '--port', '0'], {
    env: { ...process.env, CHRONOVIRT_STATE: dir.path },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  try {
    const ended = new Promise<number | null>((resolve) => {
      child.once('close', resolve);
    });
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
    await until(() => said.includes('Ctrl-C stops the instances'), { timeoutMs: 60_000, what: 'it is up' });
    child.stdout.destroy();
    child.stderr.destroy();
    child.kill('SIGINT');
    expect(await ended).toBe(0);
    expect(existsSync(join(dir.path, 'api.json'))).toBe(false);
    expect(readFileSync(join(dir.path, 'log/agent.log'), 'utf8')).toMatch(/agent ends/);
  } finally {
    child.kill('SIGKILL');
    dir.remove();
  }
});
