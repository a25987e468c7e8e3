import { CLUSTER, type InstanceUuid } from '@chronovirt/contract';
import { sampleSpec } from '@chronovirt/testing/world';
import { describe, expect, test } from 'vitest';
import { ClusterWorld, type Coordinator } from '../../testing/cluster-world.ts';

const uuid = sampleSpec(1).uuid as InstanceUuid;

async function running(storage: 'shared' | 'separate'): Promise<{ all: ClusterWorld; coordinator: Coordinator }> {
  const all = new ClusterWorld(['h1', 'h2'], storage);
  await all.startAgent('h1');
  await all.startAgent('h2');
  const coordinator = await all.startCoordinator();
  await all.create(coordinator, 1, 'h1');
  await all.rests(uuid);
  return { all, coordinator };
}

describe.each(['shared', 'separate'] as const)('a running guest on %s storage', (storage) => {
  test('goes to the other host and back, and each time one host alone has it', async () => {
    const { all, coordinator } = await running(storage);
    for (const [there, back] of [
      ['h2', 'h1'],
      ['h1', 'h2'],
    ] as const) {
      expect(await all.command(coordinator, uuid, 'liveMigrate')).toMatchObject({
        kind: 'answer',
        answer: { kind: 'accepted' },
      });
      expect(await all.rests(uuid)).toEqual({
        [CLUSTER]: 'building.spawn granted',
        [there]: 'running owner',
        [back]: expect.stringMatching(/ closed$/),
      });
      expect(all.whereItRuns(uuid)).toEqual([there]);
      expect(all.move(uuid)).toMatchObject({ value: 'done', context: { failure: null } });
    }
  });
});
