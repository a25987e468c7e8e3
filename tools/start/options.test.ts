import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkout } from '../setup/places.mjs';
import { ask } from '../setup/run-command.mjs';
import { readOptions, usage } from './options.mjs';
import { checkPort } from './port-check.ts';

describe('options of npm start', () => {
  it('have the defaults that the help tells', () => {
    expect(readOptions([])).toEqual({
      once: false,
      privateLibvirt: false,
      simulated: false,
      host: 'local',
      apiPort: 8774,
      help: false,
    });
    expect(readOptions(['--once', '--simulated', '--host', 'h1'])).toMatchObject({
      once: true,
      host: 'h1',
      apiPort: 0,
    });
  });

  it.each([
    [['--prot', '1'], /--prot/],
    [['fast'], /fast/],
    [['--port', 'http'], /--port: expected a number/],
    [['--port', ''], /--port: expected a number/],
    [['--port', '70000'], /--port: expected a number/],
    [['--host', 'a b'], /--host: expected 1-64 of/],
    [['--simulated', '--private-libvirt'], /exclude each other/],
  ])('%j is refused with what was expected', (args, why) => {
    expect(() => readOptions(args)).toThrow(why);
  });

  it('are read before anything is set up: in a clone that holds nothing yet', () => {
    const clone = mkdtempSync(join(tmpdir(), 'clone-'));
    try {
      cpSync(join(checkout, 'tools'), join(clone, 'tools'), { recursive: true });
      const start = (...args: string[]) => ask([process.execPath, join(clone, 'tools/start/start.mjs'), ...args]);
      expect(start('--help')).toEqual({ ok: true, stdout: usage, stderr: '' });
      const wrong = start('--prot', '1');
      expect(wrong).toMatchObject({ ok: false, stdout: '' });
      expect(wrong.stderr).toMatch(/--prot[^]*npm start -- --help/);
    } finally {
      rmSync(clone, { recursive: true });
    }
  });
});

it('a port that is taken is told by its option, before anything starts', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  await expect(checkPort(port)).rejects.toThrow(`--port: ${port} on 127.0.0.1 is taken`);
  await new Promise((resolve) => {
    server.close(resolve);
  });
  await checkPort(port);
  await checkPort(0);
});
