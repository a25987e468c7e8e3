/** A post-copy that breaks off: half of the guest is on each side, and what the cluster makes of that (decision 17). */
import { POST_COPY_FAILED } from '@chronovirt/contract';
import { describe, expect, test } from 'vitest';
import { MoveScene } from '../../testing/move-scene.ts';

const halves = ({ world, uuid }: MoveScene): string[] =>
  ['h1', 'h2'].map((host) => world.sim(host).viewOf(uuid)?.busy ?? 'none');

describe('a post-copy whose stream is reset', () => {
  test('is brought on, each time that it is, and ends as a move does', async () => {
    const scene = await MoveScene.inPostCopy('shared');
    for (let times = 0; times < 2; times += 1) {
      scene.world.site.resetStreams('h1', 'h2');
      await scene.world.clock.advance(1);
      expect(halves(scene)).toEqual([POST_COPY_FAILED, POST_COPY_FAILED]);
      await scene.until(() => halves(scene)[0] !== POST_COPY_FAILED, 'it is brought on');
    }
    expect(await scene.rests()).toBe('running');
    expect(scene.world.whereItRuns(scene.uuid)).toEqual(['h2']);
    expect(await scene.faults('running')).toEqual([]);
  });

  test.each(['agent', 'coordinator', 'daemon'] as const)(
    'is brought on by whoever comes after: the %s',
    async (who) => {
      const scene = await MoveScene.inPostCopy('shared');
      const { world } = scene;
      if (who === 'agent') world.killAgent('h1');
      if (who === 'coordinator') world.killCoordinator(scene.coordinator);
      world.site.resetStreams('h1', 'h2');
      if (who === 'daemon') world.sim('h1').restartDaemon();
      await world.clock.advance(30_000);
      if (who === 'agent') await world.startAgent('h1');
      if (who === 'coordinator') scene.coordinator = await world.startCoordinator();
      expect(await scene.rests()).toBe('running');
      expect(world.whereItRuns(scene.uuid)).toEqual(['h2']);
      expect(await scene.faults('running')).toEqual([]);
    },
  );

  test('is left alone where the destination has not noticed; with its half lost the guest starts anew on its source', async () => {
    const scene = await MoveScene.inPostCopy('shared');
    const { world, uuid } = scene;
    world.site.resetStreams('h1', 'h2', 'source');
    await world.clock.advance(600_000);
    expect(halves(scene)).toEqual([POST_COPY_FAILED, 'migrating (post-copy)']);
    expect([scene.owner, scene.phase]).toEqual(['h1', 'copying.copy']);
    await world.clock.settle(world.sim('h2').connect().domains.destroy(uuid));
    expect(await scene.rests()).toBe('running');
    expect([world.whereItRuns(uuid), scene.phase]).toEqual([['h1'], 'undone']);
    expect(await scene.faults('running')).toEqual([]);
  });

  test('goes on both sides when the guest is deleted', async () => {
    const scene = await MoveScene.inPostCopy('shared');
    scene.world.site.resetStreams('h1', 'h2', 'source');
    await scene.taken('delete');
    expect(await scene.faults('deleted')).toEqual([]);
  });
});

test('a network that is away in post-copy, and back within TCP’s patience: the move ends with nobody’s help', async () => {
  for (const storage of ['shared', 'separate'] as const) {
    const scene = await MoveScene.inPostCopy(storage);
    const { world } = scene;
    world.site.cut('h1', 'h2');
    await world.clock.advance(120_000);
    expect(halves(scene)).toEqual([POST_COPY_FAILED, 'migrating (post-copy)']);
    world.site.heal('h1', 'h2');
    expect(await scene.rests()).toBe('running');
    expect(world.whereItRuns(scene.uuid)).toEqual(['h2']);
    expect(await scene.faults('running')).toEqual([]);
  }
});
