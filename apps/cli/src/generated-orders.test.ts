import { readFileSync } from 'node:fs';
import { commandNames } from '@chronovirt/contract';
import { expect, test } from 'vitest';
import { ordersFile } from '../tools/generate-orders.ts';
import { allVerbs, ownVerbNames } from './verbs/index.ts';
import { orderVerbNames } from './verbs/orders.ts';
import { inCamel } from './parse/words.ts';

test('the orders made from the contract are those of today (node apps/cli/tools/generate-orders.ts makes them anew)', () => {
  expect(readFileSync(new URL('generated/orders.ts', import.meta.url), 'utf8')).toBe(ordersFile());
});

test('every command of the contract has a verb, and every order with words of its own is one', async () => {
  const names = (await allVerbs()).map(({ name }) => inCamel(name));
  for (const command of commandNames) expect(names).toContain(command);
  for (const name of orderVerbNames) expect(ownVerbNames).toContain(name);
});

test('every verb tells its meaning in a sentence and shows an example of itself', async () => {
  const verbs = await allVerbs();
  const isBad = ({ name, summary, examples }: (typeof verbs)[number]): boolean =>
    !/^[A-Z].*\.$/.test(summary) || examples.length === 0 || !examples.every(([line]) => line.startsWith(name));
  expect(verbs.filter(isBad).map(({ name }) => name)).toEqual([]);
});
