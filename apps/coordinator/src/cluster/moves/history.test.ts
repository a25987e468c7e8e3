/** What is told of a move afterwards: one chain over the spine and all hosts, each segment of which folds, and at each message the right owner. */
import { CLUSTER } from '@chronovirt/contract';
import { sampleSpec } from '@chronovirt/testing/world';
import { isReadable, MemoryJournal, MemoryStore, silentLog, type Stored } from '@chronovirt/runtime';
import { describe, expect, test } from 'vitest';
import { readChain } from '../../history/chain.ts';
import { linksOf } from '../../history/links.ts';
import { ReadModel } from '../../read-model/read-model.ts';
import { MoveScene } from '../../testing/move-scene.ts';

const { flavor } = sampleSpec(1);
const larger = { ...flavor, name: 'larger', vcpus: 2 };
const hosts = ['h1', 'h2', 'h3'];

/** Stories that have every kind of tie between segments. */
const stories: Readonly<Record<string, (scene: MoveScene) => Promise<void>>> = {
  'a live migration there and back': async (scene) => {
    await scene.done('liveMigrate');
    await scene.done('liveMigrate');
  },
  'a live migration that is called off': async (scene) => {
    await scene.taken('liveMigrate');
    await scene.reaches('preparing.prepare');
    await scene.taken('abortMigration');
    await scene.rests();
  },
  'a resize that is confirmed': async (scene) => {
    await scene.done('resize', { flavor: larger, host: 'h2' });
    await scene.done('confirmResize');
  },
  'a resize that is turned back': async (scene) => {
    await scene.done('resize', { flavor: larger, host: 'h2' });
    await scene.done('revertResize');
  },
  'an evacuation, and the return of the host': async (scene) => {
    scene.lose('h1');
    await scene.done('evacuate', { fromImage: true });
    await scene.comesBack('h1');
  },
  'a build that a host could not do, a move and a delete': async (scene) => {
    await scene.done('liveMigrate');
    await scene.done('delete');
  },
};

/** All messages in the order in which the journal took them. */
async function played(story: (scene: MoveScene) => Promise<void>): Promise<{ scene: MoveScene; order: Stored[] }> {
  const scene = await MoveScene.empty('separate', hosts);
  const journal = new MemoryJournal({ store: scene.world.store });
  const places: [string, number][] = [];
  for (const host of [CLUSTER, ...hosts])
    scene.world.store.onStored(host, () => places.push([host, scene.world.store.end(host)]));
  await scene.done('create', { spec: sampleSpec(1), host: 'h1' });
  await story(scene);
  const order: Stored[] = [];
  for (const [host, seq] of places) {
    const stored = await journal.get(host, seq);
    if (stored?.instance === scene.uuid) order.push(stored);
  }
  return { scene, order };
}

const placeOf = ({ host, seq }: { host: string; seq: number }): string => `${host}:${seq}`;

/** The same messages in streams whose hosts' clocks are hours off. */
async function withBrokenClocks(order: readonly Stored[]): Promise<MemoryJournal> {
  const journal = new MemoryJournal({ store: new MemoryStore() });
  for (const host of [CLUSTER, ...hosts]) await journal.provision(host);
  const last = new Map<string, number>();
  const off: Record<string, number> = { h1: 3_600_000, h2: -7_200_000, h3: -1_000 };
  for (const stored of order) {
    if (!isReadable(stored)) throw new Error('unreadable');
    const { message, host, seq } = stored;
    // Sequences have to be as they were: other messages of the stream are left out by nobody here.
    for (let at = journal.store.end(host) + 1; at < seq; at += 1) journal.store.putRaw(host, `other-${at}`, '{}');
    const moved = { ...message, at: message.at + (off[host] ?? 0) };
    const appended = await journal.append(moved, last.get(host) ?? 0);
    if (appended.kind === 'stored') last.set(host, appended.seq);
  }
  return journal;
}

describe.each(Object.keys(stories))('%s', (name) => {
  test('is one chain, found from the spine alone, in which every order comes after its cause, whatever the clocks say', async () => {
    const { scene, order } = await played(stories[name]!);
    const journal = await withBrokenClocks(order);
    const chain: Stored[] = [];
    for await (const stored of readChain(journal, scene.uuid)) chain.push(stored);
    expect(chain.map(placeOf).toSorted()).toEqual(order.map(placeOf).toSorted());
    const at = new Map(chain.map((stored, index) => [placeOf(stored), index]));
    const early = chain.flatMap((stored, index) =>
      linksOf(stored)
        .after.filter((end) => (at.get(placeOf(end)) ?? -1) >= index)
        .map((end) => `${placeOf(stored)} comes before ${placeOf(end)}`),
    );
    expect(early).toEqual([]);
  });

  test('ties each message that another segment caused to what caused it', async () => {
    const { order } = await played(stories[name]!);
    const caused = new Set([
      'incoming',
      'adopted',
      'fence',
      'undo',
      'moveOver',
      'returned',
      'move.requested',
      'confirm.requested',
      'revert.requested',
      'prepareMove.done',
      'adoptMove.done',
      'undoMove.done',
      'confirmKept.done',
    ]);
    const loose = order.filter(
      (stored) =>
        isReadable(stored) &&
        stored.message.events.some(
          // An evacuation is ordered by a person, on the spine itself.
          ({ type, data }) => caused.has(type) && !(type === 'move.requested' && data?.['kind'] === 'evacuate'),
        ) &&
        linksOf(stored).after.length === 0,
    );
    expect(loose.map((stored) => (isReadable(stored) ? stored.message.events.map(({ type }) => type) : []))).toEqual(
      [],
    );
  });

  test('names, after every stored message, the host that holds the newest epoch, or the spine while none has taken it', async () => {
    const { scene, order } = await played(stories[name]!);
    const store = new MemoryStore();
    for (const host of [CLUSTER, ...hosts]) store.provision(host);
    const model = new ReadModel({ journal: new MemoryJournal({ store }), log: silentLog });
    await model.start();
    const known = new Map<string, { epoch: number; kind: string; deleted: boolean }>();
    const wrong: string[] = [];
    for (const stored of order) {
      if (!isReadable(stored)) continue;
      const { host, seq, message } = stored;
      for (let at = store.end(host) + 1; at < seq; at += 1) store.putRaw(host, `other-${at}`, '{}');
      store.putRaw(host, scene.uuid, JSON.stringify(message));
      await scene.world.clock.drain();
      known.set(host, {
        epoch: message.state.actor.epoch,
        kind: message.state.actor.role.kind,
        deleted: message.state.value === 'deleted',
      });
      const owners = [...known]
        .filter(([, { kind }]) => kind === 'owner')
        .toSorted(([, a], [, b]) => b.epoch - a.epoch);
      const newest = Math.max(...[...known.values()].map(({ epoch }) => epoch));
      const expected = owners[0] !== undefined && owners[0][1].epoch === newest ? owners[0][0] : null;
      const shown = model.get(scene.uuid)?.host ?? null;
      if (expected !== null && shown !== expected)
        wrong.push(`after ${placeOf(stored)}: ${shown}, expected ${expected}`);
      if (expected === null && shown !== CLUSTER && !known.get(shown ?? '')?.deleted)
        wrong.push(`after ${placeOf(stored)}: ${shown}, expected the spine`);
    }
    model.close();
    expect(wrong).toEqual([]);
  });

  test('leaves segments that all fold to what they say of themselves', async () => {
    const { scene } = await played(stories[name]!);
    const end = scene.value === 'deleted' || scene.owner === null ? 'deleted' : 'running';
    expect(await scene.faults(end)).toEqual([]);
  });
});
