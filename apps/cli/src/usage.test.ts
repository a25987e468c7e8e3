/** What a person may get wrong at the terminal, and what is answered: which option, what was expected, what to do. Nothing is done. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Terminal } from './testing/terminal.ts';

let terminal: Terminal;
beforeAll(async () => {
  terminal = await Terminal.open();
  await terminal.make('web');
});
afterAll(() => terminal.close());

describe('how long to wait', () => {
  test.each([
    ['create late --image ./disk.img --memory 128MiB --timeout soon', /--timeout: expected a time span/],
    ['create late --image ./disk.img --memory 128MiB --watch', /--watch: goes with --json/],
    ['pause web --timeout 5', /--timeout: expected a time span.*write 5s/],
    ['pause web --no-wait --timeout 5s', /--no-wait and --timeout do not go together/],
    ['pause web --no-wait --watch --json', /--no-wait and --watch do not go together/],
    ['pause web --dry-run --no-wait', /--dry-run and --no-wait do not go together/],
    ['hosts disable h1 --timeout soon', /--timeout: expected a time span/],
    ['hosts drain h1 --preview --budget 2', /--preview and --budget do not go together/],
    ['hosts drain h1 --budget two', /--budget: expected a whole number from 1 on, got "two"/],
    ['hosts maintenance h1 off --budget 2', /--budget: goes with on/],
  ])('%s is refused before anything is ordered', async (line, message) => {
    const ended = await terminal.run(line);
    expect(ended.err).toMatch(message);
    expect(ended.code).toBe(2);
    expect(await terminal.run('show late')).toMatchObject({ code: 3 });
    expect(await terminal.json('show web')).toMatchObject({ state: 'running' });
    expect((await terminal.run('hosts')).out).toMatch(/h1\s+up/);
  });
});
