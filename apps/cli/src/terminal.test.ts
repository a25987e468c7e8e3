/** What a person meets at a terminal and a script does not: Tab, a diff to be read, a full disk, a reader that left. */
import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bin, Terminal } from './testing/terminal.ts';

let terminal: Terminal;
beforeAll(async () => {
  terminal = await Terminal.open();
  await terminal.make('web');
  await terminal.make('gone');
  await terminal.run('delete gone');
});
afterAll(() => terminal.close());

test('Tab offers what is deleted to verbs that look into the past, and to no other', async () => {
  const offered = async (verb: string): Promise<string[]> =>
    (await terminal.run(['__complete', verb, ''])).out.trimEnd().split('\n');
  for (const verb of ['history', 'show', 'diff', 'verify', 'watch'])
    expect(await offered(verb)).toEqual(expect.arrayContaining(['web', 'gone']));
  for (const verb of ['start', 'delete', 'rescue', 'explain', 'ip', 'console-log']) {
    expect(await offered(verb)).toContain('web');
    expect(await offered(verb)).not.toContain('gone');
  }
});

test('a diff tells people what changed, and programs the bookkeeping too', async () => {
  await terminal.run('pause web');
  const { seq } = await terminal.json<{ seq: number }>('show web');
  const line = `diff web h1:2 h1:${seq}`;
  const { out } = await terminal.run(line);
  expect(out).toMatch(/value +running +paused/);
  expect(out).not.toMatch(/actor\.(answered|incarnation|at)\b/);
  expect(out).toMatch(/and \d+ of the agent's own bookkeeping; --json tells them too/);
  const { changes } = await terminal.json<{ changes: { path: string }[] }>(line);
  expect(changes.map(({ path }) => path).join(' ')).toMatch(/actor\.answered/);
});

/** Runs the command with ends of its own. */
function withEnds(words: string[], out: number | 'pipe', onSpawn?: (child: ReturnType<typeof spawn>) => void) {
  const child = spawn(process.execPath, [bin, ...words], {
    cwd: terminal.directory,
    env: { PATH: process.env['PATH'] ?? '', HOME: terminal.directory },
    stdio: ['ignore', out, 'pipe'],
  });
  let err = '';
  child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString('utf8')));
  onSpawn?.(child);
  return new Promise<{ code: number | null; err: string }>((resolve) => {
    child.on('close', (code) => resolve({ code, err }));
  });
}

test('an output that cannot be written is told in a line, and is a failure', async () => {
  const full = openSync('/dev/full', 'w');
  try {
    expect(await withEnds(['list'], full)).toEqual({
      code: 1,
      err: 'chronovirt: the output cannot be written: ENOSPC\n',
    });
  } finally {
    closeSync(full);
  }
});

test('an order is followed to its end where nobody hears what is told besides any more', async () => {
  await terminal.run('unpause web');
  const { code } = await withEnds(['pause', 'web'], 'pipe', (child) => child.stderr?.destroy());
  expect(code).toBe(0);
});
