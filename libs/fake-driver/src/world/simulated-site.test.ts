import { SimulatedClock } from '@chronovirt/testing/sim';
import { describe, expect, it } from 'vitest';
import { uuidOf } from '../testing/sample-guest.ts';
import type { HostConnection } from './connection.ts';
import type { DomainDefinition } from './definition.ts';
import { KEEPALIVE_MS } from './link-watch.ts';
import { TCP_PATIENCE_MS } from './torn-move.ts';
import type { MigrationRequest } from './migration-job.ts';
import type { MigrationStep } from './neighbours.ts';
import type { DelayProfile } from './profile.ts';
import { SimulatedSite, type MigrationPoint } from './simulated-site.ts';

const uuid = uuidOf(1);
const definition = (op: number): DomainDefinition => ({
  uuid,
  name: `instance-${uuid}`,
  memoryKiB: 1024,
  vcpus: 1,
  ours: true,
  mark: { epoch: 1, op },
  disks: ['root'],
  interfaces: [],
});

/** Each step of a move takes a second. */
const slow: DelayProfile = {
  workMs: (call) => (call.startsWith('migrate.') ? 1000 : 0),
  replyMs: () => 0,
  eventMs: () => 0,
  guestShutdownMs: () => 0,
  bootMs: () => 0,
};

const move: MigrationRequest = {
  to: 'b',
  live: definition(8),
  stored: definition(9),
  copyDisks: [],
  autoConverge: false,
  postCopy: true,
  landPaused: false,
};
const blockMove: MigrationRequest = { ...move, copyDisks: ['root'] };

class Bench {
  readonly clock = new SimulatedClock();
  readonly site: SimulatedSite;
  readonly agent: HostConnection;

  constructor(storage: 'shared' | 'separate' = 'shared') {
    this.site = new SimulatedSite({ clock: this.clock, storage, profile: slow });
    this.agent = this.a.connect();
  }

  get a() {
    return this.site.host('a');
  }

  get b() {
    return this.site.host('b');
  }

  async running(): Promise<this> {
    for (const host of this.site.hosts) host.files.makeDirectory(uuid, null);
    const root = { name: 'root', whole: true, madeBy: null };
    this.b.files.write(uuid, { ...root, content: 'blank' });
    this.a.files.write(uuid, { ...root, content: 'what the guest wrote' });
    await this.agent.domains.define(definition(1));
    await this.clock.settle(this.agent.domains.create(uuid));
    return this;
  }

  /** Orders the move; how it has ended so far. */
  order(request = move, by = this.agent): { fate: string } {
    const order = { fate: 'pending' };
    by.moves.migrate(uuid, request).then(
      () => (order.fate = 'done'),
      (error: { code: string }) => (order.fate = error.code),
    );
    return order;
  }

  /** Breaks something at a step of the move. */
  at(step: MigrationStep, act: (point: MigrationPoint) => void): void {
    this.site.onMigration((point) => {
      if (point.step === step) act(point);
    });
  }

  /** What runs where, as `running/booted`. */
  states(): { a: string; b: string } {
    const of = (host: 'a' | 'b'): string => {
      const view = this.site.host(host).viewOf(uuid);
      return view === null ? 'nothing' : `${view.state}/${view.reason}${view.busy === null ? '' : `, ${view.busy}`}`;
    };
    return { a: of('a'), b: of('b') };
  }
}

const bench = (storage?: 'shared' | 'separate'): Promise<Bench> => new Bench(storage).running();

describe('a move between two hosts', () => {
  it('goes from the source to the destination, which shows its half as busy and never as at rest', async () => {
    const world = await bench();
    const steps: string[] = [];
    world.site.onMigration(({ step }) => steps.push(step));
    const order = world.order();
    const seen: object[] = [];
    for (let second = 0; second < 5; second++) {
      await world.clock.advance(second === 0 ? 500 : 1000);
      seen.push(world.states());
    }
    expect(seen).toEqual([
      { a: 'running/booted, migrating', b: 'paused/starting-up, starting up' },
      { a: 'running/booted, migrating', b: 'paused/migration, migrating' },
      { a: 'paused/migration, migrating', b: 'paused/migration, migrating' },
      { a: 'paused/migration, migrating', b: 'running/migrated' },
      { a: 'nothing', b: 'running/migrated' },
    ]);
    expect(order.fate).toBe('done');
    expect(steps).toEqual(['begun', 'prepared', 'copying', 'paused', 'resumed', 'gone']);
    expect(world.b.viewOf(uuid)).toMatchObject({ live: { mark: { op: 8 } }, stored: { mark: { op: 9 } } });
  });

  it('takes the running guest along: the same boot, and its time goes on but for the pause', async () => {
    const world = await bench();
    await world.clock.advance(10_000);
    world.order();
    await world.clock.advance(10_000);
    const { run } = world.b.find(uuid)!;
    expect(run).toMatchObject({ boot: 1 });
    expect(world.b.find(uuid)!.uptimeMs()).toBe(19_000);
  });

  it('a paused guest arrives paused', async () => {
    const world = await bench();
    await world.agent.domains.suspend(uuid);
    world.order();
    await world.clock.advance(10_000);
    expect(world.states()).toEqual({ a: 'nothing', b: 'paused/user' });
  });

  it('holds the job lock on both sides', async () => {
    const world = await bench();
    world.order();
    await world.clock.advance(1500);
    const began = world.clock.monotonic();
    await expect(world.clock.settle(world.a.connect().domains.setMetadata(uuid))).rejects.toMatchObject({
      code: 'NO_DOMAIN',
    });
    expect(world.clock.monotonic() - began).toBe(2500);
  });

  it('copies disks that are not shared, with what is on them', async () => {
    const world = await bench('separate');
    world.order(blockMove);
    await world.clock.advance(1500);
    expect(world.b.files.view(uuid)?.files[0]?.content).toBe('partly received');
    await world.clock.advance(10_000);
    expect(world.states().b).toBe('running/migrated');
    expect(world.b.files.view(uuid)?.files[0]?.content).toBe('what the guest wrote');
  });

  it.each([
    ['disks that are not there', 'separate', { ...move, live: { ...move.live, disks: ['root', 'swap'] } }],
    ['copying a disk onto itself', 'shared', blockMove],
    ['a host that nobody knows', 'shared', { ...move, to: 'c' }],
    ['its own host', 'shared', { ...move, to: 'a' }],
  ] as const)('refuses %s, and the guest runs on', async (_what, storage, request) => {
    const world = await bench(storage);
    const order = world.order(request);
    await world.clock.advance(100_000);
    expect(order.fate).toMatch(/OPERATION_/);
    expect(world.states()).toEqual({ a: 'running/booted', b: 'nothing' });
  });
});

describe('whoever ordered it', () => {
  it('may die: the move goes on to its end', async () => {
    const world = await bench();
    world.order();
    await world.clock.advance(100);
    world.agent.kill();
    await world.clock.advance(10_000);
    expect(world.states()).toEqual({ a: 'nothing', b: 'running/migrated' });
  });

  it('is joined by a barrier, and anybody may abort it', async () => {
    const world = await bench();
    const order = world.order();
    await world.clock.advance(1500);
    const other = world.a.connect();
    const barrier = other.domains.setMetadata(uuid);
    await other.moves.steerMigration(uuid, 'abort');
    await world.clock.settle(barrier);
    expect(order.fate).toBe('OPERATION_ABORTED');
    expect(world.states()).toEqual({ a: 'running/booted', b: 'nothing' });
  });

  it('cannot abort at the end, nor steer where nothing moves', async () => {
    const world = await bench();
    await expect(world.agent.moves.steerMigration(uuid, 'abort')).rejects.toMatchObject({ code: 'OPERATION_INVALID' });
    world.order();
    await world.clock.advance(2500);
    await expect(world.agent.moves.steerMigration(uuid, 'abort')).rejects.toMatchObject({ code: 'OPERATION_INVALID' });
  });
});

describe('a guest that writes much', () => {
  it('never ends by itself; held, it moves and runs on over there', async () => {
    const world = await bench();
    world.a.busyGuests.add(uuid);
    world.order();
    await world.clock.advance(60_000);
    expect(world.states().a).toBe('running/booted, migrating');
    expect((await world.agent.moves.moveOf(uuid))?.iteration).toBeGreaterThan(10);
    await world.agent.moves.steerMigration(uuid, 'pause');
    await world.clock.advance(10_000);
    expect(world.states()).toEqual({ a: 'nothing', b: 'running/migrated' });
  });

  it('that was held goes on when the move comes to nothing', async () => {
    const world = await bench();
    world.a.busyGuests.add(uuid);
    world.order();
    await world.clock.advance(10_000);
    await world.agent.moves.steerMigration(uuid, 'pause');
    await world.agent.moves.steerMigration(uuid, 'abort');
    await world.clock.advance(1000);
    expect(world.states()).toEqual({ a: 'running/migration-canceled', b: 'nothing' });
  });

  it('is followed when it is slowed down, or when it goes over before its memory', async () => {
    for (const how of ['autoConverge', 'postCopy'] as const) {
      const world = await bench();
      world.a.busyGuests.add(uuid);
      world.order({ ...move, autoConverge: how === 'autoConverge' });
      await world.clock.advance(2500);
      if (how === 'postCopy') await world.agent.moves.steerMigration(uuid, 'postCopy');
      if (how === 'postCopy') await world.clock.advance(1);
      if (how === 'postCopy')
        expect(world.states()).toEqual({
          a: 'paused/postcopy, migrating (post-copy)',
          b: 'running/postcopy, migrating (post-copy)',
        });
      await world.clock.advance(10_000);
      expect(world.states()).toEqual({ a: 'nothing', b: 'running/migrated' });
    }
  });
});

describe('a network that is cut', () => {
  it('makes the copy stall; it goes on when the network is back in time', async () => {
    const world = await bench();
    world.order();
    await world.clock.advance(1500);
    world.site.cut('a', 'b');
    await world.clock.advance(KEEPALIVE_MS - 1000);
    expect(world.states()).toEqual({ a: 'running/booted, migrating', b: 'paused/migration, migrating' });
    world.site.heal('a', 'b');
    await world.clock.advance(2600);
    expect(world.states()).toEqual({ a: 'nothing', b: 'running/migrated' });
  });

  it('makes it fail when it stays away: the guest runs on where it was, the half over there goes', async () => {
    const world = await bench();
    const order = world.order();
    await world.clock.advance(1500);
    world.site.cut('a', 'b');
    await world.clock.advance(KEEPALIVE_MS);
    expect(world.states()).toEqual({ a: 'running/booted', b: 'nothing' });
    expect(order.fate).toBe('OPERATION_FAILED');
  });

  it('in post-copy makes the source say that it failed; back within TCP’s patience the guest’s memory comes, and the move ends unattended', async () => {
    const { world, order } = await inPostCopy();
    world.site.cut('a', 'b');
    await world.clock.advance(KEEPALIVE_MS);
    expect(world.states()).toEqual({ a: failedHere, b: 'running/postcopy, migrating (post-copy)' });
    expect(order.fate).toBe('OPERATION_FAILED');
    await world.clock.advance(60_000);
    // Whoever wants it brought on over there has to wait: the destination is not reached, and knows of nothing.
    expect(await recovery(world)).toBe('OPERATION_FAILED');
    world.site.heal('a', 'b');
    expect(await recovery(world)).toBe('OPERATION_INVALID');
    await world.clock.advance(2_000);
    expect(world.states()).toEqual({ a: 'off/migrated', b: 'running/migrated' });
  });

  it('in post-copy for longer than that leaves half a guest on each side, which only a person can end', async () => {
    const { world } = await inPostCopy();
    world.site.cut('a', 'b');
    await world.clock.advance(KEEPALIVE_MS + TCP_PATIENCE_MS);
    world.site.heal('a', 'b');
    await world.clock.advance(KEEPALIVE_MS);
    expect(world.states()).toEqual({ a: failedHere, b: 'running/postcopy, migrating (post-copy)' });
    expect(await recovery(world)).toBe('OPERATION_INVALID');
    for (const host of [world.a, world.b]) await world.clock.settle(host.connect().domains.destroy(uuid));
    expect(world.states()).toEqual({ a: 'off/destroyed', b: 'nothing' });
  });
});

/** A guest that runs at the destination while its memory still comes. */
async function inPostCopy(): Promise<{ world: Bench; order: { fate: string } }> {
  const world = await bench();
  const order = world.order();
  await world.clock.advance(1_500);
  await world.agent.moves.steerMigration(uuid, 'postCopy');
  await world.clock.advance(1);
  return { world, order };
}
const failedHere = 'paused/postcopy-failed, post-copy failed';
const recovery = (world: Bench): Promise<string> =>
  world.clock.settle(
    world.agent.moves.recoverMigration(uuid, 'b').then(
      () => 'ordered',
      (error: { code: string }) => error.code,
    ),
  );

describe('a stream that is reset in post-copy', () => {
  it('leaves half a guest on each side, and both say so; ordered on it comes over and ends as any other move', async () => {
    const { world, order } = await inPostCopy();
    expect(await recovery(world)).toBe('OPERATION_INVALID');
    world.site.resetStreams('a', 'b');
    await world.clock.advance(60_000);
    expect(order.fate).toBe('OPERATION_FAILED');
    expect(world.states()).toEqual({ a: failedHere, b: 'running/postcopy-failed, post-copy failed' });
    expect(await world.clock.settle(world.agent.moves.moveOf(uuid))).toMatchObject({ postCopy: true, torn: true });
    // Its job is held: a barrier does not pass, and an abort is refused.
    await expect(world.clock.settle(world.agent.domains.setMetadata(uuid))).rejects.toThrow('held by migrate');
    await expect(world.agent.moves.steerMigration(uuid, 'abort')).rejects.toThrow('at its end');
    expect(await recovery(world)).toBe('ordered');
    expect(world.states()).toEqual({
      a: 'paused/postcopy, migrating (post-copy)',
      b: 'running/postcopy, migrating (post-copy)',
    });
    await world.clock.advance(2_000);
    expect(world.states()).toEqual({ a: 'nothing', b: 'running/migrated' });
  });

  it('may break again, and is ordered on again; so it is whether the daemons began anew meanwhile', async () => {
    const { world } = await inPostCopy();
    for (let times = 0; times < 3; times++) {
      world.site.resetStreams('a', 'b');
      await world.clock.advance(10_000);
      for (const host of times === 1 ? [world.a, world.b] : []) host.restartDaemon();
      await world.clock.advance(1_000);
      expect(world.states()).toEqual({ a: failedHere, b: 'running/postcopy-failed, post-copy failed' });
      expect(await recovery(world)).toBe('ordered');
    }
    await world.clock.advance(2_000);
    expect(world.states()).toEqual({ a: 'nothing', b: 'running/migrated' });
  });

  it('may break at the very end, when all has come and the daemons hand over', async () => {
    const { world } = await inPostCopy();
    await world.clock.advance(1_500);
    world.site.resetStreams('a', 'b');
    await world.clock.advance(1_000);
    expect(world.states()).toEqual({ a: failedHere, b: 'running/postcopy-failed, post-copy failed' });
    expect(await recovery(world)).toBe('ordered');
    await world.clock.advance(2_000);
    expect(world.states()).toEqual({ a: 'nothing', b: 'running/migrated' });
  });

  it('cannot be ordered on where the destination has not noticed, or its half is lost', async () => {
    const { world } = await inPostCopy();
    world.site.resetStreams('a', 'b', 'source');
    await world.clock.advance(60_000);
    expect(world.states()).toEqual({ a: failedHere, b: 'running/postcopy, migrating (post-copy)' });
    expect(await recovery(world)).toBe('OPERATION_INVALID');
    await world.clock.settle(world.b.connect().domains.destroy(uuid));
    expect(await recovery(world)).toBe('OPERATION_FAILED');
    expect(world.states()).toEqual({ a: failedHere, b: 'nothing' });
    await world.clock.settle(world.agent.domains.destroy(uuid));
    expect(world.states()).toEqual({ a: 'off/destroyed', b: 'nothing' });
  });
});

/** Where a guest is after a fault at each step of its move. */
type Ending = readonly [a: string, b: string];

async function endingOf(step: MigrationStep, fault: (world: Bench) => void): Promise<Ending> {
  const world = await bench();
  world.at(step, () => fault(world));
  world.order();
  await world.clock.advance(4 * KEEPALIVE_MS);
  const { a, b } = world.states();
  return [a, b];
}

it('a guest that lands paused runs on one side at most, wherever the network is cut', async () => {
  for (const step of ['begun', 'prepared', 'copying', 'paused', 'resumed', 'gone'] as const) {
    const world = await bench();
    world.at(step, () => world.site.cut('a', 'b'));
    world.order({ ...move, landPaused: true });
    for (let second = 0; second < 100; second++) {
      await world.clock.advance(1000);
      const { a, b } = world.states();
      expect([step, [a, b].filter((state) => state.startsWith('running')).length]).not.toEqual([step, 2]);
    }
  }
});

const steps = ['begun', 'prepared', 'copying', 'paused', 'resumed', 'gone'] as const;
const endings = async (fault: (world: Bench) => void): Promise<Record<string, Ending>> =>
  Object.fromEntries(await Promise.all(steps.map(async (step) => [step, await endingOf(step, fault)] as const)));

const stays: Ending = ['running/booted', 'nothing'];
const back: Ending = ['running/migration-canceled', 'nothing'];
const gone: Ending = ['nothing', 'running/migrated'];

describe('a fault at each step', () => {
  it("the source's daemon dies: until the pause the guest stays; after it the source is paused, whatever is over there", async () => {
    const fault = ({ a }: Bench): void => a.restartDaemon();
    expect(await endings(fault)).toEqual({
      begun: stays,
      prepared: stays,
      copying: stays,
      paused: ['paused/migration', 'nothing'],
      resumed: ['paused/migration', 'running/migrated'],
      gone,
    });
  });

  it("the destination's daemon dies: the source takes its guest back, and has no way to know when it should not", async () => {
    const fault = ({ b }: Bench): void => b.restartDaemon();
    expect(await endings(fault)).toEqual({
      begun: stays,
      prepared: stays,
      copying: stays,
      paused: back,
      resumed: ['running/migration-canceled', 'running/migrated'],
      gone,
    });
  });

  it('the source loses power', async () => {
    const fault = ({ site }: Bench): void => site.crash('a');
    const off: Ending = ['off/crashed', 'nothing'];
    expect(await endings(fault)).toEqual({
      begun: off,
      prepared: off,
      copying: off,
      paused: off,
      resumed: ['off/crashed', 'running/migrated'],
      gone,
    });
  });

  it('the destination loses power', async () => {
    const fault = ({ site }: Bench): void => site.crash('b');
    expect(await endings(fault)).toEqual({
      begun: stays,
      prepared: stays,
      copying: stays,
      paused: back,
      resumed: ['running/migration-canceled', 'off/crashed'],
      gone: ['nothing', 'off/crashed'],
    });
  });

  it('the process of the guest on one side dies', async () => {
    expect(await endings(({ b }) => b.guest(uuid).crash())).toMatchObject({
      prepared: stays,
      copying: stays,
      paused: back,
    });
    expect(await endings(({ a }) => a.guest(uuid).crash())).toMatchObject({
      prepared: ['off/crashed', 'nothing'],
      copying: ['off/crashed', 'nothing'],
    });
  });
});

describe('a host that lost power', () => {
  it('boots with its files, its definitions and no guest', async () => {
    const world = await bench('separate');
    world.site.crash('a');
    await expect(world.a.connect().domains.look(uuid)).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    world.site.boot('a');
    expect(await world.a.connect().domains.look(uuid)).toMatchObject({ state: 'off', reason: 'crashed', live: null });
    expect(world.a.boots).toBe(2);
    expect(world.a.files.view(uuid)?.files).toHaveLength(1);
  });

  it('takes its agents along: they hear nothing more', async () => {
    const world = await bench();
    world.site.crash('a');
    expect(world.agent.alive).toBe(false);
  });
});

describe('storage', () => {
  it('is one for all hosts, or one for each', async () => {
    for (const storage of ['shared', 'separate'] as const) {
      const { site } = new Bench(storage);
      const probe = await site.host('b').connect().moves.writeProbe();
      expect(await site.host('a').connect().moves.probes()).toEqual(storage === 'shared' ? [probe] : []);
    }
  });
});
