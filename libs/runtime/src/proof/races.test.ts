/** Races that random histories hit rarely or never, each staged so that the one mechanism that settles it is needed. */
import { isEmpty, type CommandName, type Observation, type Permit } from '@chronovirt/contract';
import { dueEffects, isResting } from '@chronovirt/machines';
import { AgentWorld, sampleSpec, type Agent } from '@chronovirt/testing/world';
import { describe, expect, test } from 'vitest';
import type { EffectExecutor } from '../ports/effect-executor.ts';
import { Witness } from './histories/witness.ts';

const spec = sampleSpec();
const { uuid } = spec;
const HOUR = 3_600_000;

const look = (world: AgentWorld, agent: Agent) =>
  world.clock.settle(agent.driver.observe(uuid, { signal: new AbortController().signal, deadlineMs: 5_000 }));
const send = (world: AgentWorld, agent: Agent, name: CommandName, args = {}) =>
  void agent.host.command(world.make(uuid, name, args));

/** The executor with some of its methods replaced; each gets the original. */
function replacing(
  executor: EffectExecutor,
  put: { [K in keyof EffectExecutor]?: (original: EffectExecutor) => EffectExecutor[K] },
): EffectExecutor {
  return new Proxy(executor, {
    get(target, name) {
      const replaced = put[name as keyof EffectExecutor]?.(target);
      if (replaced !== undefined) return replaced;
      const value = Reflect.get(target, name, target) as unknown;
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

test('I1: an effect whose op is no longer due makes no further call, at whatever point of a spawn the delete comes', async () => {
  const problems = new Set<string>();
  let points = 0;
  for (let at = 1; at < 200; at++) {
    const world = new AgentWorld({ profile: 'lively', seed: 3 });
    const witness = new Witness(world);
    const agent: Agent = world.startAgent({ wrap: (executor) => witness.wrap(executor, () => false) });
    let calls = 0;
    witness.follow(agent, (phase) => {
      if (phase !== 'sent') return;
      calls += 1;
      if (calls === at) send(world, agent, 'delete');
    });
    await world.clock.settle(agent.started);
    await world.clock.settle(agent.host.link(uuid, world.order(spec)));
    await world.clock.advance(30_000);
    await world.rests(uuid);
    if (calls < at) break;
    points += 1;
    for (const problem of witness.problems) problems.add(problem);
  }
  expect(points).toBeGreaterThan(10);
  expect([...problems]).toEqual([]);
});

test('I1: no moment passes between the state in which an effect is no longer due and the end of its permit', async () => {
  const world = new AgentWorld({ profile: 'instant' });
  const seen: string[] = [];
  let permit: Permit | null = null;
  const wrap = (executor: EffectExecutor): EffectExecutor =>
    replacing(executor, {
      run: (original) => (input, context) => {
        if (input.due.method !== 'spawn') return original.run(input, context);
        permit = context.permit;
        const { signal } = context.permit;
        return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
    });
  const isDue = (): boolean => (agent.host.state(uuid)?.state.actor.due ?? []).some(({ method }) => method === 'spawn');
  /** Asks as often as anything can happen at all, from the answer of the journal on. */
  const ask = async (): Promise<void> => {
    while (isDue()) await undefined;
    seen.push(permit?.signal.aborted === true ? 'revoked' : 'still good');
  };
  const agent: Agent = world.startAgent({
    wrap,
    onAppend: (_n, when, { events }) => {
      if (when === 'after' && events.some(({ type }) => type === 'destroy.requested')) void ask();
    },
  });
  await world.clock.settle(agent.started);
  await world.clock.settle(agent.host.link(uuid, world.order(spec)));
  await world.clock.advance(1);
  send(world, agent, 'delete');
  expect((await world.rests(uuid)).value).toBe('deleted');
  expect(seen).toEqual(['revoked']);
});

describe('looks', () => {
  test('I6: a look that was under way while something was decided tells nothing, and is made again', async () => {
    const world = new AgentWorld({ profile: 'instant' });
    let isSlow = false;
    const wrap = (executor: EffectExecutor): EffectExecutor =>
      replacing(executor, {
        observe:
          (original) =>
          async (...args) => {
            const wasSlow = isSlow;
            isSlow = false;
            const seen = await original.observe(...args);
            // The answer is long on its way.
            if (wasSlow) await new Promise<void>((resolve) => world.clock.after(5_000, resolve));
            return seen;
          },
      });
    const { agent } = await world.running({ wrap });
    await world.clock.advance(1_000);
    isSlow = true;
    await world.clock.settle(world.sim.outside.act('destroy', uuid));
    await world.clock.drain();
    send(world, agent, 'hardReboot');
    await world.clock.advance(1_000);
    expect(world.state(uuid).value).toBe('running');
    await world.clock.advance(60_000);
    expect(world.state(uuid).value).toBe('running');
    expect((await look(world, agent)).power).toBe('on');
    expect(await world.events(uuid)).not.toContain('observed.stopped');
  });

  test('I6: a domain that is gone for a moment, while somebody defines it anew, is not taken for absent', async () => {
    const world = new AgentWorld({ profile: 'lively' });
    const { agent } = await world.running();
    await world.command(agent, uuid, 'stop', { timeoutSeconds: 0 });
    await world.rests(uuid);
    await world.clock.advance(1_000);
    const definition = world.sim.find(uuid)?.stored;
    await world.clock.settle(world.sim.outside.act('undefine', uuid));
    await world.clock.advance(100);
    if (definition) await world.clock.settle(world.sim.outside.define(definition));
    await world.clock.advance(10_000);
    expect(await world.events(uuid)).not.toContain('observed.absent');
    expect((await look(world, agent)).power).toBe('off');
  });

  test('I6: what changes between the bulk look of a start and its end is told by an event, for somebody listens already', async () => {
    const world = new AgentWorld({ profile: 'lively' });
    const { agent } = await world.running();
    agent.kill();
    const wrap = (executor: EffectExecutor): EffectExecutor =>
      replacing(executor, {
        observeAll: (original) => async (context) => {
          const all = await original.observeAll(context);
          await world.sim.outside.act('destroy', uuid);
          await new Promise<void>((resolve) => world.clock.after(100, resolve));
          return all;
        },
      });
    const next = world.startAgent({ wrap });
    await world.clock.settle(next.started);
    await world.clock.advance(5_000);
    expect((await world.rests(uuid)).value).toBe('stopped');
    expect(world.clock.monotonic()).toBeLessThan(60_000);
  });

  test('property 11: what no event told is found by the comparison', async () => {
    const world = new AgentWorld({ profile: 'lively' });
    const { agent } = await world.running();
    await world.clock.advance(5_000);
    const { emit } = world.sim.events;
    world.sim.events.emit = () => {};
    await world.clock.settle(world.sim.outside.act('destroy', uuid));
    world.sim.events.emit = emit;
    await world.clock.advance(70_000);
    expect((await world.rests(uuid)).value).toBe('stopped');
    expect((await look(world, agent)).power).toBe('off');
  });

  test('I9: a domain of a deleted instance that came back while the agent was away is ended', async () => {
    const world = new AgentWorld({ profile: 'lively' });
    const { agent } = await world.running();
    const definition = world.sim.find(uuid)?.stored;
    await world.command(agent, uuid, 'delete');
    await world.rests(uuid);
    agent.kill();
    if (definition) await world.clock.settle(world.sim.outside.define(definition));
    await world.clock.settle(world.sim.outside.act('start', uuid));
    const next = world.startAgent();
    await world.clock.settle(next.started);
    await world.clock.advance(10_000);
    expect(isEmpty(await look(world, next))).toBe(true);
  });
});

describe('effects', () => {
  test('property 9: a reboot that came to nothing is not called done because a guest runs', async () => {
    const world = new AgentWorld({ profile: 'lively' });
    const { agent } = await world.running();
    const boot = world.sim.find(uuid)?.run?.boot;
    world.sim.faults.add({ kind: 'fail', when: 'before', on: 'define', times: 99 });
    await world.command(agent, uuid, 'hardReboot');
    expect((await world.rests(uuid)).value).toBe('running');
    const outcome = (await world.history(uuid))
      .flatMap(({ events }) => events)
      .find(({ type }) => type.startsWith('reboot.') && type !== 'reboot.requested');
    expect(outcome).toMatchObject({ type: 'reboot.failed', data: { fits: 'origin' } });
    expect(world.sim.find(uuid)?.run?.boot).toBe(boot);
  });

  test('I5: after a restart, and in every probe, calls of the dead are waited for before anything is looked at', async () => {
    const world = new AgentWorld({ profile: 'lively' });
    const { agent } = await world.running();
    world.sim.faults.add({ kind: 'hang', ms: 600_000, on: 'suspend' });
    send(world, agent, 'pause');
    await world.clock.advance(500);
    agent.kill();
    const steps: string[] = [];
    const noting =
      <A extends unknown[], R>(name: string, act: (...args: A) => R) =>
      (...args: A): R => {
        steps.push(name);
        return act(...args);
      };
    const wrap = (executor: EffectExecutor): EffectExecutor =>
      replacing(executor, {
        run: (original) => noting('run', original.run.bind(original)),
        barrier: (original) => noting('barrier', original.barrier.bind(original)),
        observe: (original) => noting('observe', original.observe.bind(original)),
      });
    const next = world.startAgent({ wrap });
    await world.clock.settle(next.started);
    await world.rests(uuid);
    expect(steps.slice(0, 1)).toEqual(['barrier']);
    expect(steps.filter((step) => step !== 'barrier').length).toBeGreaterThan(0);
    expect(world.state(uuid).parts.power).toBe((await look(world, next)).power);
  });

  test('I2: a cancelled call that hangs has its connection closed, so that a delete does not wait for it', async () => {
    const world = new AgentWorld({ profile: 'lively' });
    const { agent } = await world.running();
    world.sim.faults.add({ kind: 'hang', ms: 10 * HOUR, on: 'suspend' });
    send(world, agent, 'pause');
    await world.clock.advance(500);
    send(world, agent, 'delete');
    await world.clock.advance(30_000);
    expect(world.state(uuid).value).toBe('deleted');
    expect(isEmpty(await look(world, agent))).toBe(true);
  });

  test('property 12: a delete does not wait for the end of what runs', async () => {
    const world = new AgentWorld({ profile: 'lively' });
    const { agent } = await world.running();
    world.sim.guest(uuid).heedsShutdown(false);
    send(world, agent, 'stop', { timeoutSeconds: 300 });
    await world.clock.advance(1_000);
    send(world, agent, 'delete');
    await world.clock.advance(20_000);
    expect(world.state(uuid).value).toBe('deleted');
  });
});

describe('deadlines', () => {
  test('I10: a deadline that passed while the agent was away starts anew', async () => {
    const world = new AgentWorld({ profile: 'lively' });
    const { agent } = await world.running();
    world.sim.faults.add({ kind: 'hang', ms: 30_000, on: 'managedSave' });
    send(world, agent, 'suspend');
    await world.clock.advance(500);
    agent.kill();
    await world.clock.advance(2 * HOUR);
    const next = world.startAgent();
    await world.clock.settle(next.started);
    expect((await world.rests(uuid)).value).toBe('suspended');
    expect(await world.events(uuid)).not.toContain('suspend.timedOut');
  });

  test('I10: the answer that waits in the socket of a frozen agent counts before the deadline that has passed', async () => {
    const world = new AgentWorld({ profile: 'lively' });
    const { agent } = await world.running();
    await world.clock.advance(5_000);
    let isPaused = false;
    let isLast = false;
    world.sim.onPrimitive(({ name, phase }) => {
      if (name === 'suspend' && phase === 'answered') isPaused = true;
    });
    const observe = agent.driver.observe.bind(agent.driver);
    // The look on which the outcome rests takes its time, and the process freezes meanwhile.
    agent.driver.observe = async (...args) => {
      if (!isPaused) return observe(...args);
      const seen: Observation = await observe(...args);
      isLast = true;
      await new Promise<void>((resolve) => world.clock.after(1_000, resolve));
      return seen;
    };
    send(world, agent, 'pause');
    await world.clock.runUntil(() => isLast);
    await world.clock.freeze(HOUR);
    expect((await world.rests(uuid)).value).toBe('paused');
    expect(await world.events(uuid)).not.toContain('pause.timedOut');
  });

  test("I10: the hypervisor's return wakes who waits for it, whatever its back-off", async () => {
    const world = new AgentWorld({ profile: 'lively' });
    const { agent } = await world.running();
    world.sim.stopDaemon();
    send(world, agent, 'pause');
    const patience = () => {
      const [due] = dueEffects(world.state(uuid));
      return due === undefined || due.notBefore === null ? 0 : due.notBefore - world.clock.now();
    };
    await world.clock.runUntil(() => patience() > 30_000, { limitMs: 3 * HOUR });
    world.sim.startDaemon();
    await world.clock.advance(5_000);
    expect(isResting(world.state(uuid).value)).toBe(true);
  });
});
