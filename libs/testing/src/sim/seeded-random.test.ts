import { expect, test } from 'vitest';
import { SeededRandom } from './seeded-random.ts';

const draw = (random: SeededRandom, count: number): number[] => Array.from({ length: count }, () => random.next());

test('the same seed draws the same, another seed something else', () => {
  expect(draw(new SeededRandom(7), 20)).toEqual(draw(new SeededRandom(7), 20));
  expect(draw(new SeededRandom(7), 20)).not.toEqual(draw(new SeededRandom(8), 20));
});

test('draws fill the range evenly', () => {
  const counts = Array.from({ length: 10 }, () => 0);
  const random = new SeededRandom(1);
  for (let draws = 0; draws < 20_000; draws++) counts[random.int(0, 9)]! += 1;
  expect(Math.min(...counts)).toBeGreaterThan(1800);
  expect(Math.max(...counts)).toBeLessThan(2200);
});

test('a shuffle keeps every item, and a fork does not disturb its parent', () => {
  const items = [1, 2, 3, 4, 5, 6, 7, 8];
  const random = new SeededRandom(3);
  expect(random.shuffle(items).toSorted()).toEqual(items);
  const [one, other] = [new SeededRandom(5), new SeededRandom(5)];
  draw(one.fork(), 100);
  other.fork();
  expect(one.next()).toBe(other.next());
});
