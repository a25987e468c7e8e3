import { commandArguments } from '@chronovirt/contract';
import { sample } from 'fast-check';
import { expect, test } from 'vitest';
import { happening, order } from './arbitraries.ts';

test('every order is one of the contract, with arguments that fit it', () => {
  for (const { name, args } of sample(order({ withDelete: true }), 500))
    expect(commandArguments[name].safeParse(args).success, name).toBe(true);
});

test('happenings are of every kind, and delete comes only where it was asked for', () => {
  const all = sample(happening(), 1000);
  expect(new Set(all.map(({ kind }) => kind)).size).toBe(8);
  const deletes = (given: typeof all) =>
    given.filter((one) => one.kind === 'order' && one.order.name === 'delete').length;
  expect(deletes(all)).toBe(0);
  expect(deletes(sample(happening({ withDelete: true }), 1000))).toBeGreaterThan(0);
});
