/** Hosts that are lost and come back, in whatever way: a guest never runs twice, and nothing but a proof lets a second host start it. */
import assert from 'node:assert/strict';
import { afterEach, describe, expect, test } from 'vitest';
import {
  CLUSTER,
  HOST_STATE_VERSION,
  hostTokenOf,
  type FenceProof,
  type HostMessage,
  type HostOrder,
  type InstanceUuid,
} from '@chronovirt/contract';
import { isOfHost } from '@chronovirt/runtime';
import { uuidNumber } from '@chronovirt/testing/world';
import { ClusterWorld, type Coordinator } from '../testing/cluster-world.ts';
import type { FleetChoice } from '../testing/world-fleet.ts';

const one = uuidNumber(1);
const boundMs = 20_000;
const fencing: FleetChoice = { hosts: { h1: { fence: { command: ['off'], timeoutMs: 10_000 } } } as never };
let worlds: ClusterWorld[] = [];
let copies: () => number = () => 0;

afterEach(() => {
  // Whatever the story was: at no moment did a guest run on two hosts.
  assert.ok(copies() <= 1, 'a guest ran on two hosts');
  for (const world of worlds) world.close();
  worlds = [];
});

interface Story {
  readonly world: ClusterWorld;
  readonly coordinator: Coordinator;
  /** Another coordinator takes over, which has heard of nobody yet. */
  restartCoordinator(): Promise<void>;
  order(host: string, name: HostOrder['name'], args?: HostOrder['args']): Promise<string>;
  host(name: string): string;
  /** Every proof that is in the history of a host. */
  proofs(name: string): Promise<FenceProof[]>;
  until(what: string, condition: () => boolean, limitMs?: number): Promise<void>;
}

/** Two hosts with shared storage, their agents, and instance 1 on `h1`. */
async function story(choice: FleetChoice = {}, watchdog = false): Promise<Story> {
  const world = new ClusterWorld(['h1', 'h2'], 'shared', choice);
  worlds.push(world);
  if (watchdog) world.guard('h1', boundMs);
  let coordinator = await world.startCoordinator();
  await world.startAgent('h1');
  await world.startAgent('h2');
  copies = watchCopies(world, one);
  const fleet = (): NonNullable<Coordinator['fleet']> => {
    if (coordinator.fleet === null) throw new Error('a world without hosts of its own');
    return coordinator.fleet;
  };
  const until = (what: string, condition: () => boolean, limitMs = 300_000): Promise<void> =>
    world.clock.runUntil(condition, { limitMs, what });
  await until('both hosts are heard', () => [...fleet().all()].length === 2);
  await world.create(coordinator, 1, 'h1');
  await world.rests(one);
  return {
    world,
    get coordinator() {
      return coordinator;
    },
    async restartCoordinator() {
      world.killCoordinator(coordinator);
      coordinator = await world.startCoordinator();
    },
    async order(host, name, args = {}) {
      const reply = await world.fleet?.order(fleet(), host, name, args);
      if (reply?.kind !== 'answer') return JSON.stringify(reply);
      return reply.answer.kind === 'accepted' ? 'accepted' : reply.answer.guard;
    },
    async proofs(name) {
      const found: FenceProof[] = [];
      for await (const stored of coordinator.journal.read(CLUSTER, hostTokenOf(name))) {
        if (!isOfHost(stored)) continue;
        for (const { data } of stored.hostMessage.events) {
          const proof = data?.['proof'] ?? null;
          if (proof !== null) found.push(proof as unknown as FenceProof);
        }
      }
      return found;
    },
    host: (name) => fleet().state(name)?.state.value ?? 'unknown',
    until,
  };
}

/** The most copies of a guest that ever ran at one time; looked at with every call on every host and as time passes. */
function watchCopies(world: ClusterWorld, instance: InstanceUuid): () => number {
  let most = 0;
  const names = [...world.names];
  const look = (): void => {
    const running = names.filter((name) => world.sim(name).find(instance)?.run?.state === 'running');
    most = Math.max(most, running.length);
  };
  for (const name of names) world.sim(name).onPrimitive(look);
  const round = (): void => void world.clock.after(100, () => (look(), round()));
  round();
  return () => most;
}

const runsOn = (world: ClusterWorld): string[] =>
  [...world.names].filter((name) => (world.sim(name).find(one)?.run ?? null) !== null);

/** Evacuates it, and waits until it rests where it landed. */
async function evacuate({ world, coordinator, until }: Story): Promise<string> {
  const reply = await world.command(coordinator, one, 'evacuate');
  if (reply.kind !== 'answer') return JSON.stringify(reply);
  if (reply.answer.kind === 'refused') return reply.answer.guard;
  await until('the guest runs on h2', () => world.last('h2', one)?.state.value === 'running');
  return 'evacuated';
}

describe('a host that is cut off and comes back', () => {
  test('with a watchdog: its guests end by themselves, are evacuated on that proof, and what is left there clears away', async () => {
    const it = await story({}, true);
    it.world.isolate('h1');
    await it.until('the wait for the watchdog began', () => it.host('h1') === 'fencing.outwait');
    expect(await evacuate(it)).toBe('fenceProven');
    await it.until('h1 is fenced', () => it.host('h1') === 'fenced');
    expect(it.coordinator.fleet?.proofOf('h1')).toMatchObject({ kind: 'watchdog', boundMs });
    expect(runsOn(it.world)).toEqual([]);
    expect(await evacuate(it)).toBe('evacuated');
    it.world.rejoin('h1');
    await it.until('h1 is let in again', () => it.host('h1') === 'reachable');
    await it.until('what was left on h1 is gone', () => it.world.last('h1', one)?.state.actor.role.kind === 'closed');
    expect(runsOn(it.world)).toEqual(['h2']);
  });

  test('without a watchdog: it stays lost for as long as it takes, and nobody may start its guests elsewhere', async () => {
    const it = await story();
    it.world.isolate('h1');
    await it.until('h1 is lost', () => it.host('h1') === 'lost');
    await it.world.clock.advance(3_600_000);
    expect(it.host('h1')).toBe('lost');
    expect(await evacuate(it)).toBe('fenceProven');
    expect(await it.order('h1', 'fence')).toBe('fenceCommand');
    expect(await it.order('h1', 'forget')).toBe('proof');
    it.world.rejoin('h1');
    await it.until('h1 is back', () => it.host('h1') === 'reachable');
    expect(runsOn(it.world)).toEqual(['h1']);
  });

  test('before the bound: nothing was decided, its guest runs on, and its term goes on', async () => {
    const it = await story({ lostMs: 5_000 }, true);
    it.world.isolate('h1');
    await it.until('h1 is lost', () => it.host('h1') === 'lost');
    it.world.rejoin('h1');
    await it.until('h1 is back', () => it.host('h1') === 'reachable');
    await it.world.clock.advance(120_000);
    expect(it.host('h1')).toBe('reachable');
    expect(it.coordinator.fleet?.state('h1')?.state.context).toMatchObject({ term: 0, serves: true });
    expect(runsOn(it.world)).toEqual(['h1']);
  });

  test('while the bound is waited out: it reads that its term is over and stands down, which is a proof by itself', async () => {
    const it = await story({}, true);
    it.world.isolate('h1');
    await it.until('the wait began', () => it.host('h1') === 'fencing.outwait');
    it.world.rejoin('h1');
    await it.until('it is let in again', () => it.host('h1') === 'reachable');
    const proofs = await it.proofs('h1');
    expect(proofs.map(({ kind }) => kind)).toEqual(['stoodDown']);
    expect(it.coordinator.fleet?.state('h1')?.state.context).toMatchObject({ term: 2, serves: true, proof: null });
  });
});

describe('a host whose agent', () => {
  test('is killed while its guests run on: only a fence lets them start elsewhere, and after that they run there alone', async () => {
    const it = await story(fencing);
    it.world.killAgent('h1');
    await it.until('h1 is lost', () => it.host('h1') === 'lost');
    expect(runsOn(it.world)).toEqual(['h1']);
    expect(await evacuate(it)).toBe('fenceProven');
    expect(await it.order('h1', 'fence', { reason: 'dead agent' })).toBe('accepted');
    await it.until('h1 is fenced', () => it.host('h1') === 'fenced');
    expect(await evacuate(it)).toBe('evacuated');
    it.world.site.boot('h1');
    await it.world.startAgent('h1');
    await it.until('h1 is let in again', () => it.host('h1') === 'reachable');
    await it.until('what was left on h1 is gone', () => it.world.last('h1', one)?.state.actor.role.kind === 'closed');
    expect(runsOn(it.world)).toEqual(['h2']);
  });

  test('was lost before the coordinator died: the next one, which never heard it, starts its guests elsewhere from their disks', async () => {
    const it = await story(fencing);
    it.world.killAgent('h1');
    await it.until('h1 is lost', () => it.host('h1') === 'lost');
    expect(await it.order('h1', 'fence', { reason: 'dead agent' })).toBe('accepted');
    await it.until('h1 is fenced', () => it.host('h1') === 'fenced');
    await it.restartCoordinator();
    await it.until('h2 is heard again', () => it.coordinator.hosts.all().length > 0);
    expect(it.coordinator.hosts.all().map(({ report }) => report.host)).toEqual(['h2']);
    expect(await evacuate(it)).toBe('evacuated');
    expect(it.world.move(one)?.context.found).toMatchObject({ shared: true });
  });

  test.each<[string, (message: HostMessage) => object]>([
    ['whose states are of an older version', (message) => ({ ...message, state: { v: HOST_STATE_VERSION - 1 } })],
    [
      'that other charts have decided otherwise',
      ({ state, ...message }) => ({
        ...message,
        machine: 'host@0',
        state: state.aggregate === 'host' ? { ...state, value: 'reachable' } : state,
      }),
    ],
  ])('is known to a new version from histories %s, with its proof and its term', async (_, asOfOld) => {
    const it = await story(fencing);
    it.world.killAgent('h1');
    await it.until('h1 is lost', () => it.host('h1') === 'lost');
    expect(await it.order('h1', 'fence', { reason: 'dead agent' })).toBe('accepted');
    await it.until('h1 is fenced', () => it.host('h1') === 'fenced');
    const before = it.coordinator.fleet?.state('h1')?.state;
    for (const stream of [CLUSTER, 'h1', 'h2'])
      for (const host of ['h1', 'h2'])
        it.world.store.rewrite(stream, hostTokenOf(host), (text) =>
          JSON.stringify(asOfOld(JSON.parse(text) as HostMessage)),
        );
    await it.restartCoordinator();
    expect(it.coordinator.fleet?.state('h1')?.state).toEqual(before);
    await it.until('h2 is heard again', () => it.coordinator.hosts.all().length > 0);
    expect(await evacuate(it)).toBe('evacuated');
    // Its own stream says that its term is over, and so it runs nothing until it has the next one.
    it.world.site.boot('h1');
    await it.world.startAgent('h1');
    expect(it.world.agent('h1')?.host.standing).toMatchObject({ term: 1, barred: true });
    await it.until('h1 is back', () => it.host('h1') === 'reachable');
    expect(it.world.agent('h1')?.host.standing).toMatchObject({ term: 2, barred: false });
  });

  test('is killed and started again while its guests run on: it takes them over, and nothing was decided', async () => {
    const it = await story({ lostMs: 5_000 });
    it.world.killAgent('h1');
    await it.until('h1 is lost', () => it.host('h1') === 'lost');
    await it.world.startAgent('h1');
    await it.until('h1 is back', () => it.host('h1') === 'reachable');
    expect(runsOn(it.world)).toEqual(['h1']);
  });

  test('is frozen and thawed: the watchdog ended its guests, they run elsewhere, and it clears away when it goes on', async () => {
    const it = await story({}, true);
    it.world.freezeAgent('h1');
    await it.until('h1 is fenced', () => it.host('h1') === 'fenced');
    expect(runsOn(it.world)).toEqual([]);
    expect(await evacuate(it)).toBe('evacuated');
    it.world.thawAgent('h1');
    await it.until('h1 is let in again', () => it.host('h1') === 'reachable');
    await it.until('what was left on h1 is gone', () => it.world.last('h1', one)?.state.actor.role.kind === 'closed');
    expect(runsOn(it.world)).toEqual(['h2']);
  });

  test('is frozen in the middle of a start, and thawed after its guest runs elsewhere: the start never happens', async () => {
    const it = await story({}, true);
    await it.world.command(it.coordinator, one, 'stop', { timeoutSeconds: 0 });
    await it.world.rests(one);
    let frozen = false;
    it.world.sim('h1').onPrimitive(({ name, phase }) => {
      if (name !== 'create' || phase !== 'before' || frozen) return;
      frozen = true;
      it.world.freezeAgent('h1');
    });
    void it.world.command(it.coordinator, one, 'start');
    await it.until('h1 is fenced', () => it.host('h1') === 'fenced');
    expect(await evacuate(it)).toBe('evacuated');
    it.world.thawAgent('h1');
    await it.until('what was left on h1 is gone', () => it.world.last('h1', one)?.state.actor.role.kind === 'closed');
    expect(runsOn(it.world)).toEqual(['h2']);
  });

  test('is slow, and reaches the journal only now and then: it keeps its guests or loses them, never half', async () => {
    const it = await story({ lostMs: 5_000 }, true);
    for (let n = 0; n < 12; n++) {
      it.world.isolate('h1');
      await it.world.clock.advance(4_000 + 3_000 * n);
      it.world.rejoin('h1');
      await it.world.clock.advance(1_500);
      if ((it.coordinator.fleet?.proofOf('h1') ?? null) !== null) await evacuate(it);
    }
    await it.world.clock.advance(600_000);
    expect(it.host('h1')).toBe('reachable');
    const owner = it.coordinator.model.get(one)?.host ?? '';
    const recorded = it.world.last(owner, one)?.state.value;
    expect(runsOn(it.world)).toEqual(recorded === 'running' ? [owner] : []);
  });
});

describe('a proof', () => {
  test('of a host that is told to stand down is its own answer; it starts nothing until it is let in', async () => {
    const it = await story();
    expect(await it.order('h1', 'standDown', { reason: 'its storage fails' })).toBe('accepted');
    await it.until('h1 is fenced', () => it.host('h1') === 'fenced');
    expect(it.coordinator.fleet?.proofOf('h1')).toMatchObject({ kind: 'stoodDown', stopped: 1 });
    expect(runsOn(it.world)).toEqual([]);
    await it.world.clock.advance(600_000);
    expect(it.host('h1')).toBe('fenced');
    expect(await evacuate(it)).toBe('evacuated');
    expect(await it.order('h1', 'admit')).toBe('accepted');
    await it.until('what was left on h1 is gone', () => it.world.last('h1', one)?.state.actor.role.kind === 'closed');
    expect(runsOn(it.world)).toEqual(['h2']);
  });

  test('keeps the host out for as long as an evacuation rests on it', async () => {
    const it = await story(fencing);
    it.world.killAgent('h1');
    await it.until('h1 is lost', () => it.host('h1') === 'lost');
    await it.order('h1', 'fence');
    await it.until('h1 is fenced', () => it.host('h1') === 'fenced');
    // The host that is to take it does not answer: the evacuation waits.
    await it.world.command(it.coordinator, one, 'evacuate');
    await it.until('h2 was chosen', () => it.world.move(one)?.value === 'landing.adopt');
    it.world.killAgent('h2');
    it.world.site.boot('h1');
    await it.world.startAgent('h1');
    await it.world.clock.advance(5_000);
    expect(it.host('h1')).toBe('fenced');
    expect(await it.order('h1', 'admit')).toBe('relied');
    await it.world.startAgent('h2');
    await it.until('h1 is let in', () => it.host('h1') === 'reachable', 900_000);
    expect(runsOn(it.world)).toEqual(['h2']);
  });

  test('that a person stated and the host contradicts is taken back, loudly', async () => {
    const it = await story();
    it.world.isolate('h1');
    await it.until('h1 is lost', () => it.host('h1') === 'lost');
    await it.order('h1', 'confirmDown', { statement: 'I have pulled its plug' });
    await it.until('h1 is fenced', () => it.host('h1') === 'fenced');
    it.world.rejoin('h1');
    await it.until(
      'the alarm',
      () => it.coordinator.fleet?.state('h1')?.state.parts.alarm?.code === 'PROOF_CONTRADICTED',
    );
    // Its agent has read that its term is over all the same: what ran there was stopped.
    await it.until('it is stopped there', () => runsOn(it.world).length === 0);
    expect(await it.order('h1', 'admit')).toBe('accepted');
    await it.until('h1 is back', () => it.host('h1') === 'reachable');
  });

  test('lets a host be forgotten: what it held is fenced in its own history, which stays to be read', async () => {
    const it = await story(fencing);
    it.world.losePower('h1');
    await it.until('h1 is lost', () => it.host('h1') === 'lost');
    await it.order('h1', 'fence');
    await it.until('h1 is fenced', () => it.host('h1') === 'fenced');
    expect(await it.order('h1', 'forget')).toBe('accepted');
    await it.until('h1 is forgotten', () => it.host('h1') === 'forgotten');
    expect(it.world.last('h1', one)?.events.at(-1)?.type).toBe('fence');
    expect(await evacuate(it)).toBe('evacuated');
    it.world.site.boot('h1');
    await it.world.startAgent('h1');
    await it.until(
      'the alarm',
      () => it.coordinator.fleet?.state('h1')?.state.parts.alarm?.code === 'FORGOTTEN_HOST_REPORTS',
    );
    expect(runsOn(it.world)).toEqual(['h2']);
  });
});

describe('a coordinator', () => {
  test('that dies at any step of fencing goes on where it was, and ends with the same proof', async () => {
    for (let n = 1; n <= 8; n++) {
      const world = new ClusterWorld(['h1', 'h2'], 'shared', fencing);
      worlds.push(world);
      let armed = false;
      let count = 0;
      const doomed: Coordinator = await world.startCoordinator((_n, when) => {
        if (!armed || when !== 'after' || ++count !== n) return;
        world.killCoordinator(doomed);
      });
      await world.startAgent('h1');
      await world.startAgent('h2');
      await world.clock.runUntil(() => [...(doomed.fleet?.all() ?? [])].length === 2, { what: 'both are heard' });
      await world.create(doomed, 1, 'h1');
      await world.rests(one);
      copies = watchCopies(world, one);
      world.killAgent('h1');
      armed = true;
      await world.clock.advance(45_000);
      if (doomed.fleet !== null && !doomed.fate.dead)
        void world.fleet?.order(doomed.fleet, 'h1', 'fence').catch(() => {});
      await world.clock.advance(10_000);
      if (!doomed.fate.dead) world.killCoordinator(doomed);
      const next = await world.startCoordinator();
      await world.clock.advance(60_000);
      if ((next.fleet?.proofOf('h1') ?? null) === null) await world.fleet?.order(next.fleet as never, 'h1', 'fence');
      await world.clock.runUntil(() => next.fleet?.proofOf('h1')?.kind === 'fenceCommand', {
        limitMs: 900_000,
        what: `a proof after a death at append ${n}: ${next.fleet?.state('h1')?.state.value}`,
      });
      expect(runsOn(world)).toEqual([]);
      expect(copies()).toBe(1);
      world.close();
    }
  }, 120_000);

  test('that hears nobody, because its own link is down, concludes nothing', async () => {
    const it = await story({}, true);
    it.coordinator.journal.cut();
    await it.world.clock.advance(600_000);
    it.coordinator.journal.heal();
    await it.world.clock.advance(5_000);
    expect(it.host('h1')).toBe('reachable');
    expect(it.host('h2')).toBe('reachable');
    expect(runsOn(it.world)).toEqual(['h1']);
  });
});
