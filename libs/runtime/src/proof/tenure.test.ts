/** The term of a host: an agent whose term is over runs nothing, whatever it had in mind, until it has the next one and knows all that was stored. */
import { expect, test } from 'vitest';
import {
  CLUSTER,
  HOST_STATE_VERSION,
  hostTokenOf,
  incarnationOf,
  type HostName,
  type InstanceUuid,
  type TurnMessage,
} from '@chronovirt/contract';
import { decide, defaultPolicy } from '@chronovirt/machines';
import { AgentWorld, sampleSpec } from '@chronovirt/testing/world';
import { MessageBuilder } from '../actor/message-builder.ts';
import { MemoryJournal } from '../journal/memory-journal.ts';
import { writeStanding } from '../host/write-standing.ts';

async function standing(world: AgentWorld, term: number, serves: boolean): Promise<void> {
  const journal = new MemoryJournal({ store: world.store });
  const at = world.clock.now();
  await world.clock.settle(
    writeStanding(journal, { host: world.host, term, serves, why: 'test', at, incarnation: incarnationOf(1, 1) }),
  );
}

const runs = (world: AgentWorld, instance: InstanceUuid): boolean => (world.sim.find(instance)?.run ?? null) !== null;

/** The coordinator fences an instance in the host's own history, without asking the host. */
async function fence(world: AgentWorld, instance: InstanceUuid): Promise<void> {
  const journal = new MemoryJournal({ store: world.store });
  const last = world.store.last(world.host, instance);
  const before = world.state(instance);
  const incarnation = incarnationOf(1, 1);
  const env = { instance, host: world.host, at: before.actor.at, incarnation, policy: defaultPolicy };
  const item = { kind: 'link', link: { kind: 'fence', epoch: 2 } } as const;
  const decision = decide(before, item, { ...env, facts: { implements: new Set<string>() } });
  if (decision.kind !== 'turn') throw new Error(JSON.stringify(decision));
  const message = new MessageBuilder(world.host, incarnation).build(instance, env.at, decision, 'test');
  await world.clock.settle(journal.append(message as TurnMessage, last?.seq ?? 0));
}

test('the end of a term stops every guest within a renewal of the lease, and nothing of it is taken for news', async () => {
  const world = new AgentWorld();
  const { agent, spec } = await world.running();
  const events = (await world.events(spec.uuid)).length;
  await standing(world, 1, false);
  await world.clock.runUntil(() => agent.host.standing?.stoodDown === true, {
    limitMs: 30_000,
    what: 'the agent stands down',
  });
  expect(runs(world, spec.uuid)).toBe(false);
  expect(agent.host.standing).toMatchObject({ term: 1, barred: true, stopped: 1 });
  await world.clock.advance(300_000);
  expect(await world.events(spec.uuid)).toHaveLength(events);
});

test('somebody who starts a guest on a host that has stood down loses', async () => {
  const world = new AgentWorld();
  const { agent, spec } = await world.running();
  await standing(world, 1, false);
  await world.clock.runUntil(() => agent.host.standing?.stoodDown === true, {
    limitMs: 30_000,
    what: 'the agent stands down',
  });
  void world.sim.outside.act('start', spec.uuid);
  await world.clock.runUntil(() => !runs(world, spec.uuid), { limitMs: 1_000, what: 'the guest is ended again' });
});

test('an agent that starts under a term that is over touches nothing but what still runs', async () => {
  const world = new AgentWorld();
  const { agent, spec } = await world.running();
  agent.kill();
  await standing(world, 1, false);
  const again = world.startAgent();
  await world.clock.settle(again.started);
  await world.clock.runUntil(() => again.host.standing?.stoodDown === true, {
    limitMs: 30_000,
    what: 'the agent stands down',
  });
  expect(runs(world, spec.uuid)).toBe(false);
  expect(world.state(spec.uuid).value).toBe('running');
});

test('an order that comes while the term is over is stored, and begins with the next term', async () => {
  const world = new AgentWorld();
  const { agent, spec } = await world.running();
  await world.command(agent, spec.uuid, 'stop', { timeoutSeconds: 0 });
  await world.rests(spec.uuid);
  await standing(world, 1, false);
  await world.clock.runUntil(() => agent.host.standing?.stoodDown === true, {
    limitMs: 30_000,
    what: 'the agent stands down',
  });
  await world.command(agent, spec.uuid, 'start');
  await world.clock.advance(20_000);
  expect(runs(world, spec.uuid)).toBe(false);
  await standing(world, 2, true);
  await world.clock.runUntil(() => runs(world, spec.uuid), { limitMs: 60_000, what: 'the guest starts' });
  expect(agent.host.standing).toMatchObject({ term: 2, barred: false, stoodDown: false });
});

test('an order that comes before the standing was ever read begins as soon as it is, not at its deadline', async () => {
  const world = new AgentWorld();
  const { agent, spec } = await world.running();
  agent.kill();
  const late = (): Promise<void> => new Promise((resolve) => world.clock.after(2_000, resolve));
  const again = world.startAgent({
    delay: (point, { instance }) => (point === 'read' && instance === hostTokenOf(world.host) ? late() : undefined),
  });
  expect(await world.command(again, spec.uuid, 'pause')).toMatchObject({ answer: { kind: 'accepted' } });
  expect(again.host.standing).toBeNull();
  expect(world.state(spec.uuid).value).toBe('freezing.pause');
  await world.clock.settle(again.started);
  expect((await world.rests(spec.uuid, 5_000)).value).toBe('paused');
});

test('a delete is carried out whatever the term', async () => {
  const world = new AgentWorld();
  const { agent, spec } = await world.running();
  await standing(world, 1, false);
  await world.clock.runUntil(() => agent.host.standing?.stoodDown === true, {
    limitMs: 30_000,
    what: 'the agent stands down',
  });
  await world.command(agent, spec.uuid, 'delete');
  expect((await world.rests(spec.uuid)).value).toBe('deleted');
});

test('an agent that was cut off while its term ended and the next began has read every fence before it does anything', async () => {
  const world = new AgentWorld();
  // The answer to what it asks of its standing is slow; an append is answered at once.
  let slow = false;
  const late = (): Promise<void> => new Promise((resolve) => world.clock.after(6_000, resolve));
  const { agent, spec } = await world.running({
    delay: (point, { instance }) =>
      slow && point === 'read' && instance === hostTokenOf(world.host) ? late() : undefined,
  });
  const other = sampleSpec(2);
  await world.clock.settle(agent.host.link(other.uuid, world.order(other)));
  await world.rests(other.uuid);
  await world.command(agent, spec.uuid, 'stop', { timeoutSeconds: 0 });
  await world.rests(spec.uuid);
  // A start is stored and due when both the hypervisor and the journal go away.
  world.sim.stopDaemon();
  await world.command(agent, spec.uuid, 'start');
  agent.journal.cut();
  slow = true;
  const paused = agent.host.command(world.make(other.uuid, 'pause'));
  await standing(world, 1, false);
  await world.clock.advance(20_000);
  // Meanwhile it is given to another host, and this one gets its next term.
  await fence(world, spec.uuid);
  await standing(world, 2, true);
  world.sim.startDaemon();
  const starts: string[] = [];
  world.sim.onPrimitive(({ name }) => void starts.push(name));
  agent.journal.heal();
  await world.clock.settle(paused);
  await world.command(agent, other.uuid, 'lock');
  await world.clock.runUntil(() => agent.host.standing?.term === 2 && !agent.host.standing.barred, {
    limitMs: 60_000,
    what: 'the agent reads its next term',
  });
  await world.clock.advance(30_000);
  expect(starts).not.toContain('create');
  expect(agent.host.state(spec.uuid)?.state.actor.role.kind ?? 'closed').toBe('closed');
});

test('an append alone renews no lease: only a read of the term does', async () => {
  const world = new AgentWorld();
  const confirmed: number[] = [];
  await world.running({ onConfirmed: (at) => confirmed.push(at) });
  const before = confirmed.length;
  expect(before).toBeGreaterThan(0);
  await world.clock.advance(20_000);
  expect(confirmed.length).toBeGreaterThanOrEqual(before + 3);
  await standing(world, 1, false);
  await world.clock.advance(6_000);
  const ended = confirmed.length;
  await world.clock.advance(60_000);
  expect(confirmed).toHaveLength(ended);
});

test('a later term is never taken back by a writer that is late', async () => {
  const world = new AgentWorld();
  await standing(world, 3, true);
  const journal = new MemoryJournal({ store: world.store });
  const late = { host: world.host, term: 2, serves: false, why: '', at: 1, incarnation: incarnationOf(1, 1) };
  expect(await writeStanding(journal, late)).toBe('superseded');
  expect(world.store.last(world.host, hostTokenOf(world.host))?.text).toContain('"term":3');
  expect(await writeStanding(journal, { ...late, host: CLUSTER as HostName, term: 0 })).toBe('written');
});

test.each([true, false])(
  'a term whose state was stored by an older version counts as that version meant it (the host serves: %s)',
  async (serves) => {
    const world = new AgentWorld();
    const { agent, spec } = await world.running();
    agent.kill();
    await standing(world, 3, serves);
    world.store.rewrite(world.host, hostTokenOf(world.host), (text) =>
      JSON.stringify({ ...(JSON.parse(text) as object), state: { aggregate: 'standing', v: HOST_STATE_VERSION - 1 } }),
    );
    const again = world.startAgent();
    await world.clock.settle(again.started);
    expect(again.host.standing).toMatchObject({ term: 3, barred: !serves });
    await world.clock.advance(30_000);
    expect(runs(world, spec.uuid)).toBe(serves);
  },
);

test('a term of an older version that is none bars the host: nobody may take from it that guests may run', async () => {
  const world = new AgentWorld();
  const { agent } = await world.running();
  agent.kill();
  await standing(world, 1, true);
  world.store.rewrite(world.host, hostTokenOf(world.host), (text) =>
    JSON.stringify({
      ...(JSON.parse(text) as object),
      events: [{ type: 'termLent', to: 'serving', data: { term: 1 } }],
      state: { v: HOST_STATE_VERSION - 1 },
    }),
  );
  const again = world.startAgent();
  await world.clock.settle(again.started);
  expect(again.host.standing).toMatchObject({ barred: true });
});
