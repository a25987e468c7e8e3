/** The passes over the image cache of an agent, with the real runtime and a simulated host in virtual time. */
import { incarnationOf, type ArgsOf, type HostContext, type InstanceUuid } from '@chronovirt/contract';
import { MemoryJournal, silentLog, writeStanding, type Log } from '@chronovirt/runtime';
import { AgentWorld, sampleSpec, type Agent } from '@chronovirt/testing/world';
import { describe, expect, test } from 'vitest';
import { agentConfig } from './config.ts';
import { manageImageCache, type ImageCacheOptions } from './image-cache.ts';

const HOUR = 3_600_000;
const unwanted = 'f'.repeat(64);
const wanted = sampleSpec().image.sha256;

/** A host with a guest, the image that it rests on, and one that nobody needs; both have not been asked for in two days. */
class Cache {
  readonly world = new AgentWorld();
  readonly listed: InstanceUuid[][] = [];
  readonly said: { readonly fields: object; readonly message: string }[] = [];
  agent!: Agent;
  stop: () => void = () => {};

  static async of(more: Partial<ImageCacheOptions> = {}): Promise<Cache> {
    const cache = new Cache();
    cache.agent = (await cache.world.running()).agent;
    cache.makeOld();
    cache.begin(more);
    return cache;
  }

  begin(more: Partial<ImageCacheOptions> = {}): void {
    const { host, driver } = this.agent;
    const warn: Log['warn'] = (fields, message) => void this.said.push({ fields, message });
    this.stop = manageImageCache({
      host,
      driver: {
        capabilities: driver.capabilities,
        manageImageCache: (args: ArgsOf<'manageImageCache'>, context: HostContext) => {
          this.listed.push(args.allInstances.map(({ uuid }) => uuid));
          return driver.manageImageCache(args, context);
        },
      },
      incarnation: incarnationOf(1, 1),
      intervalMs: HOUR,
      log: { ...silentLog, warn },
      clock: this.world.clock,
      ...more,
    });
  }

  makeOld(): void {
    const { files } = this.world.sim;
    files.writeBase({ name: unwanted, whole: true, madeBy: null, content: unwanted });
    for (const { name } of files.baseFiles()) files.baseAge.set(name, 48);
  }

  files(): string[] {
    return this.world.sim.files.baseFiles().map(({ name }) => name);
  }

  async standing(term: number, serves: boolean): Promise<void> {
    const journal = new MemoryJournal({ store: this.world.store });
    const { host, clock } = this.world;
    const at = clock.now();
    await clock.settle(
      writeStanding(journal, { host, term, serves, why: 'test', at, incarnation: incarnationOf(1, 1) }),
    );
  }
}

test('what nobody needs goes with the first pass, and what a guest rests on stays however old it is', async () => {
  const cache = await Cache.of();
  await cache.world.clock.advance(HOUR - 1_000);
  expect(cache.files()).toEqual([wanted, unwanted]);
  await cache.world.clock.advance(2_000);
  expect(cache.files()).toEqual([wanted]);
  cache.makeOld();
  await cache.world.clock.advance(HOUR);
  expect(cache.files()).toEqual([wanted]);
});

const other = { ...sampleSpec().image, sha256: unwanted };

test.each([
  ['image', { image: other }],
  ['shelved image, which its disk is going to rest on', { restsOn: other }],
])('a guest that is being made and has no disk yet keeps its %s', async (_, more) => {
  const cache = await Cache.of();
  const { world, agent } = cache;
  const spec = sampleSpec(2, more);
  world.sim.faults.add({ kind: 'hang', on: 'makeDirectory', instance: spec.uuid, ms: 60_000 });
  await world.clock.advance(HOUR - 5_000);
  await world.clock.settle(agent.host.link(spec.uuid, world.order(spec)));
  await world.clock.advance(4_000);
  expect(cache.listed).toEqual([]);
  await world.clock.advance(2_000);
  expect(cache.listed.map((uuids) => [...new Set(uuids)])).toEqual([[sampleSpec().uuid, spec.uuid]]);
  expect(world.sim.files.imagesInUse()).not.toContain(unwanted);
  expect(cache.files()).toContain(unwanted);
  expect((await world.rests(spec.uuid)).value).toBe('running');
});

describe('who counts as a user', () => {
  test('an instance that is on its way here, and one whose files are kept until its move is final', async () => {
    const cache = await Cache.of();
    const { world, agent } = cache;
    const [kept, coming] = [sampleSpec(), sampleSpec(2)];
    const from = { host: 'h2', seq: 5 };
    const migration = (uuid: string) => `${uuid}.7`;
    const told = [
      { kind: 'fence', epoch: 2, kept: migration(kept.uuid), keepDisks: true },
      {
        kind: 'incoming',
        migration: migration(coming.uuid),
        epoch: 1,
        from,
        op: 7,
        methods: [],
        spec: coming,
        request: {},
      },
    ] as const;
    await world.clock.settle(agent.host.link(kept.uuid, told[0] as never));
    await world.clock.settle(agent.host.link(coming.uuid, { ...told[1], command: null } as never));
    await world.clock.advance(10_000);
    expect([world.state(kept.uuid).actor.role.kind, world.state(coming.uuid).actor.role.kind]).toEqual([
      'kept',
      'incoming',
    ]);
    await world.clock.advance(HOUR);
    expect(cache.listed).toEqual([[kept.uuid, coming.uuid]]);
  });

  test('none that is deleted', async () => {
    const cache = await Cache.of();
    const { uuid } = sampleSpec();
    await cache.world.command(cache.agent, uuid, 'delete');
    await cache.world.rests(uuid);
    await cache.world.clock.advance(HOUR + 1_000);
    expect(cache.listed).toEqual([[]]);
    expect(cache.files()).toEqual([]);
  });

  test('one whose spec cannot be read keeps nobody from clearing: its disk is looked at', async () => {
    const cache = await Cache.of();
    const { host } = cache.agent;
    const unreadable = Object.assign(new Error('spec'), { code: 'SPEC_UNREADABLE' });
    host.spec = () => Promise.reject(unreadable);
    await cache.world.clock.advance(HOUR + 1_000);
    expect(cache.listed).toEqual([[]]);
    expect(cache.files()).toEqual([wanted]);
  });
});

describe('the term of the host', () => {
  test('when it is over nothing is removed until there is the next one', async () => {
    const cache = await Cache.of();
    await cache.standing(1, false);
    await cache.world.clock.advance(3 * HOUR);
    expect(cache.agent.host.standing?.barred).toBe(true);
    expect(cache.listed).toEqual([]);
    await cache.standing(2, true);
    await cache.world.clock.advance(HOUR + 1_000);
    expect(cache.files()).toEqual([wanted]);
  });

  test('when it ends in the middle of a pass, no more is removed', async () => {
    const cache = await Cache.of();
    const { world } = cache;
    world.sim.faults.add({ kind: 'hang', on: 'unusedBase', ms: 60_000 });
    await world.clock.advance(HOUR + 1_000);
    await cache.standing(1, false);
    await world.clock.advance(120_000);
    expect(cache.files()).toContain(unwanted);
    expect(cache.said).toEqual([
      { fields: expect.objectContaining({ code: 'PERMIT_REVOKED' }), message: 'the image cache was not cleared' },
    ]);
  });

  test('when it cannot be confirmed for longer than the lease, no more is removed either', async () => {
    const cache = await Cache.of();
    const { world } = cache;
    world.sim.faults.add({ kind: 'hang', on: 'unusedBase', ms: 60_000 });
    await world.clock.advance(HOUR + 1_000);
    cache.agent.journal.cut();
    await world.clock.advance(120_000);
    expect(cache.files()).toContain(unwanted);
    expect(cache.said).toMatchObject([{ fields: { code: 'LEASE_STALE', method: 'manageImageCache', host: 'h1' } }]);
  });
});

test('a pass that takes long is never met by another', async () => {
  const cache = await Cache.of();
  const { world } = cache;
  world.sim.faults.add({ kind: 'hang', on: 'unusedBase', ms: 3.5 * HOUR });
  await world.clock.advance(4 * HOUR);
  expect(cache.listed).toHaveLength(1);
  await world.clock.advance(2 * HOUR);
  expect(cache.listed).toHaveLength(2);
});

test('a pass that fails is told of, and the next one does it', async () => {
  const cache = await Cache.of();
  cache.world.sim.faults.add({ kind: 'fail', when: 'before', on: 'removeUnusedBase' });
  await cache.world.clock.advance(HOUR + 1_000);
  expect(cache.files()).toContain(unwanted);
  expect(cache.said).toEqual([
    {
      fields: { host: 'h1', method: 'manageImageCache', code: expect.any(String), error: expect.any(String) },
      message: 'the image cache was not cleared',
    },
  ]);
  await cache.world.clock.advance(HOUR + 1_000);
  expect(cache.files()).toEqual([wanted]);
});

test('with the end of the agent its right ends, also in the middle of a pass, and none follows', async () => {
  const cache = await Cache.of();
  const { world } = cache;
  world.sim.faults.add({ kind: 'hang', on: 'unusedBase', ms: 60_000 });
  await world.clock.advance(HOUR + 1_000);
  cache.stop();
  await world.clock.advance(3 * HOUR);
  expect(cache.files()).toContain(unwanted);
  expect(cache.listed).toHaveLength(1);
  expect(cache.said).toEqual([]);
});

test.each([
  ['the configuration says never', { intervalMs: null }],
  ['the driver keeps no images', { driver: { capabilities: { hasImagecache: false, supportsRecreate: true } } }],
])('nothing is done where %s', async (_why, more) => {
  const cache = await Cache.of(more);
  await cache.world.clock.advance(3 * HOUR);
  expect(cache.listed).toEqual([]);
  expect(cache.files()).toContain(unwanted);
});

test('it is configured in milliseconds between passes and seconds of age, and may be never', () => {
  const plain = {
    host: 'h1',
    nats: { servers: ['nats://127.0.0.1'] },
    secretsKeyFile: '/key',
    driver: { kind: 'simulated' },
  };
  expect(agentConfig.parse(plain).imageCache).toEqual({ intervalMs: 2_400_000, ageSeconds: 86_400 });
  expect(agentConfig.parse({ ...plain, imageCache: { intervalMs: null } }).imageCache).toEqual({
    intervalMs: null,
    ageSeconds: 86_400,
  });
  expect(() => agentConfig.parse({ ...plain, imageCache: { ageSeconds: 0 } })).toThrow('60');
});
