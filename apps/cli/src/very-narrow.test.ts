/** What is printed in a terminal of sixty columns: half of a screen, a phone. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Terminal } from './testing/terminal.ts';

const columns = 60;
let terminal: Terminal;
beforeAll(async () => {
  terminal = await Terminal.open();
  await terminal.make('web');
  await terminal.run([
    'lock',
    'web',
    '--reason',
    'nobody is to touch it before the people of the night shift are back',
  ]);
  await terminal.run(['hosts', 'maintenance', 'h1', 'on']);
});
afterAll(() => terminal.close());

test.each([
  'list',
  'show web',
  'history web',
  'explain web',
  'diff web 1 h1:2',
  'hosts',
  'hosts show h1',
  'hosts history h1',
  'hosts drain h1 --preview',
  'image list',
  'flavors',
  'help',
  'help hosts',
  'create --help',
])('%s breaks its lines itself', async (line) => {
  const env = { CHRONOVIRT_COLUMNS: String(columns), NO_COLOR: '1' };
  const { out } = await terminal.run(line, { env });
  expect(out).not.toBe('');
  // Commands stay whole: they are to be copied.
  const wide = out.split('\n').filter((text) => text.length > columns && !/^ *(?:Usage: )?chronovirt /.test(text));
  expect(wide).toEqual([]);
});

test('a host whose maintenance left instances where they are is not called drained', async () => {
  const { out } = await terminal.run('hosts');
  expect(out).toContain('not empty');
  const { out: ended, code } = await terminal.run('hosts drain h1');
  expect(code).toBe(8);
  expect(ended).toMatch(
    /h1 is not empty[^]*to try again: chronovirt hosts drain h1\nto use it again: chronovirt hosts maintenance h1 off/,
  );
});
