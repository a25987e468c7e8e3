/** What is printed in a terminal of a hundred columns; told to the command itself, since a test has none. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { main } from './main.ts';
import { Terminal } from './testing/terminal.ts';

const columns = 100;
let terminal: Terminal;
beforeAll(async () => {
  terminal = await Terminal.open();
  await terminal.make('web');
});
afterAll(() => terminal.close());

const shown = async (...words: string[]): Promise<string> => (await ended(words)).out;

async function ended(
  words: readonly string[],
  errColumns: number | null = null,
): Promise<{ out: string; err: string }> {
  let [out, err] = ['', ''];
  await main(words, {
    out: (text) => (out += text),
    err: (text) => (err += text),
    env: { NO_COLOR: '1' },
    cwd: terminal.directory,
    columns,
    errColumns,
    now: () => Date.now(),
    signal: new AbortController().signal,
  });
  return { out, err };
}

test.each([
  ['show', 'web'],
  ['hosts', 'show', 'h1'],
  ['hosts'],
  ['list'],
  ['explain', 'web'],
  ['help'],
  ['history', 'web'],
])('%s %s breaks its lines itself, between words', async (...words) => {
  const why = 'its fan is noisy, and the power supply was said to be the next to go by the one who has looked at it';
  await terminal.run(['hosts', 'disable', 'h1', '--reason', why]);
  const out = await shown(...words);
  for (const line of out.split('\n')) expect(line.length).toBeLessThanOrEqual(columns);
  if (words[0] === 'hosts') expect(out.replaceAll(/\s+/g, ' ')).toContain(why);
  if (words[0] === 'show') expect(out).toMatch(/may now {2}[^]*\n {11}[a-z-]+, /);
});

test.each([
  ['a refusal', ['confirm-resize', 'web']],
  ['the way out of one', ['resume', 'web']],
  ['a refusal about a host', ['hosts', 'forget', 'h1']],
])('%s is broken between words where it goes to a terminal, and nowhere else', async (_what, words) => {
  const { err } = await ended(words, 44);
  const told = err.slice(err.lastIndexOf('chronovirt: ')).trimEnd().split('\n');
  const commands = told.filter((line) => /chronovirt \w/.test(line));
  for (const line of told) if (!commands.includes(line)) expect(line.length).toBeLessThanOrEqual(44);
  expect(told.length).toBeGreaterThan(2);
  const whole = (await ended(words)).err;
  const plain = whole.slice(whole.lastIndexOf('chronovirt: ')).trimEnd();
  expect(plain.split('\n').length).toBeLessThan(told.length);
  expect(plain.replaceAll('\n', ' ')).toBe(told.join(' '));
  for (const line of commands) expect(plain).toContain(line);
});

test('an instance whose host is away is not told to run as if that were seen', async () => {
  terminal.cloud.isAgentAway = true;
  expect(await shown('show', 'web')).toMatch(/host +h1 is silent.*what was heard last/);
  expect(await shown('list')).toMatch(/web .*h1 is silent/);
  expect((await shown('show', 'web')).replaceAll(/\s+/g, ' ')).toMatch(
    /may now nothing may later .*pause.*; its host has to do it, and h1 is silent/,
  );
  terminal.cloud.isAgentAway = false;
  for (const verb of [['show', 'web'], ['list']]) expect(await shown(...verb)).not.toContain('is silent');
});

test('a guest that somebody paused behind the system is shown with that and with what lets it go on', async () => {
  const { uuid } = await terminal.json<{ uuid: string }>('show web');
  await terminal.cloud.sim.outside.act('suspend', uuid as never);
  await expect.poll(() => shown('list')).toMatch(/web +running .*its guest was seen/);
  const out = await shown('show', 'web');
  expect(out.replaceAll(/\s+/g, ' ')).toContain(
    'power paused: nobody ordered that here; chronovirt pause web && chronovirt unpause web lets it go on',
  );
  expect(await terminal.run('pause web')).toMatchObject({ code: 0 });
  expect(await terminal.run('unpause web')).toMatchObject({ code: 0 });
  expect(await shown('list')).not.toContain('its guest');
});

test('a program that shows the output to a person says how wide it may be', async () => {
  const widest = async (env: Record<string, string>): Promise<number> =>
    Math.max(...(await terminal.run('explain web', { env })).out.split('\n').map((line) => line.length));
  expect(await widest({})).toBeGreaterThan(70);
  expect(await widest({ CHRONOVIRT_COLUMNS: '70', NO_COLOR: '1' })).toBeLessThanOrEqual(70);
  expect(await widest({ CHRONOVIRT_COLUMNS: 'wide' })).toBeGreaterThan(70);
});
