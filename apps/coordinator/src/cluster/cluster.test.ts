import { CLUSTER, type InstanceSpec } from '@chronovirt/contract';
import { sampleSpec } from '@chronovirt/testing/world';
import { describe, expect, test } from 'vitest';
import { ClusterWorld, type Coordinator } from '../testing/cluster-world.ts';

const { uuid } = sampleSpec();

async function world(names?: string[]): Promise<{ world: ClusterWorld; coordinator: Coordinator }> {
  const all = new ClusterWorld(names);
  for (const name of names ?? ['h1', 'h2']) await all.startAgent(name);
  return { world: all, coordinator: await all.startCoordinator() };
}

describe('a build over spine and host', () => {
  test('is placed, ordered, adopted and runs on one host', async () => {
    const { world: all, coordinator } = await world();
    expect(await all.create(coordinator)).toMatchObject({ kind: 'answer', answer: { kind: 'accepted' } });
    const states = await all.rests(uuid);
    expect(states[CLUSTER]).toBe('building.spawn granted');
    expect(all.whereItRuns(uuid)).toHaveLength(1);
  });

  test('goes to another host when the first one cannot build it, and leaves nothing behind', async () => {
    const { world: all, coordinator } = await world();
    all.sim('h1').faults.add({ kind: 'fail', when: 'before', on: 'create', times: 9 });
    await all.create(coordinator, 1);
    await all.rests(uuid);
    expect(all.whereItRuns(uuid)).toEqual(['h2']);
    expect(all.last('h1', uuid)?.state.actor.role.kind ?? 'closed').toBe('closed');
  });

  test('fails with the reason when every host has failed, and can be deleted', async () => {
    const { world: all, coordinator } = await world(['h1']);
    all.sim('h1').faults.add({ kind: 'fail', when: 'before', on: 'create', times: 9 });
    await all.create(coordinator);
    expect((await all.rests(uuid))[CLUSTER]).toBe('failed owner');
    expect(all.last(CLUSTER, uuid)?.state.context.failure?.method).toBe('spawn');
    const refused = await all.command(coordinator, uuid, 'pause');
    expect(refused).toMatchObject({ answer: { kind: 'refused', guard: 'state', path: null } });
    await all.command(coordinator, uuid, 'delete');
    expect((await all.rests(uuid))[CLUSTER]).toMatch(/^deleted/);
  });

  test('no host fits: failed, with the reason of each host', async () => {
    const { world: all, coordinator } = await world(['h1']);
    const spec = sampleSpec(1, { flavor: { ...sampleSpec().flavor, memoryMiB: 10_000_000 } });
    await all.command(coordinator, uuid, 'create', { spec });
    await all.rests(uuid);
    expect(all.last(CLUSTER, uuid)?.state.context.failure?.message).toMatch(/h1: 10000000 MiB of memory wanted/);
  });

  test('a silent host is fenced out of the order in its own history; when it comes back it cannot take it', async () => {
    const { world: all, coordinator } = await world(['h1', 'h2']);
    const first = 'h1';
    all.cutOff.add(first);
    await all.create(coordinator, 1, first);
    const states = await all.rests(uuid);
    expect(states[CLUSTER]).toBe('failed owner');
    expect(all.last(first, uuid)?.events.map(({ type }) => type)).toEqual(['fence']);
    all.cutOff.delete(first);
    await all.clock.advance(600_000);
    expect(all.whereItRuns(uuid)).toEqual([]);
  });
});

describe('an instance that cannot be read on the spine alone', () => {
  async function unreadable(when: 'at the start' | 'later'): Promise<{ all: ClusterWorld; coordinator: Coordinator }> {
    const { world: all, coordinator } = await world(['h1', 'h2']);
    await all.create(coordinator, 1, 'h1');
    await all.rests(uuid);
    all.store.append(CLUSTER, uuid, 'from-the-future', all.store.last(CLUSTER, uuid)?.seq ?? 0, '{"v":2}');
    if (when === 'later') return { all, coordinator };
    all.killCoordinator(coordinator);
    return { all, coordinator: await all.startCoordinator() };
  }

  test.each(['at the start', 'later'] as const)(
    'claims what its host says that it takes, until it is deleted there (found so %s)',
    async (when) => {
      const { all, coordinator } = await unreadable(when);
      const { vcpus, memoryMiB } = sampleSpec(1).flavor;
      expect(coordinator.cluster.claimedOn('h1')).toMatchObject({ vcpus, memoryMiB });
      expect(await all.command(coordinator, uuid, 'pause')).toMatchObject({ answer: { kind: 'accepted' } });
      await all.clock.advance(10_000);
      expect(all.last('h1', uuid)?.state.value).toBe('paused');
      expect(coordinator.cluster.claimedOn('h1')).toMatchObject({ vcpus, memoryMiB });
      await all.command(coordinator, uuid, 'delete');
      await all.clock.advance(10_000);
      expect(all.last('h1', uuid)?.state.value).toBe('deleted');
      expect(coordinator.cluster.claimedOn('h1')).toEqual({ vcpus: 0, memoryMiB: 0, diskGiB: 0 });
      expect(coordinator.model.get(uuid)?.isDeleted).toBe(true);
    },
  );
});

describe('an instance on the shelf', () => {
  test('leaves its host, and runs again on another one from the image of its own disk; then it is rebuilt from what it was first made of', async () => {
    const { world: all, coordinator } = await world(['h1', 'h2']);
    await all.create(coordinator, 1, 'h1');
    await all.rests(uuid);
    await all.command(coordinator, uuid, 'lock', { reason: 'audit' });
    for (const order of ['unlock', 'shelve'] as const) {
      await all.command(coordinator, uuid, order);
      await all.rests(uuid);
    }
    const shelved = all.last('h1', uuid)?.events.flatMap(({ data }) => data?.['spec'] ?? [])[0] as InstanceSpec;
    expect(shelved.shelved).toMatchObject({ name: `${shelved.name}-shelved`, format: 'qcow2' });

    await all.command(coordinator, uuid, 'offload');
    expect(await all.rests(uuid)).toMatchObject({ [CLUSTER]: 'offloaded owner', h1: 'offloaded closed' });
    expect(all.whereItRuns(uuid)).toEqual([]);
    expect(all.sim('h1').find(uuid)).toBeNull();
    expect(await coordinator.cluster.spine.spec(uuid)).toEqual(shelved);

    // Its host is away: it does not depend on it any more.
    all.cutOff.add('h1');
    await all.clock.advance(60_000);
    expect(await all.command(coordinator, uuid, 'unshelve')).toMatchObject({ answer: { kind: 'accepted' } });
    await all.rests(uuid);
    expect(all.whereItRuns(uuid)).toEqual(['h2']);
    const root = all
      .sim('h2')
      .files.view(uuid)
      ?.files.find(({ name }) => name === 'root');
    expect(root?.content).toContain(shelved.shelved?.sha256);
    await all.command(coordinator, uuid, 'rebuild');
    await all.rests(uuid);
    expect(
      all
        .sim('h2')
        .files.view(uuid)
        ?.files.find(({ name }) => name === 'root')?.content,
    ).toContain(shelved.image.sha256);
  });
});

describe('an offloaded instance whose host is chosen by a person', () => {
  async function offloaded(): Promise<{ world: ClusterWorld; coordinator: Coordinator }> {
    const { world: all, coordinator } = await world(['h1', 'h2', 'h3']);
    await all.create(coordinator, 1, 'h1');
    await all.rests(uuid);
    for (const order of ['shelve', 'offload'] as const) {
      await all.command(coordinator, uuid, order);
      await all.rests(uuid);
    }
    return { world: all, coordinator };
  }
  const failure = (all: ClusterWorld): string =>
    (all.last(CLUSTER, uuid)?.events ?? []).map(({ data }) => JSON.stringify(data?.['error'] ?? '')).join('');

  test('runs there, and not on the one that has most room', async () => {
    const { world: all, coordinator } = await offloaded();
    await all.create(coordinator, 2, 'h3');
    await all.command(coordinator, uuid, 'unshelve', { host: 'h3' });
    await all.rests(uuid);
    expect(all.whereItRuns(uuid)).toEqual(['h3']);
  });

  test('stays on the shelf when that host cannot take it, with the reason, and can be asked for again', async () => {
    const { world: all, coordinator } = await offloaded();
    all.killAgent('h3');
    await all.command(coordinator, uuid, 'unshelve', { host: 'h3' });
    expect((await all.rests(uuid))[CLUSTER]).toBe('offloaded owner');
    expect(failure(all)).toContain('h3: its agent has not reported lately');
    expect(all.whereItRuns(uuid)).toEqual([]);
    await all.command(coordinator, uuid, 'unshelve', { host: 'h2' });
    await all.rests(uuid);
    expect(all.whereItRuns(uuid)).toEqual(['h2']);
  });

  test('goes to no other host when its guest does not start on that one', async () => {
    const { world: all, coordinator } = await offloaded();
    all.sim('h3').faults.add({ kind: 'fail', when: 'before', on: 'create', times: 9 });
    await all.command(coordinator, uuid, 'unshelve', { host: 'h3' });
    expect((await all.rests(uuid))[CLUSTER]).toBe('offloaded owner');
    expect(all.last(CLUSTER, uuid)?.events.map(({ type }) => type)).toEqual(['returned']);
    for (const host of ['h1', 'h2', 'h3']) expect(all.holds(host, uuid)).toEqual([]);
  });
});

describe('a delete', () => {
  test('of a running instance ends on the host and closes the spine', async () => {
    const { world: all, coordinator } = await world();
    await all.create(coordinator);
    await all.rests(uuid);
    await all.command(coordinator, uuid, 'delete');
    const states = await all.rests(uuid);
    expect(states[CLUSTER]).toBe('deleted closed');
    expect(all.whereItRuns(uuid)).toEqual([]);
  });

  test('overtakes an order that the host has not taken: nothing is ever built', async () => {
    const { world: all, coordinator } = await world(['h1']);
    all.cutOff.add('h1');
    await all.create(coordinator);
    await all.clock.runUntil(() => all.last(CLUSTER, uuid)?.state.value === 'building.order');
    await all.command(coordinator, uuid, 'delete');
    all.cutOff.delete('h1');
    expect((await all.rests(uuid))[CLUSTER]).toBe('deleted closed');
    await all.clock.advance(600_000);
    expect(all.whereItRuns(uuid)).toEqual([]);
  });
});

describe('a coordinator killed at any append', () => {
  test.each(['create', 'delete'] as const)(
    'of a %s: the next one carries it to its end',
    { timeout: 60_000 },
    async (operation) => {
      const ends: Record<string, unknown> = {};
      for (let n = 1; n < 20; n++) {
        for (const phase of ['before', 'after'] as const) {
          const all = new ClusterWorld(['h1', 'h2']);
          await all.startAgent('h1');
          await all.startAgent('h2');
          let counting = operation === 'create';
          let appends = 0;
          const first: Coordinator = await all.startCoordinator((_n, when) => {
            if (!counting) return;
            if (when === 'before') appends += 1;
            if (appends === n && when === phase) first.fate.kill();
          });
          if (operation === 'delete') {
            await all.create(first);
            await all.rests(uuid);
            counting = true;
          }
          const sent =
            operation === 'create'
              ? first.cluster.send(createCommand(), CLUSTER)
              : first.cluster.send(deleteCommand(), first.model.get(uuid)?.host ?? CLUSTER);
          void sent.catch(() => {});
          await all.clock.advance(5_000);
          const died = first.fate.dead;
          if (!died) {
            await all.clock.advance(60_000);
            if (!first.fate.dead) {
              expect(Object.keys(ends).length).toBeGreaterThan(0);
              expect(problemsOf(ends)).toEqual({});
              return;
            }
          }
          const second = await all.startCoordinator();
          // The caller got no answer: it sends the same command again.
          const again =
            operation === 'create'
              ? second.cluster.send(createCommand(), CLUSTER)
              : second.cluster.send(deleteCommand(), second.model.get(uuid)?.host ?? CLUSTER);
          await all.clock.settle(again);
          ends[`${phase} ${n}`] = {
            states: await all.rests(uuid).catch((error: Error) => error.message),
            runs: all.whereItRuns(uuid).length,
            operation,
          };
        }
      }
    },
  );

  const command = (name: string, args: object) =>
    ({ id: `${name}-once`, instance: uuid, name, args, by: { kind: 'user', name: 'tester' } }) as never;
  const createCommand = () => command('create', { spec: sampleSpec() });
  const deleteCommand = () => command('delete', {});

  function problemsOf(ends: Record<string, unknown>): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(ends).filter(([, end]) => {
        const { states, runs, operation } = end as {
          states: Record<string, string> | string;
          runs: number;
          operation: string;
        };
        if (typeof states === 'string') return true;
        return operation === 'create'
          ? runs !== 1 || states[CLUSTER] !== 'building.spawn granted'
          : runs !== 0 || states[CLUSTER] !== 'deleted closed';
      }),
    );
  }
});
