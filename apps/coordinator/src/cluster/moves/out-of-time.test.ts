/** A live copy that does not end in its time is called off by the cluster; what only a person may give up stays until a person has said so. */
import { POST_COPY_FAILED } from '@chronovirt/contract';
import { expect, test } from 'vitest';
import { MoveScene } from '../../testing/move-scene.ts';

const HOUR = 60 * 60_000;

test.each(['shared', 'separate'] as const)(
  'properties 2, 13: a guest on %s storage that writes faster than it is copied is not copied for ever: it goes on where it was',
  async (storage) => {
    const scene = await MoveScene.running(storage);
    scene.world.sim('h1').busyGuests.add(scene.uuid);
    await scene.taken('liveMigrate');
    await scene.reaches('copying.copy');
    await scene.world.clock.advance(HOUR);
    expect(scene.phase).toBe('copying.copy');
    await scene.world.clock.advance(3 * HOUR);
    expect([scene.phase, scene.owner, scene.value]).toEqual(['undone', 'h1', 'running']);
    expect(scene.world.move(scene.uuid)?.context.failure?.message).toBe(
      'called off by the coordinator: the copy had not ended within its time; the guest never left the source',
    );
    expect(await scene.faults('running')).toEqual([]);
    scene.world.sim('h1').busyGuests.delete(scene.uuid);
    await scene.done('liveMigrate');
    expect(scene.owner).toBe('h2');
  },
);

test('half a guest whose other half is lost waits beyond all time for a person, where what it has written would be given up', async () => {
  const scene = await MoveScene.inPostCopy('separate');
  const { world, uuid } = scene;
  world.site.resetStreams('h1', 'h2', 'source');
  await world.clock.settle(world.sim('h2').connect().domains.destroy(uuid));
  await world.clock.advance(8 * HOUR);
  expect([scene.phase, world.sim('h1').viewOf(uuid)?.busy]).toEqual(['copying.copy', POST_COPY_FAILED]);
  expect(world.move(uuid)?.context.awaiting).toMatch(/^somebody to call the move off/);
  await scene.taken('abortMigration');
  expect(await scene.rests()).toBe('running');
  expect([scene.phase, scene.owner]).toEqual(['undone', 'h1']);
  expect(world.move(uuid)?.context.failure).toMatchObject({
    code: 'ABORTED',
    message: expect.stringContaining('called off by tester'),
  });
  expect(await scene.faults('running')).toEqual([]);
});
