/** Stories that the random histories found, each kept under the name of what it broke. */
import { expect, test } from 'vitest';
import { play } from './histories/play.ts';
import type { Story } from './histories/story.ts';

const found: Record<string, Story> = {
  'I2: an effect that has ended is not begun again while its outcome still waits for the journal': {
    seed: 0,
    patient: true,
    happenings: [
      { kind: 'wait', ms: 320 },
      { kind: 'order', who: 0, order: { name: 'stop', args: { timeoutSeconds: 0 } } },
      { kind: 'wait', ms: 1 },
      { kind: 'appendFaults', faults: ['cutAfterStore'], ms: 400_000 },
      { kind: 'wait', ms: 400_000 },
    ],
  },
  'I10: an intent that a dead agent had sent, stored after its successor had read the histories, is found and carried out':
    {
      seed: 0,
      patient: false,
      happenings: [
        { kind: 'wait', ms: 299 },
        { kind: 'appendFaults', faults: ['cutBeforeStore'], ms: 5 },
        { kind: 'order', who: 0, order: { name: 'delete', args: {} } },
        { kind: 'kill', ms: 0 },
      ],
    },
  'I1: a running effect loses its permit in the same breath in which a stored delete becomes the state': {
    seed: 99,
    patient: false,
    happenings: [
      { kind: 'wait', ms: 4 },
      { kind: 'order', who: 0, order: { name: 'delete', args: {} } },
      { kind: 'freeze', ms: 800 },
      { kind: 'order', who: 0, order: { name: 'start', args: {} } },
    ],
  },
};

test.each(Object.entries(found))('%s', async (_name, story) => {
  expect(await play(story)).toEqual([]);
});
