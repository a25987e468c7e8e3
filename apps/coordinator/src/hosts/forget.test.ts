/** A host that is given up for ever while an instance is between it and another one; and what becomes of what it had, should it return. */
import { afterEach, describe, expect, test } from 'vitest';
import { CLUSTER, type CommandName, type HostOrder } from '@chronovirt/contract';
import { isUnderWay } from '@chronovirt/machines';
import { uuidNumber } from '@chronovirt/testing/world';
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
  readonly coordinator: Coordinator;

  private constructor(world: ClusterWorld, coordinator: Coordinator) {
    this.world = world;
    this.coordinator = coordinator;
  }

  /** Instance 1 runs on `h1`. */
  static async start(storage: 'shared' | 'separate'): Promise<Scene> {
    const world = new ClusterWorld(['h1', 'h2'], storage, { hosts: { h1: off, h2: off } as never });
    const coordinator = await world.startCoordinator();
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
    this.world.site.boot(host);
    await this.world.startAgent(host);
    await this.until('the alarm', () => this.fleet.state(host)?.state.parts.alarm?.code === 'FORGOTTEN_HOST_REPORTS');
    await this.order(host, 'admit');
    await this.until(`${host} is reachable`, () => this.state(host) === 'reachable');
    await this.world.clock.advance(130_000);
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
