import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { tempDir, until } from '../lab/index.ts';
import { ChildGate, type GatedChild } from './index.ts';

/** A program that writes down its arguments. */
function program(directory: string): string {
  const path = join(directory, 'noting');
  writeFileSync(path, `#!/bin/sh\necho "$@" > '${directory}'/noted\n`);
  chmodSync(path, 0o755);
  return path;
}

test('a child waits at the gate until it is let in, and then runs with its own arguments', async () => {
  await using dir = tempDir('gate');
  const gate = new ChildGate(dir.path, program(dir.path));
  const rung = new Promise<GatedChild>((resolve) => (gate.onChild = resolve));
  const ended = promisify(execFile)('noting', ['one', 'two words'], {
    env: { PATH: `${gate.directory}:${process.env['PATH']}` },
  });
  const child = await rung;
  expect(existsSync(join(dir.path, 'noted'))).toBe(false);
  child.letIn();
  await ended;
  expect(readFileSync(join(dir.path, 'noted'), 'utf8')).toBe('one two words\n');
  gate.close();
});

test('a child whose parent dies while it waits is gone, and letting it in does nothing', async () => {
  await using dir = tempDir('gate');
  const gate = new ChildGate(dir.path, program(dir.path));
  const rung = new Promise<GatedChild>((resolve) => (gate.onChild = resolve));
  const parent = spawn('sh', ['-c', 'setpriv --pdeathsig KILL -- noting & wait'], {
    env: { PATH: `${gate.directory}:${process.env['PATH']}` },
  });
  const child = await rung;
  parent.kill('SIGKILL');
  await once(parent, 'exit');
  await until(() => !existsSync(`/proc/${child.pid}`), { what: 'the child is gone' });
  child.letIn();
  expect(existsSync(join(dir.path, 'noted'))).toBe(false);
  gate.close();
});
