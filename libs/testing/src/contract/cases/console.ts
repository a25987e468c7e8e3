import { expect } from 'vitest';
import { contractCase } from '../contract-case.ts';
import type { ContractCase } from '../contract-case.ts';
import { refused } from '../expecting.ts';

/** What the guest says. */
export const consoleCases: readonly ContractCase[] = [
  contractCase('getConsoleOutput', 'text', {
    async prove(world) {
      const guest = await world.guest();
      const earlier = await world.sign(guest);
      const later = await world.sign(guest);
      const text = await world.call(guest.args);
      expect(text).toContain(earlier.line);
      expect(text.lastIndexOf(later.line)).toBeGreaterThan(text.indexOf(earlier.line));
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(102_400);
      const again = await world.call(guest.args);
      expect(again).toContain(later.line);
    },
    broken: {
      'gives nothing': () => async () => '',
      'gives the latest first': (real) => async (args, context) =>
        (await real(args, context)).split('\n').toReversed().join('\n'),
      'gives the beginning': (real) => async (args, context) => (await real(args, context)).slice(0, 40),
      'consumes what it reads': (real) => async (args, context) => {
        if (read.has(args.instance.uuid)) return '';
        read.add(args.instance.uuid);
        return real(args, context);
      },
    },
  }),
  contractCase('getConsoleOutput', 'INSTANCE_NOT_FOUND', {
    prove: async (world) => refused(world.call(await world.newInstance()), 'INSTANCE_NOT_FOUND'),
    broken: { 'gives an empty text': () => async () => '' },
  }),
];
const read = new Set<string>();
