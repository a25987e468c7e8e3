import { commandNames } from '@chronovirt/contract';
import { expect, test } from 'vitest';
import { contractOrders } from '../generated/orders.ts';
import { verbNames } from '../verbs/index.ts';
import { withVerbs } from './verb-names.ts';

test('every command of two words is known, and told as a verb that there is', async () => {
  const verbs = await verbNames();
  const ofTwoWords = commandNames.filter((name) => /[A-Z]/.test(name));
  expect(ofTwoWords.filter((name) => !contractOrders.some(({ command }) => command === name))).toEqual([]);
  for (const name of ofTwoWords) {
    const [verb = '', ...rest] = withVerbs(`${name} is legal in running`).split(' ');
    expect(verbs).toContain(verb);
    expect(rest.join(' ')).toBe('is legal in running');
  }
});

test.each([
  [
    'the instance is running; confirmResize is legal in resized',
    'the instance is running; confirm-resize is legal in resized',
  ],
  ['give liveMigrate, or coldMigrate.', 'give live-migrate, or cold-migrate.'],
  ['failed at finishMigration', 'failed at finishMigration'],
  ['the driver of h1 does not have preLiveMigration', 'the driver of h1 does not have preLiveMigration'],
  ['the driver of h1 does not have softDelete', 'the driver of h1 does not have softDelete'],
  [
    'the instance is stopping (softDelete); softDelete is legal in running',
    'the instance is stopping (softDelete); soft-delete is legal in running',
  ],
  ['stored as coldMigrate.requested', 'stored as coldMigrate.requested'],
])('%j is told as %j', (text, told) => {
  expect(withVerbs(text)).toBe(told);
});
