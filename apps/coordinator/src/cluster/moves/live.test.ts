import { CLUSTER } from '@chronovirt/contract';
import { describe, expect, test } from 'vitest';
import { MoveScene } from '../../testing/move-scene.ts';

const failure = ({ world, uuid }: MoveScene): unknown => world.move(uuid)?.context.failure;

describe.each(['shared', 'separate'] as const)('a guest on %s storage', (storage) => {
  test('runs, goes to the other host and back, and each time one host alone has it', async () => {
    const scene = await MoveScene.running(storage);
    for (const there of ['h2', 'h1']) {
      await scene.done('liveMigrate');
      expect(scene.world.whereItRuns(scene.uuid)).toEqual([there]);
      expect(scene.world.move(scene.uuid)).toMatchObject({ value: 'done', context: { failure: null } });
      expect(await scene.faults('running')).toEqual([]);
    }
  });

  test('has its disks counted as it is ordered: with all that they may grow to, or with what they take', async () => {
    const scene = await MoveScene.running(storage);
    for (const diskOverCommit of [false, true]) {
      await scene.done('liveMigrate', diskOverCommit ? { diskOverCommit } : {});
      const { found } = scene.world.move(scene.uuid)?.context ?? {};
      expect(found).toMatchObject({ migrateData: { diskOverCommit } });
    }
  });

  test('goes only where what is ordered of its disks fits the storage', async () => {
    for (const [blockMigration, goes, why] of [
      [false, storage === 'shared', 'they have to be copied along'],
      [true, storage === 'separate', 'there is nothing to copy'],
    ] as const) {
      const scene = await MoveScene.running(storage);
      await scene.done('liveMigrate', { blockMigration });
      expect([scene.owner, scene.value, scene.phase]).toEqual([
        goes ? 'h2' : 'h1',
        'running',
        goes ? 'done' : 'undone',
      ]);
      if (!goes) expect(failure(scene)).toMatchObject({ message: expect.stringContaining(why) });
      expect(await scene.faults('running')).toEqual([]);
    }
  });

  test('is paused, and is paused where it arrives; unpaused there it goes on', async () => {
    const scene = await MoveScene.running(storage);
    await scene.done('pause');
    await scene.done('liveMigrate');
    expect([scene.owner, scene.value, scene.world.whereItIsOn(scene.uuid)]).toEqual(['h2', 'paused', []]);
    expect(await scene.faults('paused')).toEqual([]);
    await scene.done('unpause');
    expect(scene.world.whereItIsOn(scene.uuid)).toEqual(['h2']);
  });

  // Of what libvirt says of its job the source's own history tells.
  const saidOfCopy = 'called off by tester; the guest never left the source';

  test.each(['planning.check', 'preparing.prepare', 'copying.copy'])(
    'property 13: called off in %s, it runs where it was, and the other host has nothing',
    async (phase) => {
      const scene = await MoveScene.running(storage);
      await scene.taken('liveMigrate');
      await scene.reaches(phase);
      await scene.taken('abortMigration');
      expect(await scene.rests()).toBe('running');
      expect([scene.owner, scene.phase]).toEqual(['h1', 'undone']);
      expect(failure(scene)).toMatchObject({
        code: 'ABORTED',
        message: phase === 'copying.copy' ? saidOfCopy : 'called off by tester',
      });
      expect(await scene.faults('running')).toEqual([]);
      await scene.done('liveMigrate');
      expect(scene.owner).toBe('h2');
    },
  );

  test('a host whose agent has only just begun has read what it holds before it is asked about it', async () => {
    const { world, uuid } = await MoveScene.running(storage);
    world.killAgent('h1');
    const { agent, started } = world.launchAgent('h1');
    const context = { signal: new AbortController().signal, deadlineMs: 10_000 };
    const answer = agent.queries.handle('steerMigration', { instance: uuid, action: 'abort' }, context).catch(String);
    await world.clock.settle(started);
    expect(await answer).toContain(`nothing of instance ${uuid} is being copied live: it is running`);
  });

  test('property 13: past its landing it is not called off any more', async () => {
    const scene = await MoveScene.running(storage);
    await scene.taken('liveMigrate');
    await scene.reaches('landing.adopt');
    expect(await scene.order('abortMigration')).toMatchObject({
      kind: 'refused',
      guard: 'moveUnderWay',
      fact: expect.stringContaining('past the point'),
    });
    await scene.rests();
    expect(scene.owner).toBe('h2');
    expect(await scene.faults('running')).toEqual([]);
  });

  test.each(['planning.check', 'preparing.prepare', 'copying.copy', 'landing.adopt'])(
    'I9: deleted in %s, it is gone from both hosts, and the spine is closed',
    async (phase) => {
      const scene = await MoveScene.running(storage);
      await scene.taken('liveMigrate');
      await scene.reaches(phase);
      await scene.taken('delete');
      expect(await scene.faults('deleted')).toEqual([]);
    },
  );
});

test('a destination that fails the check is left alone, and another one takes the guest', async () => {
  const scene = await MoveScene.running('separate', ['h1', 'h2', 'h3']);
  scene.world.sim('h2').faults.add({ kind: 'fail', when: 'before', on: 'writeProbe', times: 9 });
  await scene.done('liveMigrate');
  expect(scene.owner).toBe('h3');
  expect(await scene.events('h2')).toEqual([]);
  expect(await scene.faults('running')).toEqual([]);
});

test('without another host a failed check ends the move, and the guest notices nothing', async () => {
  const scene = await MoveScene.running('separate');
  scene.world.sim('h2').faults.add({ kind: 'fail', when: 'before', on: 'writeProbe', times: 9 });
  await scene.done('liveMigrate');
  expect([scene.owner, scene.value, scene.phase]).toEqual(['h1', 'running', 'undone']);
  expect(failure(scene)).toMatchObject({ step: 'checkMove.failed' });
  expect(await scene.faults('running')).toEqual([]);
});

test('a host that was asked for is tried alone: when it cannot, the reason is kept', async () => {
  const scene = await MoveScene.running('separate', ['h1', 'h2', 'h3']);
  scene.world.sim('h2').faults.add({ kind: 'fail', when: 'before', on: 'writeProbe', times: 9 });
  await scene.done('liveMigrate', { host: 'h2' });
  expect([scene.owner, scene.phase]).toEqual(['h1', 'undone']);
  expect(failure(scene)).toMatchObject({ step: 'checkMove.failed' });
});

test.each(['liveMigrate', 'coldMigrate'] as const)('%s to where it is begins no move', async (name) => {
  const scene = await MoveScene.running('separate');
  expect(await scene.order(name, { host: 'h1' })).toMatchObject({ kind: 'refused', guard: 'elsewhere', path: null });
  expect([scene.value, scene.phase]).toEqual(['running', 'none']);
});

test('a destination that cannot get ready clears up after itself, and the source was never asked for anything', async () => {
  const scene = await MoveScene.running('separate');
  scene.world.sim('h2').faults.add({ kind: 'fail', when: 'before', on: 'plugTap', times: 9 });
  await scene.done('liveMigrate');
  expect([scene.owner, scene.value, scene.phase]).toEqual(['h1', 'running', 'undone']);
  expect(await scene.events('h1')).not.toContain('liveMigration.requested');
  expect(await scene.events('h2')).toEqual(['incoming', 'preLiveMigration.failed', 'cleaned']);
  expect(await scene.faults('running')).toEqual([]);
});

test('a guest that writes faster than it is copied ends its move when a person is in a hurry', async () => {
  const scene = await MoveScene.running('separate');
  scene.world.sim('h1').busyGuests.add(scene.uuid);
  await scene.taken('liveMigrate');
  await scene.reaches('copying.copy');
  await scene.world.clock.advance(60_000);
  expect(scene.phase).toBe('copying.copy');
  await scene.taken('forceComplete');
  await scene.rests();
  expect(scene.owner).toBe('h2');
  expect(await scene.faults('running')).toEqual([]);
});

test('commands during the copy are refused, each with its guard and a fact', async () => {
  const scene = await MoveScene.running('separate');
  await scene.taken('liveMigrate');
  await scene.reaches('copying.copy');
  await scene.until(() => scene.value === 'migrating.liveMigration', 'the copy');
  for (const name of ['pause', 'stop', 'suspend', 'reboot', 'hardReboot', 'liveMigrate', 'coldMigrate'] as const) {
    const args = name === 'stop' ? { timeoutSeconds: 0 } : {};
    expect(await scene.order(name, args)).toMatchObject({
      kind: 'refused',
      guard: 'state',
      fact: expect.stringContaining('migrating (liveMigration)'),
    });
  }
  expect(await scene.order('confirmResize')).toMatchObject({ kind: 'refused', guard: 'state' });
  expect(await scene.order('evacuate')).toMatchObject({
    kind: 'refused',
    guard: 'noMove',
    fact: expect.stringContaining('copying.copy'),
  });
  await scene.rests();
  expect(scene.owner).toBe('h2');
  expect(await scene.order('abortMigration')).toMatchObject({ kind: 'refused', guard: 'moveUnderWay' });
  expect(await scene.order('forceComplete')).toMatchObject({ kind: 'refused', guard: 'moveUnderWay' });
});

test('the next move is taken as soon as the guest runs at its new host, whatever the spine has still to store', async () => {
  const scene = await MoveScene.running('separate');
  await scene.taken('liveMigrate');
  await scene.until(() => scene.owner === 'h2' && scene.value === 'running', 'the arrival');
  await scene.taken('liveMigrate');
  await scene.rests();
  expect([scene.owner, scene.value, scene.phase]).toEqual(['h1', 'running', 'done']);
  expect(await scene.faults('running')).toEqual([]);
});

test('a lock keeps a guest from being moved, and goes along when an operator unlocks, moves and locks it', async () => {
  const scene = await MoveScene.running('shared');
  await scene.taken('lock', { reason: 'under test' });
  const { world, uuid } = scene;
  const asUser = { id: 'as-user', instance: uuid, name: 'liveMigrate', args: {}, by: { kind: 'user', name: 'ada' } };
  const reply = await world.clock.settle(scene.coordinator.cluster.send(asUser as never, 'h1'));
  expect(reply).toMatchObject({
    answer: { kind: 'refused', guard: 'lockOpen', fact: expect.stringContaining('under test') },
  });
  const asOperator = { ...asUser, id: 'as-operator', by: { kind: 'operator', name: 'grace' } };
  await world.clock.settle(scene.coordinator.cluster.send(asOperator as never, 'h1'));
  await scene.rests();
  expect(scene.owner).toBe('h2');
  expect(world.last('h2', uuid)?.state.parts.lock).toMatchObject({ reason: 'under test' });
});

test('a lock keeps its user also from calling off a move, forcing it, and deleting what moves; not an operator', async () => {
  const scene = await MoveScene.running('separate');
  const { world, uuid } = scene;
  world.sim('h1').busyGuests.add(uuid);
  const grace = { kind: 'operator', name: 'grace' } as const;
  const asOperator = async (name: string): Promise<unknown> => {
    const command = { id: `operator-${name}`, instance: uuid, name, args: {}, by: grace };
    return world.clock.settle(scene.coordinator.cluster.send(command as never, 'h1'));
  };
  // Locked before it goes, by an operator; and on its way.
  for (const locksFirst of [true, false]) {
    if (locksFirst) await scene.taken('lock', { reason: 'under test' });
    await (locksFirst ? asOperator('liveMigrate') : scene.taken('liveMigrate'));
    await scene.reaches('copying.copy');
    if (!locksFirst) await scene.taken('lock', { reason: 'under test' });
    for (const name of ['abortMigration', 'forceComplete', 'delete'] as const)
      expect(await scene.order(name)).toMatchObject({
        kind: 'refused',
        guard: 'lockOpen',
        fact: 'locked by tester: under test',
        path: ['unlock'],
      });
    expect(scene.phase).toBe('copying.copy');
    if (locksFirst) {
      // What is taken away at the source counts at once.
      await scene.taken('unlock');
      await scene.taken('abortMigration');
    } else expect(await asOperator('abortMigration')).toMatchObject({ answer: { kind: 'accepted' } });
    expect(await scene.rests()).toBe('running');
    expect([scene.owner, scene.phase]).toEqual(['h1', 'undone']);
  }
  expect(await scene.order('stop')).toMatchObject({ guard: 'lockOpen' });
  expect(await scene.faults('running')).toEqual([]);
});

test('a lock that was there when the instance was given to its host, and is not any more, keeps nobody out', async () => {
  const scene = await MoveScene.running('separate');
  await scene.taken('lock');
  await scene.taken('unlock');
  await scene.done('shelve');
  await scene.taken('lock');
  const offload = {
    id: 'o1',
    instance: scene.uuid,
    name: 'offload',
    args: {},
    by: { kind: 'operator', name: 'grace' },
  };
  await scene.world.clock.settle(scene.coordinator.cluster.send(offload as never, 'h1'));
  await scene.rests();
  expect(await scene.order('unshelve')).toMatchObject({ guard: 'lockOpen', path: ['unlock'] });
  const unshelve = { ...offload, id: 'o2', name: 'unshelve' };
  await scene.world.clock.settle(scene.coordinator.cluster.send(unshelve as never, CLUSTER));
  expect(await scene.rests()).toBe('running');
  await scene.taken('unlock');
  expect(scene.world.last(CLUSTER, scene.uuid)?.state.parts.lock).not.toBeNull();
  scene.world.sim(scene.owner ?? 'h1').busyGuests.add(scene.uuid);
  await scene.taken('liveMigrate');
  await scene.reaches('copying.copy');
  await scene.taken('abortMigration');
  expect(await scene.rests()).toBe('running');
});

test('I7: the spine alone grants, and no epoch is ever owned by two hosts', async () => {
  const scene = await MoveScene.running('separate', ['h1', 'h2', 'h3']);
  for (let n = 0; n < 4; n += 1) await scene.done('liveMigrate');
  const owners = new Map<number, Set<string>>();
  for (const host of ['h1', 'h2', 'h3'])
    for (const { epoch, role } of await scene.roles(host))
      if (role === 'owner') owners.set(epoch, (owners.get(epoch) ?? new Set()).add(host));
  expect([1, 2, 3, 4, 5].map((epoch) => owners.get(epoch)?.size)).toEqual([1, 1, 1, 1, 1]);
  expect(owners.size).toBe(5);
  expect((await scene.events(CLUSTER)).filter((type) => type === 'granted')).toHaveLength(5);
});
