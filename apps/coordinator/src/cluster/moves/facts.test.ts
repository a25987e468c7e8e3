/** What the two halves of a guest say whose post-copy broke off; everything else is shown by the moves themselves. */
import { nothingThere, POST_COPY_FAILED, type Observation } from '@chronovirt/contract';
import { expect, test } from 'vitest';
import { whereIsIt, type Verdict } from './facts.ts';

const seen = (power: Observation['power'], reason: string, busy: string | null = null): Observation => ({
  ...nothingThere,
  domain: 'defined',
  definition: true,
  power,
  reason,
  busy,
});
const torn = {
  source: seen('paused', 'postcopy-failed', POST_COPY_FAILED),
  destination: seen('on', 'postcopy-failed', POST_COPY_FAILED),
};
const stillAtIt = seen('on', 'postcopy', 'migrating (post-copy)');

const plan = { origin: 'running', doomed: false, aborting: false, failure: null, found: { shared: true } } as const;
const verdict = (
  source: Observation | null,
  destination: Observation | null,
  changes: Partial<Parameters<typeof whereIsIt>[0]> = {},
): Verdict => whereIsIt({ ...plan, ...changes }, source, destination);

test.each([
  ['both say so', torn.source, torn.destination],
  ['the destination has not noticed, or has gone on since', torn.source, stillAtIt],
  ['the destination does not answer', torn.source, null],
  ['the source does not answer', null, torn.destination],
  ['the source has ended its part meanwhile', seen('off', 'migrated'), torn.destination],
  ['the source has nothing of it any more', nothingThere, torn.destination],
])('half a guest on each side is left alone: %s', (_, source, destination) => {
  expect(verdict(source, destination)).toMatchObject({ kind: 'unclear', awaiting: expect.stringContaining('delete') });
});

test.each([
  ['destination', torn.source, nothingThere],
  ['destination', torn.source, seen('off', 'crashed')],
  ['source', seen('off', 'crashed'), torn.destination],
  ['source', seen('crashed', 'panicked'), torn.destination],
])(
  'with the half at the %s its memory is lost: it starts anew from its disks where it was',
  (where, source, destination) => {
    expect(verdict(source, destination)).toMatchObject({
      kind: 'undone',
      onwards: 'start',
      why: expect.stringContaining(`the half of the guest at the ${where} is lost`),
    });
  },
);

test('disks that went along are newer where the lost half was: a person has to give that up', () => {
  const copied = { found: { shared: false } };
  expect(verdict(torn.source, nothingThere, copied)).toMatchObject({
    kind: 'unclear',
    awaiting: expect.stringMatching(/call the move off.*written since it went over/),
  });
  const outOfTime = { step: 'copyMove.failed', code: 'TIMED_OUT', message: 'its time is over' };
  expect(verdict(torn.source, nothingThere, { ...copied, aborting: true, failure: outOfTime })).toMatchObject({
    kind: 'unclear',
  });
  const calledOff = { ...copied, aborting: true, failure: { ...outOfTime, code: 'ABORTED' } };
  expect(verdict(torn.source, nothingThere, calledOff)).toMatchObject({ kind: 'undone', onwards: 'start' });
  expect(verdict(torn.source, torn.destination, calledOff)).toMatchObject({ kind: 'unclear' });
});

test('one that is to be deleted waits for nobody to bring its halves together', () => {
  const doomed = { doomed: true, aborting: true };
  expect(verdict(torn.source, torn.destination, doomed)).toMatchObject({ kind: 'undone', onwards: 'probe' });
  expect(verdict(torn.source, stillAtIt, doomed)).toMatchObject({ kind: 'undone', onwards: 'probe' });
});

test('a guest whose memory has come in the end has landed, however late its source hears of it', () => {
  expect(verdict(torn.source, seen('on', 'migrated'))).toEqual({ kind: 'landed' });
});
