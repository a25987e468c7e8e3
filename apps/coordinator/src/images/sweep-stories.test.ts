/** The sweep over processes that die and hosts that are away, in memory and virtual time. */
import { CLUSTER, type CommandName, type InstanceSpec, type TurnMessage } from '@chronovirt/contract';
import { isReadable, MemoryJournal, specIn } from '@chronovirt/runtime';
import { sampleSpec } from '@chronovirt/testing/world';
import { afterEach, expect, test } from 'vitest';
import { ClusterWorld, type Coordinator } from '../testing/cluster-world.ts';

const { uuid } = sampleSpec(1);
/** Longer than from one pass over everything to the next. */
const PASSES_MS = 700_000;

class Story {
  readonly world = new ClusterWorld(['h1', 'h2']);
  coordinator!: Coordinator;

  static async begin(): Promise<Story> {
    const story = new Story();
    stories.push(story);
    for (const host of ['h1', 'h2']) await story.world.startAgent(host);
    story.coordinator = await story.world.startCoordinator();
    await story.world.create(story.coordinator, 1, 'h1');
    await story.world.rests(uuid);
    return story;
  }

  async done(name: CommandName, args: Record<string, unknown> = {}): Promise<void> {
    const reply = await this.world.command(this.coordinator, uuid, name, args);
    if (reply.kind !== 'answer' || reply.answer.kind !== 'accepted') throw new Error(JSON.stringify(reply));
    await this.world.rests(uuid);
  }

  backUp = (): Promise<void> => this.done('backup', { name: 'nightly', rotation: 1 });

  backups(host: string): string[] {
    return (this.world.last(host, uuid)?.state.parts.backups ?? []).map(({ sha256 }) => sha256);
  }

  /** The last spec that a host stored. */
  async spec(host: string): Promise<InstanceSpec | undefined> {
    let found: InstanceSpec | undefined;
    for await (const stored of new MemoryJournal({ store: this.world.store }).read(host, uuid))
      found = (isReadable(stored) ? specIn(stored.message) : undefined) ?? found;
    return found;
  }

  /** In the store, and on the hosts. */
  lie(): Record<string, readonly string[]> {
    const of = (host: string): string[] => this.world.sim(host).files.images();
    return { store: this.world.images.hashes, h1: of('h1'), h2: of('h2') };
  }

  killCoordinator(): void {
    this.world.killCoordinator(this.coordinator);
  }

  async restartCoordinator(): Promise<void> {
    this.coordinator = await this.world.startCoordinator();
    await this.world.clock.advance(5_000);
  }
}

const stories: Story[] = [];
afterEach(() => {
  for (const { world } of stories.splice(0)) world.close();
});

const stores = ({ events }: TurnMessage, type: string): boolean => events.some((event) => event.type === type);

test('a backup that was replaced while no coordinator ran goes when one starts, without another backup', async () => {
  const story = await Story.begin();
  const { world } = story;
  await story.backUp();
  const [first] = story.backups('h1');
  story.killCoordinator();
  const command = { name: 'backup', args: { name: 'nightly', rotation: 1 }, instance: uuid, id: 'by-hand' };
  const by = { kind: 'user', name: 'tester' };
  await world.clock.settle(world.agent('h1')!.host.command({ ...command, by } as never));
  await world.rests(uuid);
  const [second] = story.backups('h1');
  expect(story.lie()).toEqual({ store: [first, second], h1: [second], h2: [] });
  await story.restartCoordinator();
  expect(story.lie()).toEqual({ store: [second], h1: [second], h2: [] });
});

test('a backup goes from the host that made it when a newer one is made on another host, also when that host was away', async () => {
  const story = await Story.begin();
  const { world } = story;
  await story.backUp();
  const [first] = story.backups('h1');
  await story.done('liveMigrate', { host: 'h2' });
  expect(story.lie()).toEqual({ store: [first], h1: [first], h2: [] });
  world.killAgent('h1');
  await story.backUp();
  const [second] = story.backups('h2');
  expect(second).not.toBe(first);
  await world.clock.advance(5_000);
  expect(story.lie()).toEqual({ store: [second], h1: [first], h2: [second] });
  await world.startAgent('h1');
  await world.clock.advance(PASSES_MS);
  expect(story.lie()).toEqual({ store: [second], h1: [], h2: [second] });
});

test('an image that is there before its instance says so stays, whoever starts meanwhile', async () => {
  const story = await Story.begin();
  const { world } = story;
  world.killAgent('h1');
  await world.startAgent('h1', (_n, when, message) => {
    if (when === 'before' && stores(message, 'snapshot.done')) world.killAgent('h1');
  });
  const name = 'backup';
  await world.command(story.coordinator, uuid, name, { name: 'nightly', rotation: 1 });
  await world.clock.runUntil(() => world.agent('h1') === null, { what: 'the death of the agent' });
  const [made] = world.images.hashes;
  expect(story.lie()).toEqual({ store: [made], h1: [made], h2: [] });
  story.killCoordinator();
  await story.restartCoordinator();
  await world.clock.advance(PASSES_MS);
  expect(story.lie()).toEqual({ store: [made], h1: [made], h2: [] });
  await world.startAgent('h1');
  await world.rests(uuid);
  await world.clock.advance(PASSES_MS);
  expect(story.backups('h1')).toEqual([made]);
  expect(story.lie()).toEqual({ store: [made], h1: [made], h2: [] });
});

test('what a run made of which nothing came goes', async () => {
  const story = await Story.begin();
  const { world } = story;
  await story.backUp();
  const [kept] = story.backups('h1');
  world.killAgent('h1');
  await world.startAgent('h1', (_n, when, message) => {
    if (when === 'before' && stores(message, 'snapshot.done')) world.killAgent('h1');
  });
  await world.command(story.coordinator, uuid, 'shelve');
  await world.clock.runUntil(() => world.agent('h1') === null, { what: 'the death of the agent' });
  expect(world.images.hashes).toHaveLength(2);
  await world.command(story.coordinator, uuid, 'delete').catch(() => undefined);
  await world.startAgent('h1');
  await world.command(story.coordinator, uuid, 'delete');
  await world.rests(uuid);
  await world.clock.advance(PASSES_MS);
  expect(world.last(CLUSTER, uuid)?.state.value).toBe('deleted');
  // Backups outlive their instance.
  expect(story.lie()).toEqual({ store: [kept], h1: [kept], h2: [] });
});

test('what an unshelve is made from stays while that is under way, and as long as its disk, wherever that goes', async () => {
  const story = await Story.begin();
  const { world } = story;
  await story.done('shelve');
  await story.done('offload');
  const shelved = (await story.spec('h1'))?.shelved?.sha256;
  world.sim('h2').faults.add({ kind: 'hang', on: 'makeDirectory', instance: uuid, ms: 800_000 });
  await world.command(story.coordinator, uuid, 'unshelve', { host: 'h2' });
  await world.clock.runUntil(() => world.last('h2', uuid)?.state.value === 'unshelving.spawn', {
    what: 'the unshelve',
  });
  story.killCoordinator();
  await story.restartCoordinator();
  await world.clock.advance(PASSES_MS);
  expect(world.last('h2', uuid)?.state.value).toBe('unshelving.spawn');
  expect(story.lie()).toEqual({ store: [shelved], h1: [shelved], h2: [] });
  await world.rests(uuid);
  await story.done('liveMigrate', { host: 'h1' });
  await world.clock.advance(PASSES_MS);
  expect((await story.spec('h1'))?.restsOn?.sha256).toBe(shelved);
  expect(story.lie()).toEqual({ store: [shelved], h1: [shelved], h2: [] });
  await story.done('rebuild');
  await world.clock.advance(5_000);
  expect(story.lie()).toEqual({ store: [], h1: [], h2: [] });
});

test('on its way between two hosts it needs what either of them needs, though the spine knows nothing of it', async () => {
  const story = await Story.begin();
  const { world } = story;
  await story.done('shelve');
  await story.done('offload');
  await story.done('unshelve', { host: 'h2' });
  const shelved = (await story.spec('h2'))?.restsOn?.sha256;
  await story.backUp();
  const [backup] = story.backups('h2');
  story.killCoordinator();
  // It dies when the source is fenced and the destination has not taken over yet.
  const { coordinator, started } = world.launchCoordinator((_n, when, message) => {
    if (when === 'after' && stores(message, 'fenceSource.done')) world.killCoordinator(coordinator);
  });
  await world.clock.settle(started);
  await world.command(coordinator, uuid, 'liveMigrate', { host: 'h1' });
  await world.clock.runUntil(() => coordinator.fate.dead, { what: 'the death of the coordinator' });
  await world.clock.advance(60_000);
  expect(world.last('h2', uuid)?.state.actor.role.kind).toBe('closed');
  world.killAgent('h1');
  await story.restartCoordinator();
  await world.clock.advance(PASSES_MS);
  expect(world.last('h1', uuid)?.state.actor.role.kind).toBe('incoming');
  expect(new Set(world.images.hashes)).toEqual(new Set([shelved, backup]));
  await world.startAgent('h1');
  await world.rests(uuid);
  expect(story.backups('h1')).toEqual([backup]);
});
