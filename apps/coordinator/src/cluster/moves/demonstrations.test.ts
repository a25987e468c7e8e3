/** Known ways in which moves go wrong elsewhere, each told to its end here. */
import { sampleSpec } from '@chronovirt/testing/world';
import { describe, expect, test } from 'vitest';
import { MoveScene } from '../../testing/move-scene.ts';

const { flavor } = sampleSpec(1);
const larger = { ...flavor, name: 'larger', vcpus: 2 };

/** Notes every moment in which the guest ran on more than one host. */
function watched(scene: MoveScene): string[][] {
  const seen: string[][] = [];
  scene.world.clock.onStep(() => {
    const on = scene.world.whereItIsOn(scene.uuid);
    if (on.length > 1) seen.push(on);
  });
  return seen;
}

describe.each(['shared', 'separate'] as const)('on %s storage', (storage) => {
  test('properties 1 and 13: an error after a successful migration makes nobody start a second copy: the facts of both hosts count, not the error', async () => {
    const scene = await MoveScene.running(storage);
    const twice = watched(scene);
    // The guest has arrived; what the source's agent hears is that the call failed.
    scene.world.sim('h1').faults.add({ kind: 'fail', when: 'after', on: 'migrate', times: 9 });
    await scene.done('liveMigrate');
    expect([scene.owner, scene.value, scene.phase]).toEqual(['h2', 'running', 'done']);
    expect(scene.world.whereItIsOn(scene.uuid)).toEqual(['h2']);
    // A reboot or a start of the old copy is what tools would try next; the source has nothing to start.
    expect(scene.world.holds('h1', scene.uuid).filter((what) => !what.startsWith('directory ('))).toEqual([]);
    expect(twice).toEqual([]);
    expect(await scene.faults('running')).toEqual([]);
  });

  test('properties 1 and 13: the connection is lost in the moment in which the guest arrives: one copy runs, and it is the owner’s', async () => {
    const scene = await MoveScene.running(storage);
    const twice = watched(scene);
    scene.world.site.onMigration(({ step, source, destination }) => {
      if (step === 'resumed') scene.world.site.cut(source.name, destination.name);
    });
    await scene.taken('liveMigrate');
    await scene.world.clock.advance(60_000);
    scene.world.site.heal('h1', 'h2');
    await scene.rests();
    expect(scene.world.whereItIsOn(scene.uuid)).toEqual([scene.owner]);
    expect(twice).toEqual([]);
    expect(await scene.faults('running')).toEqual([]);
  });

  test('a resize is interrupted by the death of both agents and the coordinator: it goes on by itself, and no directory is left twice', async () => {
    const scene = await MoveScene.running(storage);
    await scene.taken('resize', { flavor: larger, host: 'h2' });
    await scene.until(() => scene.world.holds('h1', scene.uuid).includes('kept directory'), 'files set aside');
    scene.world.killAgent('h1');
    scene.world.killAgent('h2');
    scene.world.killCoordinator(scene.coordinator);
    await scene.world.clock.advance(120_000);
    await scene.world.startAgent('h1');
    await scene.world.startAgent('h2');
    scene.coordinator = await scene.world.startCoordinator();
    await scene.rests();
    expect(['resized', 'running']).toContain(scene.value);
    if (scene.value === 'resized') await scene.done('revertResize');
    expect([scene.owner, scene.value]).toEqual(['h1', 'running']);
    expect(await scene.faults('running')).toEqual([]);
  });

  test.each(['h1', 'h2', 'the coordinator'])(
    'a task is not stuck after the death of %s: whoever starts next goes on with it, and nobody resets a state',
    async (victim) => {
      for (const phase of ['planning.check', 'preparing.prepare', 'copying.copy', 'landing.adopt']) {
        const scene = await MoveScene.running(storage);
        await scene.taken('liveMigrate');
        await scene.reaches(phase);
        if (victim === 'the coordinator') scene.world.killCoordinator(scene.coordinator);
        else scene.world.killAgent(victim);
        // For longer than any order is waited for.
        await scene.world.clock.advance(300_000);
        if (victim === 'the coordinator') scene.coordinator = await scene.world.startCoordinator();
        else await scene.world.startAgent(victim);
        await scene.rests();
        expect(scene.value).toBe('running');
        expect(await scene.faults('running')).toEqual([]);
        await scene.done('liveMigrate');
        expect(scene.value).toBe('running');
      }
    },
  );

  test('properties 1 and 2: the evacuated host comes back: it stops what runs there, keeps what is shared, and is a host like any other again', async () => {
    const scene = await MoveScene.running(storage);
    scene.lose('h1');
    await scene.done('evacuate', { fromImage: storage === 'separate' });
    await scene.comesBack('h1');
    expect(await scene.faults('running')).toEqual([]);
    expect(scene.owner).toBe('h2');
    await scene.done('liveMigrate', { host: 'h1' });
    expect([scene.owner, scene.value]).toEqual(['h1', 'running']);
    expect(await scene.faults('running')).toEqual([]);
  });

  test('property 2 and I8: an agent that stood still while its host was fenced in its own history does nothing then but clean', async () => {
    const scene = await MoveScene.running(storage);
    const twice = watched(scene);
    await scene.taken('liveMigrate');
    await scene.until(() => scene.value === 'migrating.liveMigration', 'the copy');
    scene.world.freezeAgent('h1');
    // The hypervisors go on alone; nobody takes a guest for landed while its source says nothing.
    await scene.world.clock.advance(120_000);
    expect([scene.owner, scene.phase]).toEqual(['h1', 'copying.copy']);
    scene.world.thawAgent('h1');
    await scene.until(() => scene.phase === 'landing.fence' || scene.owner === 'h2', 'the landing');
    scene.world.freezeAgent('h1');
    await scene.until(() => scene.owner === 'h2' && scene.value === 'running', 'the arrival');
    scene.world.thawAgent('h1');
    await scene.rests();
    expect(twice).toEqual([]);
    expect(await scene.faults('running')).toEqual([]);
  });
});
