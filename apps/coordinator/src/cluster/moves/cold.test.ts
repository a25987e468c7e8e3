import { policyOf } from '@chronovirt/machines';
import { sampleSpec } from '@chronovirt/testing/world';
import { describe, expect, test } from 'vitest';
import { MoveScene } from '../../testing/move-scene.ts';

const { flavor } = sampleSpec(1);
const larger = { ...flavor, name: 'larger', vcpus: 2, memoryMiB: 512, rootGiB: 4 };

/** Size by the owner's history, and of the domain there. */
async function sizes(scene: MoveScene): Promise<unknown> {
  const owner = scene.owner ?? 'h1';
  const agent = scene.world.agent(owner);
  const spec = await scene.world.clock.settle(agent!.host.spec(scene.uuid));
  const { stored, run } = scene.world.sim(owner).find(scene.uuid) ?? {};
  const definition = run?.definition ?? stored;
  return [spec.flavor.name, definition?.vcpus, definition!.memoryKiB / 1024];
}

describe.each(['shared', 'separate'] as const)('on %s storage', (storage) => {
  test('a guest is brought to another host with its old size, and confirmed there: its source keeps nothing', async () => {
    const scene = await MoveScene.running(storage);
    await scene.done('coldMigrate');
    expect([scene.owner, scene.value, scene.phase]).toEqual(['h2', 'resized', 'landed']);
    expect(scene.world.holds('h1', scene.uuid)).toContain('kept directory');
    await scene.done('confirmResize');
    expect([scene.owner, scene.value, scene.phase]).toEqual(['h2', 'running', 'done']);
    expect(await scene.faults('running')).toEqual([]);
  });

  test('where the deployment wants that, it is confirmed when it has waited long enough for somebody', async () => {
    const scene = await MoveScene.running(storage);
    scene.world.chartPolicy = policyOf({ confirmResizeAfterMs: 3_600_000 });
    scene.world.killAgent('h2');
    await scene.world.startAgent('h2');
    await scene.done('coldMigrate');
    await scene.world.clock.advance(3_000_000);
    expect([scene.owner, scene.value, scene.phase]).toEqual(['h2', 'resized', 'landed']);
    await scene.world.clock.advance(700_000);
    await scene.world.rests(scene.uuid);
    expect([scene.owner, scene.value, scene.phase]).toEqual(['h2', 'running', 'done']);
    expect(await scene.faults('running')).toEqual([]);
  });

  test('a resize to another host has the new size there, is confirmed, and keeps it', async () => {
    const scene = await MoveScene.running(storage);
    await scene.done('resize', { flavor: larger, host: 'h2' });
    expect(await sizes(scene)).toEqual(['larger', 2, 512]);
    await scene.done('confirmResize');
    expect(await sizes(scene)).toEqual(['larger', 2, 512]);
    await scene.done('coldMigrate');
    await scene.done('confirmResize');
    expect([scene.owner, await sizes(scene)]).toEqual(['h1', ['larger', 2, 512]]);
    expect(await scene.faults('running')).toEqual([]);
  });

  test('a resize to another host that is turned back has its old size on its old host, and the other host has nothing', async () => {
    const scene = await MoveScene.running(storage);
    await scene.done('resize', { flavor: larger, host: 'h2' });
    await scene.done('revertResize');
    expect([scene.owner, scene.value, scene.phase]).toEqual(['h1', 'running', 'reverted']);
    expect(await sizes(scene)).toEqual([flavor.name, flavor.vcpus, flavor.memoryMiB]);
    expect(await scene.faults('running')).toEqual([]);
    await scene.done('resize', { flavor: larger, host: 'h2' });
    await scene.done('confirmResize');
    expect(await sizes(scene)).toEqual(['larger', 2, 512]);
  });

  test('a guest that is off is moved, and is off where it arrives and where it is turned back to', async () => {
    const scene = await MoveScene.running(storage);
    await scene.done('stop', { timeoutSeconds: 0 });
    await scene.done('coldMigrate');
    await scene.done('confirmResize');
    expect([scene.owner, scene.value]).toEqual(['h2', 'stopped']);
    await scene.done('coldMigrate');
    await scene.done('revertResize');
    expect([scene.owner, scene.value]).toEqual(['h2', 'stopped']);
    expect(await scene.faults('stopped')).toEqual([]);
    await scene.done('start');
    expect(scene.world.whereItIsOn(scene.uuid)).toEqual(['h2']);
  });

  test.each(['copying.copy', 'landing.adopt', 'landed'])(
    'I9: deleted in %s, it is gone from both hosts with all that was kept',
    async (phase) => {
      const scene = await MoveScene.running(storage);
      await scene.taken('resize', { flavor: larger, host: 'h2' });
      await scene.reaches(phase);
      await scene.taken('delete');
      expect(await scene.faults('deleted')).toEqual([]);
    },
  );

  test.each(['confirmResize', 'revertResize'] as const)(
    'I9: deleted while it is being settled by %s, it is gone from both hosts',
    async (name) => {
      const scene = await MoveScene.running(storage);
      await scene.done('resize', { flavor: larger, host: 'h2' });
      await scene.taken(name);
      await scene.until(() => scene.phase !== 'landed', 'the settling');
      await scene.taken('delete');
      expect(await scene.faults('deleted')).toEqual([]);
    },
  );

  test('property 13: called off while its disks are copied, it runs where it was with its old size', async () => {
    const scene = await MoveScene.running(storage);
    await scene.taken('resize', { flavor: larger, host: 'h2' });
    await scene.until(() => scene.value === 'migrating.migrateDiskAndPowerOff', 'the copy');
    await scene.taken('abortMigration');
    expect(await scene.rests()).toBe('running');
    expect([scene.owner, scene.phase, await sizes(scene)]).toEqual([
      'h1',
      'undone',
      [flavor.name, flavor.vcpus, flavor.memoryMiB],
    ]);
    expect(await scene.faults('running')).toEqual([]);
  });
});

test('a copy whose way is broken for good is turned back by itself: the guest runs where it was, the other host has nothing', async () => {
  const scene = await MoveScene.running('separate');
  scene.world.sim('h1').faults.add({ kind: 'fail', when: 'before', on: 'sendFile', times: 99 });
  await scene.done('coldMigrate');
  expect([scene.owner, scene.value, scene.phase]).toEqual(['h1', 'running', 'undone']);
  expect(scene.world.move(scene.uuid)?.context.failure?.message).toContain('sending');
  expect(await scene.faults('running')).toEqual([]);
});

test('a destination on which the guest does not come up gives it back: it runs on its old host', async () => {
  const scene = await MoveScene.running('separate');
  scene.world.sim('h2').faults.add({ kind: 'fail', when: 'before', on: 'create', times: 99 });
  await scene.done('resize', { flavor: larger, host: 'h2' });
  expect([scene.owner, scene.value, scene.phase]).toEqual(['h1', 'running', 'reverted']);
  expect(await sizes(scene)).toEqual([flavor.name, flavor.vcpus, flavor.memoryMiB]);
  expect(await scene.faults('running')).toEqual([]);
});

describe.each(['shared', 'separate'] as const)('turned back, on %s storage,', (storage) => {
  test.each(['h1', 'h2'])(
    'it does not come up after it was resized on %s: it is off with its old size, and a start brings it up',
    async (host) => {
      const scene = await MoveScene.running(storage);
      await scene.done('resize', { flavor: larger, host });
      const mended = scene.world.sim('h1').faults.add({ kind: 'fail', when: 'before', on: 'create', times: 99 });
      await scene.done('revertResize');
      expect([scene.owner, scene.value]).toEqual(['h1', 'stopped']);
      mended();
      await scene.done('start');
      expect(scene.value).toBe('running');
      expect(await sizes(scene)).toEqual([flavor.name, flavor.vcpus, flavor.memoryMiB]);
      expect(await scene.faults('running')).toEqual([]);
      await scene.done('coldMigrate');
      await scene.done('confirmResize');
      expect([scene.owner, scene.value]).toEqual(['h2', 'running']);
    },
  );
});

test('while it waits for confirm or revert it takes no other move, and says which of the two is open', async () => {
  const scene = await MoveScene.running('separate', ['h1', 'h2', 'h3']);
  await scene.done('coldMigrate');
  for (const name of ['liveMigrate', 'coldMigrate', 'pause'] as const)
    expect(await scene.order(name)).toMatchObject({
      kind: 'refused',
      guard: 'state',
      fact: expect.stringContaining('resized'),
    });
  expect(await scene.order('abortMigration')).toMatchObject({ kind: 'refused', guard: 'moveUnderWay' });
  expect(await scene.order('evacuate')).toMatchObject({ kind: 'refused', guard: 'fenceProven' });
});

test('a destination that is lost before the move was settled: the guest goes back to its source, which kept its files', async () => {
  const scene = await MoveScene.running('separate', ['h1', 'h2', 'h3']);
  await scene.done('resize', { flavor: larger, host: 'h2' });
  scene.lose('h2');
  expect(await scene.order('evacuate', { host: 'h3' })).toMatchObject({
    kind: 'refused',
    guard: 'noMove',
    fact: expect.stringContaining('it goes back there'),
  });
  const ordered = scene.world.clock.now();
  await scene.done('evacuate');
  expect([scene.owner, scene.value]).toEqual(['h1', 'running']);
  // Nobody waits for an answer of a host that is proved to be down.
  expect(scene.world.clock.now() - ordered).toBeLessThan(5_000);
  await scene.comesBack('h2');
  expect(await scene.faults('running')).toEqual([]);
});

test('both hosts of a move are lost before it was settled: a third one has the guest, and nobody keeps anything when they come back', async () => {
  const scene = await MoveScene.running('shared', ['h1', 'h2', 'h3']);
  await scene.done('resize', { flavor: larger, host: 'h2' });
  scene.lose('h1');
  scene.lose('h2');
  await scene.done('evacuate');
  expect([scene.owner, scene.value]).toEqual(['h3', 'running']);
  await scene.comesBack('h1');
  await scene.comesBack('h2');
  expect(await scene.faults('running')).toEqual([]);
});

test('a copy that is done while somebody starts the guest behind it again ended without the guest, and says so', async () => {
  const scene = await MoveScene.running('separate');
  const { world, uuid } = scene;
  await scene.taken('coldMigrate');
  await scene.until(() => world.last('h1', uuid)?.state.value === 'migrating.verdict', 'the copy is done');
  await world.clock.settle(world.sim('h1').outside.act('start', uuid));
  await world.rests(uuid);
  expect(world.move(uuid)).toMatchObject({
    value: 'undone',
    context: { failure: { message: expect.stringContaining('the copy ended without the guest') } },
  });
});
