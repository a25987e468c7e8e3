/** The ten invariants of an instance's actor, by number. The crash matrix and the random histories check them as a whole. */
import { isEmpty, type CommandName } from '@chronovirt/contract';
import { dueEffects, isResting, verify } from '@chronovirt/machines';
import { AgentWorld, sampleSpec, type Agent } from '@chronovirt/testing/world';
import { describe, expect, test } from 'vitest';
import type { EffectExecutor } from '../ports/effect-executor.ts';
import { defaultRuntimePolicy } from '../ports/policy.ts';

const spec = sampleSpec();
const { uuid } = spec;
const query = { signal: new AbortController().signal, deadlineMs: 5_000 };

const look = (world: AgentWorld, agent: Agent) => world.clock.settle(agent.driver.observe(uuid, query));
const send = (world: AgentWorld, agent: Agent, name: CommandName, args = {}) =>
  void agent.host.command(world.make(uuid, name, args));

/** Counts the calls that change something on the hypervisor, as an agent makes them. */
function mutations(world: AgentWorld): { count: () => number } {
  let count = 0;
  world.sim.onPrimitive(({ phase, name }) => {
    if (phase === 'before' && !/^look|^read|^list|^fetch|^stat/.test(name)) count += 1;
  });
  return { count: () => count };
}

describe('I1: no mutating call without a stored intent, a due op, a fresh lease and a role that allows it', () => {
  test('while the intent cannot be stored, nothing is touched', async () => {
    const world = new AgentWorld({ profile: 'lively' });
    const { agent } = await world.running();
    await world.clock.advance(2_000);
    const touched = mutations(world);
    agent.journal.cut();
    send(world, agent, 'pause');
    await world.clock.advance(10_000);
    expect(touched.count()).toBe(0);
    agent.journal.heal();
    await world.clock.advance(1_000);
    expect(world.state(uuid).value).toBe('paused');
  });

  test('an effect stops touching when the lease is stale, and goes on when the journal answers again', async () => {
    const world = new AgentWorld({ profile: 'lively' });
    const { agent } = await world.running();
    // The guest ignores the shutdown, so that the end by force would come when the lease is stale.
    world.sim.guest(uuid).heedsShutdown(false);
    send(world, agent, 'stop', { timeoutSeconds: 20 });
    await world.clock.advance(500);
    agent.journal.cut();
    await world.clock.advance(16_000);
    const touched = mutations(world);
    await world.clock.advance(30_000);
    expect(touched.count()).toBe(0);
    agent.journal.heal();
    expect((await world.rests(uuid)).value).toBe('stopped');
  });

  test('a fence takes the right away at the next append', async () => {
    const world = new AgentWorld({ profile: 'lively' });
    const { agent } = await world.running();
    await world.clock.settle(agent.host.link(uuid, { kind: 'fence', epoch: 2 }));
    await world.clock.advance(60_000);
    expect(world.state(uuid).actor.role.kind).toBe('closed');
    expect((await look(world, agent)).domain).toBe('absent');
    expect(await world.command(agent, uuid, 'start')).not.toMatchObject({ answer: { kind: 'accepted' } });
  });
});

test('I2: at most one effect at a time touches one instance', async () => {
  let running = 0;
  let most = 0;
  const wrap = (executor: EffectExecutor): EffectExecutor =>
    new Proxy(executor, {
      get(target, name) {
        const value = Reflect.get(target, name, target) as unknown;
        if (name !== 'run') return typeof value === 'function' ? value.bind(target) : value;
        return async (...args: Parameters<EffectExecutor['run']>) => {
          most = Math.max(most, ++running);
          try {
            return await target.run(...args);
          } finally {
            running -= 1;
          }
        };
      },
    });
  const world = new AgentWorld({ profile: 'lively' });
  const { agent } = await world.running({ wrap });
  for (const name of ['suspend', 'hardReboot', 'hardReboot', 'pause', 'hardReboot', 'delete', 'delete'] as const) {
    send(world, agent, name);
    await world.clock.advance(7);
  }
  await world.rests(uuid);
  expect(most).toBe(1);
  expect(world.state(uuid).value).toBe('deleted');
});

test('I3: memory never runs ahead of the journal', async () => {
  const world = new AgentWorld({ profile: 'lively' });
  const { agent } = await world
    .running({
      onAppend: (_n, when, message) => {
        if (when === 'before') expect(agent?.host.state(message.instance)?.state ?? null).not.toEqual(message.state);
      },
    })
    .catch(() => world.running());
  agent.journal.cut();
  send(world, agent, 'pause');
  await world.clock.advance(1_000);
  expect(agent.host.state(uuid)?.state.value).toBe('running');
  agent.journal.heal();
  await world.rests(uuid);
  expect(agent.host.state(uuid)?.state.value).toBe('paused');
});

describe('I4: each answer is in the history; the same id gets the same answer', () => {
  test.each([
    ['taken', 'pause'],
    ['refused', 'resume'],
  ] as const)('a %s command that is sent again after a restart', async (_how, name) => {
    const world = new AgentWorld({ profile: 'lively' });
    const { agent } = await world.running();
    const command = world.make(uuid, name);
    const first = await world.clock.settle(agent.host.command(command));
    await world.rests(uuid);
    agent.kill();
    const next = world.startAgent();
    await world.clock.settle(next.started);
    const before = world.store.end(world.host);
    const again = await world.clock.settle(next.host.command(command));
    expect(again).toMatchObject({ kind: 'answer', answer: (first as { answer: object }).answer });
    expect(world.store.end(world.host)).toBe(before);
  });

  test('a refused command that is re-sent when it would be legal stays refused, and is not executed', async () => {
    const world = new AgentWorld({ profile: 'lively' });
    const { agent } = await world.running();
    const command = world.make(uuid, 'unpause');
    expect(await world.clock.settle(agent.host.command(command))).toMatchObject({
      answer: { kind: 'refused', guard: 'state' },
    });
    await world.command(agent, uuid, 'pause');
    await world.rests(uuid);
    expect(await world.clock.settle(agent.host.command(command))).toMatchObject({ answer: { kind: 'refused' } });
    await world.clock.advance(10_000);
    expect(world.state(uuid).value).toBe('paused');
  });
});

test('I5: what is due is done again after a crash, and given up as timed out when it was begun too often', async () => {
  const world = new AgentWorld({ profile: 'lively' });
  const { agent } = await world.running();
  world.sim.faults.add({ kind: 'hang', ms: 600_000, on: 'managedSave', times: 99 });
  send(world, agent, 'suspend');
  await world.clock.advance(500);
  let current = agent;
  for (let kills = 0; kills < 4; kills++) {
    current.kill();
    current = world.startAgent();
    await world.clock.settle(current.started);
    await world.clock.advance(500);
  }
  const history = (await world.history(uuid)).flatMap(({ events }) => events);
  expect(history.filter(({ type, data }) => type === 'resumed' && data?.['method'] === 'suspend')).toHaveLength(2);
  expect(history.map(({ type }) => type)).toContain('suspend.timedOut');
});

test('I6: only facts seen under the current op move a state to rest: a late outcome changes nothing', async () => {
  const world = new AgentWorld({ profile: 'lively' });
  const { agent } = await world.running();
  world.sim.faults.add({ kind: 'hang', ms: 3_000, on: 'suspend' });
  send(world, agent, 'pause');
  await world.clock.advance(200);
  send(world, agent, 'hardReboot');
  await world.rests(uuid);
  expect(world.state(uuid).value).toBe('running');
  expect((await look(world, agent)).power).toBe('on');
  expect(await world.events(uuid)).not.toContain('pause.done');
});

describe('I8: only the owner of the newest epoch starts, resumes or defines', () => {
  test('an order under an old epoch is not taken', async () => {
    const world = new AgentWorld({ profile: 'lively' });
    const { agent } = await world.running();
    await world.clock.settle(agent.host.link(uuid, { kind: 'fence', epoch: 5 }));
    await world.clock.advance(60_000);
    expect(await world.clock.settle(agent.host.link(uuid, world.order(spec, 4)))).toMatchObject({
      kind: 'error',
      code: 'NOT_TAKEN_STALE',
    });
    await world.clock.advance(60_000);
    expect((await look(world, agent)).domain).toBe('absent');
  });

  test('a fence that was written while the agent was away is read before anything is done', async () => {
    const world = new AgentWorld({ profile: 'lively' });
    const { agent } = await world.running();
    send(world, agent, 'pause');
    await world.clock.advance(1);
    agent.kill();
    const fencer = world.startAgent();
    await world.clock.settle(fencer.started);
    await world.clock.settle(fencer.host.link(uuid, { kind: 'fence', epoch: 2 }));
    fencer.kill();
    const back = world.startAgent();
    await world.clock.settle(back.started);
    await world.clock.advance(60_000);
    expect(world.state(uuid).actor.role.kind).toBe('closed');
    expect((await look(world, back)).domain).toBe('absent');
  });
});

test(
  'I9: after a delete is stored every later path ends in absence, at every point of a spawn',
  { timeout: 60_000 },
  async () => {
    let points = 0;
    for (let at = 1; at < 200; at++) {
      const world = new AgentWorld({ profile: 'lively', seed: 3 });
      const agent = world.startAgent();
      await world.clock.settle(agent.started);
      let calls = 0;
      world.sim.onPrimitive(({ phase, connection }) => {
        if (connection !== agent.driver.connection || phase === 'answered') return;
        calls += 1;
        if (calls === at) send(world, agent, 'delete');
      });
      await world.clock.settle(agent.host.link(uuid, world.order(spec)));
      await world.clock.advance(30_000);
      const state = await world.rests(uuid);
      if (calls < at) break;
      points += 1;
      expect([at, state.value, isEmpty(await look(world, agent))]).toEqual([at, 'deleted', true]);
    }
    expect(points).toBeGreaterThan(10);
  },
);

describe('I10: each state that does not rest has an alarm, or names the fact that wakes it', () => {
  test('an effect that hangs for ever times out and is settled by a probe', async () => {
    const world = new AgentWorld({ profile: 'lively' });
    const { agent } = await world.running();
    world.sim.faults.add({ kind: 'hang', ms: 10 * 3_600_000, on: 'suspend' });
    send(world, agent, 'pause');
    const state = await world.rests(uuid, 24 * 3_600_000);
    expect(await world.events(uuid)).toContain('pause.timedOut');
    expect(state.value).toBe((await look(world, agent)).power === 'paused' ? 'paused' : 'running');
  });

  test('a hypervisor that is away longer than the deadline is awaited, by name, and its return wakes the instance', async () => {
    const world = new AgentWorld({ profile: 'lively' });
    const { agent } = await world.running();
    world.sim.stopDaemon();
    send(world, agent, 'pause');
    await world.clock.advance(2 * 3_600_000);
    const waiting = world.state(uuid);
    expect(isResting(waiting.value)).toBe(false);
    expect(waiting.context.awaiting).toMatch(/hypervisor/);
    expect(dueEffects(waiting)).toHaveLength(1);
    world.sim.startDaemon();
    const before = world.clock.monotonic();
    expect((await world.rests(uuid)).value).toMatch(/^(running|paused)$/);
    expect(world.clock.monotonic() - before).toBeLessThan(5_000);
  });
});

describe('races', () => {
  test('NATS away from the intent to the outcome, longer than the deadline: the outcome is kept and stored', async () => {
    const world = new AgentWorld({ profile: 'lively' });
    const { agent } = await world.running();
    send(world, agent, 'pause');
    await world.clock.drain();
    agent.journal.cut();
    await world.clock.advance(3_600_000);
    agent.journal.heal();
    expect((await world.rests(uuid)).value).toBe('paused');
  });

  test('STOPPED before and after the outcome of our own reboot never stops the guest', async () => {
    for (const eventMs of [0, 2, 40, 500, 5_000]) {
      const world = new AgentWorld({
        profile: {
          workMs: () => 5,
          replyMs: () => 1,
          eventMs: () => eventMs,
          guestShutdownMs: () => 100,
          bootMs: () => 500,
        },
      });
      const { agent } = await world.running();
      await world.clock.advance(10_000);
      send(world, agent, 'hardReboot');
      await world.rests(uuid);
      await world.clock.advance(60_000);
      expect([eventMs, world.state(uuid).value, (await look(world, agent)).power]).toEqual([eventMs, 'running', 'on']);
    }
  });

  test('a frozen agent that thaws reads its answers before it calls an effect late', async () => {
    const world = new AgentWorld({ profile: 'lively' });
    const { agent } = await world.running();
    send(world, agent, 'pause');
    await world.clock.advance(3);
    await world.clock.freeze(3_600_000);
    expect((await world.rests(uuid)).value).toMatch(/^(paused|running)$/);
    await world.clock.advance(10_000);
    expect(world.state(uuid).parts.power).toBe((await look(world, agent)).power);
  });

  test('property 14: two agents of one host: the newer one writes, the older one sees it and ends', async () => {
    const world = new AgentWorld({ profile: 'lively' });
    const { agent: older } = await world.running();
    const newer = world.startAgent();
    await world.clock.settle(newer.started);
    await world.command(newer, uuid, 'pause');
    await world.rests(uuid);
    send(world, older, 'hardReboot');
    await world.clock.advance(60_000);
    expect(older.superseded).toHaveLength(1);
    expect(world.state(uuid).value).toBe('paused');
    expect((await look(world, newer)).power).toBe('paused');
  });

  test('an outside change of a resting guest is in the history with what was heard', async () => {
    const world = new AgentWorld({ profile: 'lively' });
    const { agent } = await world.running();
    await world.clock.advance(5_000);
    await world.clock.settle(world.sim.outside.act('destroy', uuid));
    await world.clock.advance(5_000);
    expect((await world.rests(uuid)).value).toBe('stopped');
    const observed = (await world.history(uuid)).find(({ events }) =>
      events.some(({ type }) => type === 'observed.stopped'),
    );
    expect(observed?.by.kind).toBe('hypervisor');
    expect(observed?.cause).toBeTruthy();
    expect((await look(world, agent)).power).toBe('off');
  });

  test('a change while the agent is away is found by the comparison at its start', async () => {
    const world = new AgentWorld({ profile: 'lively' });
    const { agent } = await world.running();
    await world.clock.advance(5_000);
    agent.kill();
    await world.clock.settle(world.sim.outside.act('destroy', uuid));
    const next = world.startAgent();
    await world.clock.settle(next.started);
    await world.clock.advance(5_000);
    expect((await world.rests(uuid)).value).toBe('stopped');
  });
});

test('property 5: a history folds to the same states and effects, event by event', async () => {
  const world = new AgentWorld({ profile: 'lively' });
  const { agent } = await world.running();
  for (const name of ['pause', 'unpause', 'reboot', 'resume', 'stop', 'start', 'delete'] as const) {
    await world.command(agent, uuid, name, name === 'stop' ? { timeoutSeconds: 0 } : {});
    await world.rests(uuid);
  }
  const entries = (await world.history(uuid)).map((message, index) => ({ seq: index + 1, message }));
  expect(verify(entries)).toMatchObject({ ok: true });
});

test('a message of an unknown version halts that instance alone, says which is needed, and delete still works', async () => {
  const world = new AgentWorld({ profile: 'lively' });
  const { agent } = await world.running();
  const other = sampleSpec(2);
  await world.clock.settle(agent.host.link(other.uuid, world.order(other)));
  await world.rests(other.uuid);
  agent.kill();
  const last = world.store.last(world.host, uuid);
  const text = JSON.stringify({ ...JSON.parse(last?.text ?? '{}'), v: 99, id: 'from-the-future' });
  expect(world.store.append(world.host, uuid, 'from-the-future', last?.seq ?? 0, text)).toMatchObject({
    kind: 'stored',
  });
  const next = world.startAgent();
  await world.clock.settle(next.started);
  expect(await world.command(next, uuid, 'pause')).toMatchObject({
    kind: 'error',
    code: 'HALTED',
    message: expect.stringMatching(/99/) as string,
  });
  expect(await world.command(next, other.uuid, 'pause')).toMatchObject({
    kind: 'answer',
    answer: { kind: 'accepted' },
  });
  expect(await world.command(next, uuid, 'delete')).toMatchObject({ kind: 'answer', answer: { kind: 'accepted' } });
  expect((await world.rests(uuid)).value).toBe('deleted');
  expect(isEmpty(await look(world, next))).toBe(true);
});

describe('what a running agent cannot read in a history that somebody has written into halts it there', () => {
  const withWord = async (change: object) => {
    const world = new AgentWorld({ profile: 'lively' });
    const { agent } = await world.running();
    const last = world.store.last(world.host, uuid);
    const text = JSON.stringify({ ...JSON.parse(last?.text ?? '{}'), id: 'from-elsewhere', ...change });
    const stored = world.store.append(world.host, uuid, 'from-elsewhere', last?.seq ?? 0, text);
    return { world, agent, seq: stored.kind === 'stored' ? stored.seq : 0 };
  };
  const words = [
    { of: 'of an unknown version', change: { v: 99 }, says: /version 99; this reader knows 1/ },
    {
      of: 'that the chart does not take',
      change: { events: [{ type: 'rescue.done', part: 'life', data: {}, to: 'rescued' }] },
      says: /event rescue.done in state running/,
    },
  ];

  test.each(words)('a word $of: the command that meets it is told, and where it lies', async ({ change, says }) => {
    const { world, agent, seq } = await withWord(change);
    const told = { kind: 'error', code: 'HALTED', message: expect.stringMatching(says) as string };
    expect(await world.command(agent, uuid, 'pause')).toMatchObject(told);
    expect(await world.command(agent, uuid, 'pause')).toMatchObject(told);
    expect([...agent.host.instances()].map(({ halt }) => halt?.seq)).toEqual([seq]);
  });

  test.each(words)('a word $of: delete works, by the agent that has met it before', async ({ change }) => {
    const { world, agent } = await withWord(change);
    await world.command(agent, uuid, 'pause');
    expect(await world.command(agent, uuid, 'delete')).toMatchObject({ answer: { kind: 'accepted' } });
    expect((await world.rests(uuid)).value).toBe('deleted');
    expect(isEmpty(await look(world, agent))).toBe(true);
  });

  test.each(words)('a word $of: delete works, also where it is the first to meet it', async ({ change }) => {
    const { world, agent } = await withWord(change);
    expect(await world.command(agent, uuid, 'delete')).toMatchObject({ answer: { kind: 'accepted' } });
    expect((await world.rests(uuid)).value).toBe('deleted');
    expect(isEmpty(await look(world, agent))).toBe(true);
  });
});

test.each(['the second reading', 'a command'])(
  'the last message of a closed history is checked, too: %s finds that it cannot be used, and halts it',
  async (by) => {
    const world = new AgentWorld({ profile: 'lively' });
    const { agent } = await world.running();
    await world.command(agent, uuid, 'delete');
    await world.rests(uuid);
    agent.kill();
    const last = world.store.last(world.host, uuid);
    world.store.putRaw(world.host, uuid, JSON.stringify({ ...JSON.parse(last?.text ?? '{}'), v: 99 }));
    const next = world.startAgent();
    await world.clock.settle(next.started);
    const halts = () => [...next.host.instances()].map(({ instance, halt }) => [instance, halt?.code]);
    // It lies among those that are over: nothing waits for it.
    expect(halts()).toEqual([]);
    if (by === 'a command')
      expect(await world.command(next, uuid, 'pause')).toMatchObject({ kind: 'error', code: 'HALTED' });
    else await world.clock.advance(defaultRuntimePolicy.leaseMs + 1);
    expect(halts()).toEqual([[uuid, 'UNKNOWN_VERSION']]);
  },
);

test('a command that changes the spec is decided with it, also when the process has just started', async () => {
  const world = new AgentWorld({ profile: 'lively' });
  const { agent } = await world.running();
  agent.kill();
  const next = world.startAgent();
  await world.clock.settle(next.started);
  const image = { ...spec.image, sha256: 'b'.repeat(64), name: 'other' };
  expect(await world.command(next, uuid, 'rebuild', { image })).toMatchObject({ answer: { kind: 'accepted' } });
  expect((await world.rests(uuid)).value).toBe('running');
  expect((await world.clock.settle(next.host.spec(uuid))).image.sha256).toBe(image.sha256);
});
