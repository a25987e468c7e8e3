import { expect, test } from 'vitest';
import { judged, type Goal, type Measured } from './row.ts';

const measured = (fields: Partial<Measured>): Measured => ({
  name: 'a row',
  value: 2,
  unit: 'ms',
  floor: 1,
  floorIs: 'nothing around it',
  goal: null,
  ...fields,
});
const goal = (of: Goal['of'], is: Goal['is'], limit: number): Goal => ({ of, is, limit });

test('a goal on the value is met by the value alone', () => {
  expect(judged(measured({ value: 3.9, goal: goal('value', '<', 4) })).met).toBe(true);
  expect(judged(measured({ value: 4, goal: goal('value', '<', 4) })).met).toBe(false);
  expect(judged(measured({ value: 150, goal: goal('value', '>=', 150) })).met).toBe(true);
});

test('a goal on the ratio compares value and floor, or the ratio of pairs where one was taken', () => {
  expect(judged(measured({ goal: goal('ratio', '<=', 1.3) })).met).toBe(false);
  expect(judged(measured({ ratio: 1.2, goal: goal('ratio', '<=', 1.3) }))).toMatchObject({ met: true, ratio: 1.2 });
});

test('a row without a goal is neither met nor missed, and one without a number is missed', () => {
  expect(judged(measured({})).met).toBeNull();
  expect(judged(measured({ floor: null, goal: goal('ratio', '<=', 2) })).met).toBe(false);
  expect(judged(measured({ value: Number.NaN, goal: goal('value', '<', 4) })).met).toBe(false);
});
