import { expect, test } from 'vitest';
import type { Turn } from '../start/api.ts';
import { operations } from './operations.ts';
import { earlier, pointFor, pointText, stepsOf, type Point } from './steps.ts';

const turn = (host: string, at: number, ...types: string[]): Turn =>
  ({ seq: at, host, message: { at, events: types.map((type) => ({ type })) } }) as unknown as Turn;

const turns = [
  turn('host-a', 100, 'liveMigrate.requested'),
  turn('_cluster', 140, 'move.requested'),
  turn('host-b', 900, 'incoming'),
  turn('host-b', 150, 'incoming'),
  turn('_cluster', 2_000, 'adoptMove.done'),
];

test('steps are the turns in order of time, by role, counted where they come again, without the last', () => {
  expect(stepsOf(turns)).toEqual([
    { where: 'source', events: 'liveMigrate.requested', nth: 1, gapMs: 40 },
    { where: 'spine', events: 'move.requested', nth: 1, gapMs: 10 },
    { where: 'destination', events: 'incoming', nth: 1, gapMs: 750 },
    { where: 'destination', events: 'incoming', nth: 2, gapMs: 1_100 },
  ]);
});

test('a seed chooses the same point each time, and never beyond the next turn', () => {
  const [operation] = operations;
  if (operation === undefined) throw new Error('there are no operations');
  const steps = stepsOf(turns);
  const point = pointFor(operation, 'kill coordinator', steps);
  expect(pointFor(operation, 'kill coordinator', steps)).toEqual(point);
  const step = steps.find(
    ({ where, nth, events }) => where === point.where && nth === point.nth && events === point.events,
  );
  expect(point.afterMs).toBeLessThan(step?.gapMs ?? 0);
});

test('long steps are struck more often than those that are over at once, and no step never', () => {
  const [operation] = operations;
  if (operation === undefined) throw new Error('there are no operations');
  const counts = new Map<string, number>();
  for (let n = 0; n < 400; n += 1) {
    const { where, events, nth } = pointFor(operation, `fault ${n}`, stepsOf(turns));
    const step = `${where} ${events} ${nth}`;
    counts.set(step, (counts.get(step) ?? 0) + 1);
  }
  const [first, second, third, fourth] = [
    'source liveMigrate.requested 1',
    'spine move.requested 1',
    'destination incoming 1',
    'destination incoming 2',
  ].map((step) => counts.get(step) ?? 0) as [number, number, number, number];
  expect(Math.min(first, second)).toBeGreaterThan(20);
  expect(Math.min(third, fourth)).toBeGreaterThan(Math.max(first, second) * 1.5);
});

test('what came too late is chosen earlier: at once after its step, then after the step before it, and at last no more', () => {
  const points = [];
  const late = { where: 'destination', events: 'incoming', nth: 1, afterMs: 330 } as const;
  for (let at: Point | null = late; at !== null; at = earlier(at, stepsOf(turns))) points.push(pointText(at));
  expect(points).toEqual([
    'destination: incoming, 330 ms later',
    'destination: incoming',
    'spine: move.requested',
    'source: liveMigrate.requested',
  ]);
});

test('a point says where and when', () => {
  expect(pointText({ where: 'destination', events: 'incoming', nth: 2, afterMs: 330 })).toBe(
    'destination: incoming (2), 330 ms later',
  );
});
