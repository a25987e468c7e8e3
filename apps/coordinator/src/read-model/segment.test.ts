import { CLUSTER } from '@chronovirt/contract';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { noImages } from './images-of-state.ts';
import { speaking, type Segment } from './segment.ts';

function segment(host: string, role: Segment['role'], epoch: number, state = 'running'): Segment {
  const view = { state } as unknown as NonNullable<Segment['view']>;
  return {
    host,
    seq: 1,
    epoch,
    role,
    isUndecided: false,
    specSeq: 1,
    spec: null,
    specAt: 0,
    view,
    images: noImages,
    halted: null,
  };
}

test.each([
  [
    'a host that was cut off and still believes that it owns',
    [segment('h1', 'owner', 1), segment(CLUSTER, 'granted', 2), segment('h2', 'owner', 2)],
    'h2',
  ],
  [
    'the spine, from the grant until the host has taken it',
    [segment('h1', 'owner', 1), segment(CLUSTER, 'granted', 2)],
    CLUSTER,
  ],
  ['the host, once it has', [segment(CLUSTER, 'granted', 1), segment('h1', 'owner', 1)], 'h1'],
  [
    'the spine, when the host has given it back',
    [segment('h1', 'closed', 1, 'failed'), segment(CLUSTER, 'owner', 1)],
    CLUSTER,
  ],
  [
    'the spine, until it has heard of that',
    [segment('h1', 'closed', 1, 'failed'), segment(CLUSTER, 'granted', 1)],
    CLUSTER,
  ],
  ['the host that deleted it', [segment(CLUSTER, 'granted', 1), segment('h1', 'closed', 1, 'deleted')], 'h1'],
  [
    'the new owner, not the one that cleans up',
    [segment('h1', 'remnant', 2), segment(CLUSTER, 'granted', 2), segment('h2', 'owner', 2)],
    'h2',
  ],
  [
    'a host that was given up, until another one is granted it',
    [segment(CLUSTER, 'granted', 1, 'building.spawn'), { ...segment('h1', 'remnant', 2), isUndecided: true }],
    'h1',
  ],
  [
    'the spine, once another one is',
    [segment(CLUSTER, 'granted', 2), { ...segment('h1', 'remnant', 2), isUndecided: true }],
    CLUSTER,
  ],
  ['the owner, not the one that prepares', [segment('h1', 'owner', 1), segment('h2', 'incoming', 9)], 'h1'],
])('who speaks: %s', (_who, segments, expected) => {
  expect(speaking(segments)?.host).toBe(expected);
  fc.assert(
    fc.property(
      fc.shuffledSubarray(segments, { minLength: segments.length }),
      (any) => speaking(any)?.host === expected,
    ),
  );
});
