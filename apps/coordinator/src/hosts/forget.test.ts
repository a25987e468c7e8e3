/** A host that is given up for ever while an instance is between it and another one; and what becomes of what it had, should it return. */
import { afterEach, describe, expect, test } from 'vitest';
import { CLUSTER, type CommandName, type HostOrder } from '@chronovirt/contract';
import { isUnderWay } from '@chronovirt/machines';
import { sampleSpec, uuidNumber } from '@chronovirt/testing/world';
import { faultsAfterDelete, faultsAtTheEnd } from '../proof/moves/ending.ts';
import { ClusterWorld, type Coordinator } from '../testing/cluster-world.ts';

const one = uuidNumber(1);
const off = { fence: { command: ['off'], timeoutMs: 10_000 } };
let scene: Scene;
afterEach(() => scene.world.close());

class Scene {
  readonly world: ClusterWorld;
  readonly uuid = one;
  readonly lostPower = new Set<string>();
  /** The event that the coordinator dies over when it is about to store it. */
  diesBefore: string | null = null;
  coordinator: Coordinator;

  private constructor(world: ClusterWorld, coordinator: Coordinator) {
    this.world = world;
    this.coordinator = coordinator;
  }

  /** Instance 1 runs on `h1`. */
  static async start(storage: 'shared' | 'separate'): Promise<Scene> {
    const world = new ClusterWorld(['h1', 'h2'], storage, { hosts: { h1: off, h2: off } as never });
    const coordinator = await world.startCoordinator((_n, when, { events }) => {
      if (when === 'before' && events.some(({ type }) => type === scene.diesBefore)) world.killCoordinator(coordinator);
    });
    for (const name of world.names) await world.startAgent(name);
    scene = new Scene(world, coordinator);
    await scene.until('both hosts are heard', () => [...scene.fleet.all()].length === 2);
    await world.create(coordinator, 1, 'h1');
    await world.rests(one);
    return scene;
  }

  get fleet(): NonNullable<Coordinator['fleet']> {
    if (this.coordinator.fleet === null) throw new Error('a world without hosts of its own');
    return this.coordinator.fleet;
  }

  get owner(): string | null {
    const { role } = this.world.last(CLUSTER, one)?.state.actor ?? {};
    return role?.kind === 'granted' ? role.host : null;
  }

  get value(): string {
    return this.world.last(this.owner ?? CLUSTER, one)?.state.value ?? 'none';
  }

  until(what: string, condition: () => boolean): Promise<void> {
    return this.world.clock.runUntil(condition, { limitMs: 900_000, what });
  }

  async order(host: string, name: HostOrder['name']): Promise<void> {
    const reply = await this.world.fleet?.order(this.fleet, host, name);
    if (reply?.kind !== 'answer' || reply.answer.kind !== 'accepted') throw new Error(JSON.stringify(reply));
  }

  async command(name: CommandName, args: Record<string, unknown> = {}): Promise<void> {
    const reply = await this.world.command(this.coordinator, one, name, args);
    if (reply?.kind !== 'answer' || reply.answer.kind !== 'accepted') throw new Error(JSON.stringify(reply));
  }

  phase(value: string): Promise<void> {
    return this.until(`the move is ${value}`, () => this.world.move(one)?.value === value);
  }

  state(host: string): string | undefined {
    return this.fleet.state(host)?.state.value;
  }

  /** Its plug is pulled, and it is given up on the proof of its fence command. */
  async forget(host: string): Promise<void> {
    this.lostPower.add(host);
    this.world.losePower(host);
    await this.until(`${host} is lost`, () => this.state(host) === 'lost');
    await this.order(host, 'fence');
    await this.until(`${host} is fenced`, () => this.state(host) === 'fenced');
    await this.order(host, 'forget');
    await this.until(`${host} is forgotten`, () => this.state(host) === 'forgotten');
  }

  /** It boots against all expectation, and is taken back. */
  async returns(host: string): Promise<void> {
    await this.boots(host);
    await this.admit(host);
    await this.world.clock.advance(130_000);
  }

  /** It boots against all expectation, and nobody has let it in yet. */
  async boots(host: string): Promise<void> {
    this.world.site.boot(host);
    await this.world.startAgent(host);
    await this.until('the alarm', () => this.fleet.state(host)?.state.parts.alarm?.code === 'FORGOTTEN_HOST_REPORTS');
  }

  async admit(host: string): Promise<void> {
    await this.order(host, 'admit');
    await this.until(`${host} is reachable`, () => this.state(host) === 'reachable');
  }

  async restartCoordinator(): Promise<void> {
    this.coordinator = await this.world.startCoordinator();
  }

  /** How often the disk on `h1` was booted from; 0 = it is new, or there is none. */
  get boots1(): number {
    return this.world.sim('h1').files.boots(one);
  }
}

test.each(['shared', 'separate'] as const)(
  'the destination of a cold move that landed: the guest goes back to its source, and nothing is left where it was (%s)',
  async (storage) => {
    const it = await Scene.start(storage);
    await it.command('coldMigrate', { host: 'h2' });
    await it.phase('landed');
    await it.world.rests(one);
    await it.forget('h2');
    await it.command('evacuate');
    await it.world.rests(one);
    expect([it.owner, it.value]).toEqual(['h1', 'running']);
    await it.returns('h2');
    expect(await faultsAtTheEnd(it, ['running'])).toEqual([]);
  },
);

test.each(['shared', 'separate'] as const)(
  'the source of a cold move that landed: the move is confirmed, and what the source kept goes when it returns (%s)',
  async (storage) => {
    const it = await Scene.start(storage);
    await it.command('coldMigrate', { host: 'h2' });
    await it.phase('landed');
    await it.world.rests(one);
    await it.forget('h1');
    await it.command('confirmResize');
    await it.world.rests(one);
    expect([it.owner, it.value]).toEqual(['h2', 'running']);
    await it.returns('h1');
    expect(await faultsAtTheEnd(it, ['running'])).toEqual([]);
  },
);

test('without shared storage: the guest is made anew elsewhere, and its old disk goes when the host returns', async () => {
  const it = await Scene.start('separate');
  await it.forget('h1');
  await it.command('evacuate', { fromImage: true });
  await it.world.rests(one);
  expect([it.owner, it.value]).toEqual(['h2', 'running']);
  await it.returns('h1');
  expect(await faultsAtTheEnd(it, ['running'])).toEqual([]);
});

test.each(['shared', 'separate'] as const)(
  'an instance of it is deleted without it, and what it had goes when it returns (%s)',
  async (storage) => {
    const it = await Scene.start(storage);
    await it.forget('h1');
    await it.command('delete');
    await it.world.rests(one);
    expect(it.world.last(CLUSTER, one)?.state).toMatchObject({ value: 'deleted', actor: { role: { kind: 'closed' } } });
    await it.returns('h1');
    expect(await faultsAfterDelete(it)).toEqual([]);
  },
);

describe.each(['shared', 'separate'] as const)(
  'let in again, on %s storage, with an instance that nobody has taken over:',
  (storage) => {
    test('the host has it back, from its disk', async () => {
      const it = await Scene.start(storage);
      await it.forget('h1');
      await it.returns('h1');
      await it.world.rests(one);
      expect([it.owner, it.value, it.boots1]).toEqual(['h1', 'running', 2]);
      expect(await faultsAtTheEnd(it, ['running'])).toEqual([]);
      await it.command('pause');
      await it.world.rests(one);
      expect(it.value).toBe('paused');
    });

    test('until then it is shown where it lies, and its files stay there', async () => {
      const it = await Scene.start(storage);
      await it.forget('h1');
      await it.boots('h1');
      await it.world.clock.advance(130_000);
      expect(it.world.last('h1', one)?.state.actor.role).toMatchObject({ kind: 'remnant', undecided: true });
      expect(it.coordinator.model.get(one)).toMatchObject({ host: 'h1', isDeleted: false });
      expect(it.world.holds('h1', one)).toContain('directory (root, config)');
    });

    test('evacuated while the host is there and not let in: its old disk is of no use then, and goes', async () => {
      const it = await Scene.start(storage);
      await it.forget('h1');
      await it.boots('h1');
      await it.command('evacuate', { fromImage: storage === 'separate' });
      await it.until('the guest on the other host', () => it.owner === 'h2' && it.value === 'running');
      await it.admit('h1');
      await it.world.clock.advance(130_000);
      expect(await faultsAtTheEnd(it, ['running'])).toEqual([]);
    });

    test('deleted while the host is there and not let in: nothing is left', async () => {
      const it = await Scene.start(storage);
      await it.forget('h1');
      await it.boots('h1');
      await it.command('delete');
      await it.until('the end of it', () => it.value === 'deleted');
      await it.admit('h1');
      await it.world.clock.advance(130_000);
      expect(faultsAfterDelete(it)).toEqual([]);
    });

    test('deleted as the host is let in: nothing is left', async () => {
      const it = await Scene.start(storage);
      await it.forget('h1');
      await it.boots('h1');
      await it.order('h1', 'admit');
      await it.until('the return', () => it.world.move(one)?.context.kind === 'return');
      await it.command('delete');
      await it.world.rests(one);
      await it.world.clock.advance(130_000);
      expect(faultsAfterDelete(it)).toEqual([]);
    });

    test('deleted as the host is let in, which stands still just then: nothing is left', async () => {
      const it = await Scene.start(storage);
      await it.forget('h1');
      await it.boots('h1');
      it.world.freezeAgent('h1');
      await it.order('h1', 'admit');
      await it.until('no proof any more', () => it.fleet.proofOf('h1') === null);
      await it.world.clock.advance(1_000);
      await it.command('delete');
      it.world.thawAgent('h1');
      await it.world.rests(one);
      await it.world.clock.advance(130_000);
      expect(faultsAfterDelete(it)).toEqual([]);
    });

    test('the coordinator dies before it could give it back, and does so when it starts', async () => {
      const it = await Scene.start(storage);
      await it.forget('h1');
      await it.boots('h1');
      it.diesBefore = 'move.requested';
      await it.order('h1', 'admit');
      await it.world.clock.advance(130_000);
      expect([it.world.move(one), it.coordinator.fate.dead]).toEqual([undefined, true]);
      await it.restartCoordinator();
      await it.world.rests(one);
      expect([it.owner, it.value, it.boots1]).toEqual(['h1', 'running', 2]);
      expect(await faultsAtTheEnd(it, ['running'])).toEqual([]);
    });

    test('the host is lost once more before it has it: with a proof it is brought up elsewhere', async () => {
      const it = await Scene.start(storage);
      await it.forget('h1');
      await it.boots('h1');
      await it.order('h1', 'admit');
      await it.until('the return', () => it.world.move(one)?.value === 'landing.adopt');
      await it.forget('h1');
      await it.command('evacuate', { fromImage: storage === 'separate' });
      await it.world.rests(one);
      expect([it.owner, it.value]).toEqual(['h2', 'running']);
      await it.returns('h1');
      expect(await faultsAtTheEnd(it, ['running'])).toEqual([]);
    });

    test('the host is lost once more before it has it, and let in a second time: it has it back', async () => {
      const it = await Scene.start(storage);
      await it.forget('h1');
      await it.boots('h1');
      await it.order('h1', 'admit');
      await it.until('the return', () => it.world.move(one)?.value === 'landing.adopt');
      await it.forget('h1');
      await it.returns('h1');
      await it.world.rests(one);
      expect([it.owner, it.value]).toEqual(['h1', 'running']);
      expect(await faultsAtTheEnd(it, ['running'])).toEqual([]);
    });

    test.each(['stop', 'delete'] as const)('%s was ordered there before: that is what it comes to', async (name) => {
      const it = await Scene.start(storage);
      if (name === 'stop') {
        await it.command('stop', { timeoutSeconds: 0 });
        await it.world.rests(one);
      } else {
        await it.command('delete');
      }
      await it.forget('h1');
      await it.returns('h1');
      await it.world.rests(one);
      if (name === 'delete') expect(faultsAfterDelete(it)).toEqual([]);
      else expect([it.owner, await faultsAtTheEnd(it, ['stopped'])]).toEqual(['h1', []]);
    });

    test.each(['confirmResize', 'revertResize'] as const)(
      'it was the destination of a cold move that waits to be settled: it waits there again, and %s is open',
      async (name) => {
        const it = await Scene.start(storage);
        await it.command('coldMigrate', { host: 'h2' });
        await it.phase('landed');
        await it.world.rests(one);
        await it.forget('h2');
        await it.returns('h2');
        await it.world.rests(one);
        expect([it.owner, it.value, it.world.move(one)?.value]).toEqual(['h2', 'resized', 'landed']);
        await it.command(name);
        await it.world.rests(one);
        await it.world.clock.advance(130_000);
        expect(it.owner).toBe(name === 'confirmResize' ? 'h2' : 'h1');
        expect(await faultsAtTheEnd(it, ['running'])).toEqual([]);
      },
    );

    const larger = { ...sampleSpec(1).flavor, name: 'larger', memoryMiB: 256 };

    test.each(['confirmResize', 'revertResize'] as const)(
      'it was resized there and waits to be settled: it waits again, and %s is open',
      async (name) => {
        const it = await Scene.start(storage);
        await it.command('resize', { flavor: larger });
        await it.world.rests(one);
        expect(it.value).toBe('resized');
        await it.forget('h1');
        await it.returns('h1');
        await it.world.rests(one);
        expect([it.owner, it.value]).toEqual(['h1', 'resized']);
        await it.command(name);
        await it.world.rests(one);
        expect(await faultsAtTheEnd(it, ['running'])).toEqual([]);
      },
    );

    test.each(['migrating.migrateDiskAndPowerOff', 'migrating.finishMigration'])(
      'it was being resized there (%s): it runs with its old size',
      async (value) => {
        const it = await Scene.start(storage);
        await it.command('resize', { flavor: larger });
        await it.until(value, () => it.value === value);
        await it.forget('h1');
        await it.returns('h1');
        await it.world.rests(one);
        expect([it.owner, it.value]).toEqual(['h1', 'running']);
        expect(await faultsAtTheEnd(it, ['running'])).toEqual([]);
      },
    );
  },
);

describe.each(['shared', 'separate'] as const)('in the middle of a move, on %s storage', (storage) => {
  const phases = [
    ['liveMigrate', 'preparing.prepare'],
    ['liveMigrate', 'copying.copy'],
    ['coldMigrate', 'copying.copy'],
  ] as const;

  test.each(phases)('the destination of a %s in %s: the guest runs on its source', async (name, phase) => {
    const it = await Scene.start(storage);
    await it.command(name, { host: 'h2' });
    await it.phase(phase);
    await it.forget('h2');
    await it.world.rests(one);
    expect([it.owner, it.value]).toEqual(['h1', 'running']);
    await it.returns('h2');
    expect(await faultsAtTheEnd(it, ['running'])).toEqual([]);
  });

  test.each(phases)(
    'the source of a %s in %s: the move comes to its end, and an evacuation brings the guest up',
    async (name, phase) => {
      const it = await Scene.start(storage);
      await it.command(name, { host: 'h2' });
      await it.phase(phase);
      await it.forget('h1');
      await it.until('the move is over', () => !isUnderWay(it.world.move(one)?.value ?? 'done'));
      if (it.owner === 'h1') await it.command('evacuate', { fromImage: storage === 'separate' });
      await it.world.rests(one);
      expect([it.owner, it.value]).toEqual(['h2', 'running']);
      await it.returns('h1');
      expect(await faultsAtTheEnd(it, ['running'])).toEqual([]);
    },
  );
});
