/** `npm run lab` as a user starts it: what it says of itself, the orders from another terminal, and that Ctrl-C leaves nothing. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { until } from '@chronovirt/testing/lab';
import { checkout } from '../setup/places.mjs';

const main = join(checkout, 'tools/lab/main.ts');
const state = mkdtempSync(join(tmpdir(), 'cv-labtest-'));
const env = { ...process.env, CHRONOVIRT_STATE: state };
afterAll(() => rmSync(state, { recursive: true, force: true }));

function start(...args: string[]): { lab: ChildProcess; said: () => string } {
  const lab = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [lab.stdout, lab.stderr]) stream.setEncoding('utf8').on('data', (text) => (said += text));
  return { lab, said: () => said };
}

function order(...words: string[]): { code: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], { env, encoding: 'utf8' });
  return { code: status, output: stdout + stderr };
}

/** Processes of a lab are told by its directory, which their command lines name. */
function processesOf(directory: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(directory);
    } catch {
      return false; // it ended while the list was read
    }
  });
}

it('stays up, lets accidents happen to its hosts, and is gone without a trace after Ctrl-C', async () => {
  const { lab, said } = start('--port', '0', '--watchdog');
  await until(() => said().includes('Ctrl-C ends it all') || lab.exitCode !== null, {
    what: 'the lab is up',
    timeoutMs: 180_000,
  });
  expect(said()).toContain('npx chronovirt live-migrate web --host host-b');
  const api = JSON.parse(readFileSync(join(state, 'api.json'), 'utf8')) as { tokenFile: string };
  const directory = join(api.tokenFile, '..');
  expect(processesOf(directory).length).toBeGreaterThan(5);

  expect(order('status').output).toMatch(/^host-a .* is on, 0 guests run on it\nhost-b .* is on,/);
  const { output: uri } = order('libvirt', 'host-a');
  expect(uri).toMatch(/^qemu\+unix:\S+\n$/);
  expect(spawnSync('virsh', ['-c', uri.trim(), 'hostname'], { encoding: 'utf8' }).stdout).toMatch(/^host-a\b/);
  expect(order('off', 'host-a')).toEqual({ code: 0, output: 'host-a has no power\n' });
  expect(order('libvirt', 'host-a')).toEqual({ code: 1, output: '\nhost-a is off\n' });
  expect(order('status').output).toContain('host-a (10.77.0.1) is off');
  expect(order('on', 'host-a').code).toBe(0);
  expect(order('lose-agent', 'host-a').code).toBe(0);
  expect(order('status').output).toMatch(/^host-a .* is on, without an agent, /);
  expect(order('freeze-agent', 'host-a')).toEqual({ code: 1, output: '\nno agent runs on host-a\n' });
  expect(order('start-agent', 'host-a').code).toBe(0);
  expect(order('freeze-agent', 'host-a').code).toBe(0);
  expect(order('status').output).toMatch(/^host-a .* is on, its agent stands still, /);
  expect(order('thaw-agent', 'host-a').code).toBe(0);
  expect(order('freeze', 'host-b').code).toBe(0);
  expect(order('cut', 'host-b')).toEqual({ code: 1, output: '\nhost-b is frozen, not on\n' });
  expect(order('off', 'host-c')).toEqual({ code: 1, output: expect.stringContaining('expected host-a or host-b') });

  lab.kill('SIGINT');
  // Not its exit: what it said last may not have been read then.
  expect(await once(lab, 'close')).toEqual([0, null]);
  expect(said()).toContain('nothing is left');
  expect(processesOf(directory)).toEqual([]);
  expect(readdirSync(state)).toEqual([]);
  expect(order('status')).toEqual({ code: 1, output: expect.stringContaining('no lab runs here') });
});

// It takes several minutes: boots, moves, the wait for a watchdog.
it.runIf(process.env['CHRONOVIRT_FULL'] === '1')(
  'tells its whole story by itself, and exits with 0',
  { timeout: 1_800_000 },
  async () => {
    const { lab, said } = start('--once');
    const [code] = (await once(lab, 'close')) as [number | null];
    expect(said().slice(-4_000)).toContain('No domain, disk or interface of an instance is left.');
    expect(code).toBe(0);
  },
);
