import { expect, test } from 'vitest';
import { formatPosition, parsePosition, reaches } from './position.ts';

test('a position is written and read back', () => {
  const position = parsePosition('h1:57, _cluster:12');
  expect(formatPosition(position)).toBe('_cluster:12,h1:57');
  expect(parsePosition(formatPosition(position))).toEqual(position);
});

test.each(['', 'h1', 'h1:', 'h1:x', 'h1:1,', 'h 1:2', 'h1:-1'])(
  '%j is no position, and the error names the field',
  (text) => {
    expect(() => parsePosition(text)).toThrow(/^since: expected host:sequence/);
  },
);

test('a position is reached when every host that is named is', () => {
  const here = parsePosition('h1:5,h2:9');
  expect(reaches(here, parsePosition('h1:5'))).toBe(true);
  expect(reaches(here, parsePosition('h1:6'))).toBe(false);
  expect(reaches(here, parsePosition('h3:1'))).toBe(false);
});
