/** What runs of the crash matrix of moves have found, by name. */
import { expect, test } from 'vitest';
import { faults } from './faults.ts';
import { pointsOf, strike } from './matrix.ts';
import { operations } from './operations.ts';

const live = operations.filter(({ name }) => name.startsWith('live migration on'));

test.each(live)(
  'property 4: the source loses power while its order is on its way to the other hypervisor, and boots: $name ends all the same',
  async (operation) => {
    const at = (await pointsOf(operation)).indexOf('h1: sent call 8 (migrate)');
    const fault = faults.find(({ name }) => name === 'the source loses power and boots');
    expect(at).toBeGreaterThan(0);
    const { isStruck, problems } = await strike(operation, at + 1, fault!);
    expect(isStruck).toBe(true);
    expect(problems).toEqual([]);
  },
);
