import { expect, test } from 'vitest';
import { plainText } from './colour.ts';
import { say } from './say.ts';

function said(text: string, errColumns: number | null): string[] {
  let all = '';
  say({ err: (more) => (all += more), errColumns }, text);
  expect(all.endsWith('\n')).toBe(true);
  return all.slice(0, -1).split('\n');
}

const refusal = 'chronovirt: refused: the instance is running; confirm-resize is legal in resized (guard state)';

test('in a terminal a message is broken between words, and says the same', () => {
  const lines = said(refusal, 40);
  expect(lines.length).toBeGreaterThan(2);
  expect(lines.join(' ')).toBe(refusal);
  for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
  expect(said(refusal, 200)).toEqual([refusal]);
});

test('elsewhere it is one line, however long', () => {
  expect(said(refusal, null)).toEqual([refusal]);
});

test.each([
  ['first: chronovirt suspend web && chronovirt resume web', 'chronovirt suspend web && chronovirt resume web'],
  ['chronovirt watch web follows it; chronovirt history web tells what happened', 'chronovirt history web tells'],
  [
    'not known yet: chronovirt explain web resize --flavor … --host …',
    'chronovirt explain web resize --flavor … --host …',
  ],
  ['if it is whole: chronovirt image upload disk.img --format raw', 'chronovirt image upload disk.img --format raw'],
  ['stays: chronovirt hosts maintenance h1 on, or leave it', 'chronovirt hosts maintenance h1 on,'],
  ['see: chronovirt history web chronovirt explain web', 'chronovirt explain web'],
])('%j keeps its command in one line', (text, command) => {
  const lines = said(text, 20);
  expect(lines.filter((line) => line.includes(command))).toHaveLength(1);
  expect(lines.length).toBeGreaterThan(1);
  expect(lines.join(' ')).toBe(text);
});

test('lines of their own stay so, a word that is too long is whole, and colours count for nothing', () => {
  const path = '/var/lib/chronovirt/instances/0123456789abcdef';
  expect(said(`no file ${path}\nlook there`, 20)).toEqual(['no file', path, 'look there']);
  const red = '\u001B[31mit did not take place\u001B[39m';
  expect(said(red, 20).map(plainText)).toEqual([...['it did not take place'].map(() => 'it did not take'), 'place']);
  expect(said(red, 21)).toEqual([red]);
});
