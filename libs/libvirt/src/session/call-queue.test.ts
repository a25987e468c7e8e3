import { expect, test } from 'vitest';
import { CallQueue } from './call-queue.ts';

test('urgent goes before high, high before normal, and each rank keeps its order', () => {
  const queue = new CallQueue<string>();
  queue.add('n1', 'normal');
  queue.add('h1', 'high');
  queue.add('u1', 'urgent');
  queue.add('n2', 'normal');
  queue.add('h2', 'high');
  queue.add('u2', 'urgent');
  expect(queue.size).toBe(6);
  expect(queue.drain()).toEqual(['u1', 'u2', 'h1', 'h2', 'n1', 'n2']);
  expect(queue.next()).toBeUndefined();
});

test('a stream of high calls lets a normal one through after sixteen', () => {
  const queue = new CallQueue<string>();
  queue.add('normal', 'normal');
  const order: (string | undefined)[] = [];
  for (let i = 0; i < 40; i += 1) {
    queue.add(`high`, 'high');
    queue.add(`high${i}`, 'high');
    order.push(queue.next());
  }
  expect(order.indexOf('normal')).toBe(16);
});

test('what was removed does not come out', () => {
  const queue = new CallQueue<string>();
  queue.add('a', 'normal');
  queue.add('b', 'high');
  expect(queue.remove('a')).toBe(true);
  expect(queue.remove('a')).toBe(false);
  expect(queue.drain()).toEqual(['b']);
});
