import { CLUSTER } from '@chronovirt/contract';
import { sampleSpec } from '@chronovirt/testing/world';
import { describe, expect, test } from 'vitest';
import { MoveScene } from '../../testing/move-scene.ts';

const three = ['h1', 'h2', 'h3'];

test('I7: silence is no proof: a host that says nothing for hours is not evacuated', async () => {
  const scene = await MoveScene.running('shared');
  scene.lose('h1', 'unproved');
  await scene.world.clock.advance(6 * 3_600_000);
  expect(await scene.order('evacuate')).toMatchObject({
    kind: 'refused',
    guard: 'fenceProven',
    fact: expect.stringContaining('nothing proves that h1 cannot run the guest'),
  });
  expect(scene.owner).toBe('h1');
});

test('on storage that both see it goes on from its disk, and the proof is stored with the intent', async () => {
  const scene = await MoveScene.running('shared');
  const boots = scene.world.sim('h1').files.boots(scene.uuid);
  scene.lose('h1');
  await scene.done('evacuate');
  expect([scene.owner, scene.value, scene.phase]).toEqual(['h2', 'running', 'done']);
  expect(scene.world.sim('h2').files.boots(scene.uuid)).toBe(boots + 1);
  expect(scene.world.move(scene.uuid)?.context.request['proof']).toMatchObject({ kind: 'operator' });
  await scene.comesBack('h1');
  expect(await scene.faults('running')).toEqual([]);
});

test('it is not evacuated to the host that is lost', async () => {
  const scene = await MoveScene.running('shared');
  scene.lose('h1');
  expect(await scene.order('evacuate', { host: 'h1' })).toMatchObject({ kind: 'refused', guard: 'elsewhere' });
  expect(scene.phase).toBe('none');
  await scene.done('evacuate', { host: 'h2' });
  expect([scene.owner, scene.value]).toEqual(['h2', 'running']);
});

test('without shared storage it is made anew only when its owner says that the disk may be lost', async () => {
  const scene = await MoveScene.running('separate');
  scene.lose('h1');
  await scene.done('evacuate');
  expect([scene.owner, scene.phase]).toEqual(['h1', 'undone']);
  expect(scene.world.move(scene.uuid)?.context.failure).toMatchObject({
    code: 'NO_VALID_HOST',
    message: expect.stringContaining('what was on its disk would be lost'),
  });
  await scene.done('evacuate', { fromImage: true });
  expect([scene.owner, scene.value]).toEqual(['h2', 'running']);
  await scene.comesBack('h1');
  expect(await scene.faults('running')).toEqual([]);
});

test('the host that took it over is lost as well: a second evacuation brings it to a third one', async () => {
  const scene = await MoveScene.running('shared', three);
  scene.lose('h1');
  await scene.taken('evacuate');
  await scene.reaches('landing.adopt');
  scene.lose('h2');
  expect(await scene.order('evacuate')).toMatchObject({ kind: 'accepted' });
  await scene.rests();
  expect([scene.owner, scene.value]).toEqual(['h3', 'running']);
  await scene.comesBack('h1');
  await scene.comesBack('h2');
  expect(await scene.faults('running')).toEqual([]);
});

test('a host that does not take it over is fenced out of that, without any proof, and another one takes it', async () => {
  const scene = await MoveScene.running('shared', three);
  scene.lose('h1');
  scene.world.cutOff.add('h2');
  await scene.done('evacuate');
  expect([scene.owner, scene.value]).toEqual(['h3', 'running']);
  scene.world.cutOff.delete('h2');
  await scene.comesBack('h1');
  expect(await scene.events('h2')).toEqual(['fence']);
  expect(await scene.faults('running')).toEqual([]);
});

test('a destination that cannot make the guest gives it up, and another one makes it', async () => {
  const scene = await MoveScene.running('separate', three);
  scene.lose('h1');
  scene.world.sim('h2').faults.add({ kind: 'fail', when: 'before', on: 'create', times: 99 });
  await scene.done('evacuate', { fromImage: true });
  expect([scene.owner, scene.value]).toEqual(['h3', 'running']);
  await scene.comesBack('h1');
  expect(await scene.faults('running')).toEqual([]);
});

test('no other host can make the guest: it is asked for again and again, cannot be called off, and comes up where it can at last', async () => {
  const scene = await MoveScene.running('separate');
  scene.lose('h1');
  scene.world.sim('h2').faults.add({ kind: 'fail', when: 'before', on: 'create', times: 99 });
  await scene.taken('evacuate', { fromImage: true });
  await scene.until(() => scene.owner === null && scene.phase === 'planning.place', 'a destination that gave up');
  await scene.world.clock.advance(30_000);
  expect(await scene.order('abortMigration')).toMatchObject({ kind: 'refused', guard: 'moveUnderWay' });
  scene.world.sim('h2').faults.clear();
  await scene.rests();
  expect([scene.owner, scene.value]).toEqual(['h2', 'running']);
  await scene.comesBack('h1');
  expect(await scene.faults('running')).toEqual([]);
});

test('I9: deleted while no host can make it, it is gone', async () => {
  const scene = await MoveScene.running('separate');
  scene.lose('h1');
  scene.world.sim('h2').faults.add({ kind: 'fail', when: 'before', on: 'create', times: 99 });
  await scene.taken('evacuate', { fromImage: true });
  await scene.until(() => scene.owner === null && scene.phase === 'planning.place', 'a destination that gave up');
  await scene.taken('delete');
  await scene.rests();
  await scene.comesBack('h1');
  expect(await scene.faults('deleted')).toEqual([]);
});

test('I9: deleted while its host is down, it is gone from everywhere when the host comes back', async () => {
  const scene = await MoveScene.running('shared');
  scene.lose('h1');
  await scene.taken('evacuate');
  await scene.reaches('landing.adopt');
  await scene.taken('delete');
  await scene.world.rests(scene.uuid);
  await scene.comesBack('h1');
  expect(await scene.faults('deleted')).toEqual([]);
});

describe.each(['shared', 'separate'] as const)('on %s storage, a host is lost that', (storage) => {
  const evacuate = (scene: MoveScene): Promise<void> => scene.done('evacuate', { fromImage: storage === 'separate' });

  test.each([
    ['stop', { timeoutSeconds: 0 }, 'stopped'],
    ['pause', {}, 'running'],
    ['suspend', {}, 'stopped'],
  ] as const)('had carried out %s: elsewhere the guest rests as it can', async (name, args, end) => {
    const scene = await MoveScene.running(storage);
    await scene.done(name, args);
    scene.lose('h1');
    await evacuate(scene);
    expect([scene.owner, scene.value]).toEqual(['h2', end]);
    await scene.comesBack('h1');
    expect(await scene.faults(end)).toEqual([]);
  });

  test('was in the middle of a reboot: the guest runs elsewhere', async () => {
    const scene = await MoveScene.running(storage);
    await scene.taken('hardReboot');
    scene.lose('h1');
    await evacuate(scene);
    expect([scene.owner, scene.value]).toEqual(['h2', 'running']);
    await scene.comesBack('h1');
    expect(await scene.faults('running')).toEqual([]);
  });

  test('was building it: it is built elsewhere', async () => {
    const scene = await MoveScene.empty(storage, ['h1', 'h2']);
    await scene.taken('create', { spec: sampleSpec(1), host: 'h1' });
    await scene.until(() => scene.world.last('h1', scene.uuid)?.state.value === 'building.spawn', 'the build');
    scene.lose('h1');
    await evacuate(scene);
    expect([scene.owner, scene.value]).toEqual(['h2', 'running']);
    await scene.comesBack('h1');
    expect(await scene.faults('running')).toEqual([]);
  });

  test('property 2: comes back with a guest that somebody starts there by hand: it is ended, and the new host’s goes on', async () => {
    const scene = await MoveScene.running(storage);
    scene.lose('h1');
    await evacuate(scene);
    const run = scene.world.sim('h2').find(scene.uuid)?.run?.id;
    scene.world.proofs.delete('h1');
    scene.world.site.boot('h1');
    await scene.world.clock.settle(scene.world.sim('h1').outside.act('start', scene.uuid));
    expect(scene.world.whereItIsOn(scene.uuid)).toEqual(['h1', 'h2']);
    await scene.world.startAgent('h1');
    await scene.until(() => scene.world.whereItIsOn(scene.uuid).length === 1, 'the end of the second copy');
    expect(scene.world.sim('h2').find(scene.uuid)?.run?.id).toBe(run);
    expect(await scene.faults('running')).toEqual([]);
  });
});

test('a shelved guest that was lost with its host is shelved elsewhere, and can be unshelved', async () => {
  const scene = await MoveScene.running('shared');
  await scene.done('shelve');
  const shelved = scene.value;
  scene.lose('h1');
  await scene.done('evacuate');
  expect([scene.owner, scene.value]).toEqual(['h2', shelved]);
  await scene.comesBack('h1');
  await scene.done('unshelve');
  expect(await scene.faults('running')).toEqual([]);
});

test('an instance that no host holds has nothing to evacuate', async () => {
  const scene = await MoveScene.running('shared');
  await scene.done('delete');
  expect(await scene.order('evacuate')).toMatchObject({ kind: 'refused', guard: 'notDeleted' });
  expect(scene.world.last(CLUSTER, scene.uuid)?.state.actor.role.kind).toBe('closed');
});

describe.each(['shared', 'separate'] as const)('I9: deleted while its host is down, on %s storage,', (storage) => {
  test('it is gone at once where that is proved, and from the host when that comes back', async () => {
    const scene = await MoveScene.running(storage);
    scene.lose('h1');
    await scene.done('delete');
    expect(scene.world.last(CLUSTER, scene.uuid)?.state).toMatchObject({
      value: 'deleted',
      actor: { role: { kind: 'closed' } },
    });
    await scene.comesBack('h1');
    expect(await scene.faults('deleted')).toEqual([]);
  });

  test('nothing is done where that is not proved: whoever asks is told so', async () => {
    const scene = await MoveScene.running(storage);
    scene.lose('h1', 'unproved');
    await expect(scene.order('delete')).rejects.toThrow(/unreachable/);
    expect(scene.owner).toBe('h1');
    await scene.comesBack('h1');
    expect(await scene.faults('running')).toEqual([]);
  });

  test('and let in again before it was fenced out of the instance: it is gone when the host has cleared away', async () => {
    const scene = await MoveScene.running(storage);
    scene.lose('h1');
    await scene.taken('delete');
    await scene.comesBack('h1');
    expect(await scene.faults('deleted')).toEqual([]);
  });
});

describe('the host is let in again between its fence and the end of what rested on the proof', () => {
  /** A guest on `h1`, which is proved to be down until it is fenced in its history. */
  async function provedUntilFenced(): Promise<MoveScene> {
    const scene = await MoveScene.running('separate');
    scene.lose('h1');
    scene.world.killCoordinator(scene.coordinator);
    scene.coordinator = await scene.world.startCoordinator((_n, when, { host, events }) => {
      if (when === 'after' && host === 'h1' && events.some(({ type }) => type === 'fence'))
        scene.world.proofs.delete('h1');
    });
    return scene;
  }

  const isSaid = async ({ world, uuid }: MoveScene): Promise<boolean> =>
    (await world.story(uuid)).some((line) => line.includes('PROOF_GONE'));

  test('I9: a delete is not over before the host itself has cleared away', async () => {
    const scene = await provedUntilFenced();
    await scene.taken('delete');
    // A guest may run there again, for all that anybody knows.
    await scene.world.clock.advance(600_000);
    const spine = scene.world.last(CLUSTER, scene.uuid)?.state;
    expect([spine?.value, spine?.actor.role.kind, await isSaid(scene)]).toEqual(['deleting.order', 'granted', true]);
    expect(scene.world.holds('h1', scene.uuid)).not.toEqual([]);
    await scene.comesBack('h1');
    expect(await scene.faults('deleted')).toEqual([]);
  });

  test('I7: an evacuation grants nothing before the host itself has cleared away', async () => {
    const scene = await provedUntilFenced();
    await scene.taken('evacuate', { fromImage: true });
    await scene.world.clock.advance(600_000);
    expect([scene.owner, scene.phase, await isSaid(scene)]).toEqual(['h1', 'landing.fence', true]);
    expect(scene.world.last('h2', scene.uuid)).toBeNull();
    await scene.comesBack('h1');
    await scene.rests();
    expect(scene.owner).toBe('h2');
    expect(await scene.faults('running')).toEqual([]);
  });
});

describe('its host is lost before it has taken the order to build', () => {
  async function ordered(): Promise<{ scene: MoveScene; chosen: string }> {
    const scene = await MoveScene.empty('separate', ['h1', 'h2']);
    scene.world.cutOff.add('h1').add('h2');
    await scene.taken('create', { spec: sampleSpec(1) });
    await scene.until(() => scene.world.last(CLUSTER, scene.uuid)?.state.value === 'building.order', 'the order');
    const chosen = scene.owner!;
    scene.lose(chosen);
    scene.world.cutOff.clear();
    return { scene, chosen };
  }

  test('there is nothing to evacuate: the order is taken back, and another host builds it, without a word', async () => {
    const { scene, chosen } = await ordered();
    expect(await scene.order('evacuate', { fromImage: true })).toMatchObject({ kind: 'refused', guard: 'placed' });
    await scene.rests();
    expect([scene.value, scene.owner]).toEqual(['running', chosen === 'h1' ? 'h2' : 'h1']);
    await scene.comesBack(chosen);
    expect(await scene.faults('running')).toEqual([]);
  });

  test('I9: it is deleted, and an evacuation asked for meanwhile does not bring it back', async () => {
    const { scene, chosen } = await ordered();
    await scene.taken('delete');
    expect(await scene.order('evacuate', { fromImage: true })).toMatchObject({ kind: 'refused', guard: 'notDeleted' });
    await scene.comesBack(chosen);
    expect(await scene.faults('deleted')).toEqual([]);
  });
});
