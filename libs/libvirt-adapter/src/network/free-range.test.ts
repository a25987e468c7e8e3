import { expect, it } from 'vitest';
import { firstFree, rangeOf } from './free-range.ts';

it('takes the first /24 that overlaps with nothing in use', () => {
  expect(firstFree([])).toBe('192.168.171');
  expect(firstFree([rangeOf('192.168.171.9', '255.255.255.128')])).toBe('192.168.172');
  expect(firstFree([rangeOf('192.168.160.0', '20')])).toBe('192.168.176');
  expect(firstFree([rangeOf('10.0.0.1', '8'), rangeOf('192.168.171.77', '32')])).toBe('192.168.172');
});

it('comes round to the low numbers, passes over a default route, and says when nothing is free', () => {
  expect(firstFree([rangeOf('192.168.128.0', '17')])).toBe('192.168.0');
  expect(firstFree([rangeOf('0.0.0.0', '0.0.0.0')])).toBe('192.168.171');
  expect(firstFree([rangeOf('192.168.0.0', '255.255.0.0')])).toBe(null);
});
