/** `npm start` on a simulated hypervisor, as a process of its own. */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { tempDir, until } from '@chronovirt/testing/lab';
import { checkout } from '../setup/places.mjs';

/** A start until it is up, and what it has said. */
async function up(state: string) {
  const child = spawn(process.execPath, [join(checkout, 'tools/start/main.ts'), '--simulated', '--port', '0'], {
    env: { ...process.env, CHRONOVIRT_STATE: state },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString('utf8')));
  const ended = new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  try {
    await until(() => said.includes('Ctrl-C stops the instances'), { timeoutMs: 60_000, what: 'it is up' });
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  const end = async (): Promise<number | null> => {
    child.kill('SIGINT');
    return ended;
  };
  return { said: () => said, end, kill: () => child.kill('SIGKILL') };
}

it('Ctrl-C stops a paused guest, too, with the reason in its history; the next start shows what is there', async () => {
  const dir = tempDir('start');
  const first = await up(dir.path);
  try {
    const { address } = JSON.parse(readFileSync(join(dir.path, 'api.json'), 'utf8')) as { address: string };
    const authorization = `Bearer ${readFileSync(join(dir.path, 'api-token'), 'utf8').trim()}`;
    const order = await fetch(`${address}/v1/instances/demo/commands`, {
      method: 'POST',
      headers: { authorization, 'content-type': 'application/json' },
      body: JSON.stringify({ name: 'pause' }),
    });
    expect(order.status).toBe(202);
    await until(() => first.said().includes('pause done'), { what: 'it is paused' });
    expect(await first.end()).toBe(0);
    expect(first.said()).not.toContain('could not be stopped');
    expect(first.said()).toMatch(/unpause done[^]*demo +local +stop[^]*power off done/);
  } finally {
    first.kill();
  }
  const second = await up(dir.path);
  try {
    expect(second.said()).toMatch(/Instances of earlier starts:\n {2}demo +\w+/);
    expect(await second.end()).toBe(0);
  } finally {
    second.kill();
    dir.remove();
  }
});

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
