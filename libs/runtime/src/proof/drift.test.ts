/**
 * What somebody does to a guest behind the agent's back, on the simulated host: each case of the observation table, under each policy, once
 * while the agent hears it and once while no agent runs. What is recorded in the end is what is there, with the evidence in the history.
 */
import assert from 'node:assert/strict';
import type { CommandName, InstanceState, Observation, RestingState, Sight } from '@chronovirt/contract';
import { isQuestion, observationTable, observedEvent, policyOf, restingStates, verify } from '@chronovirt/machines';
import { AgentWorld, sampleSpec, type Agent, type AgentOptions } from '@chronovirt/testing/world';
import { describe, expect, test } from 'vitest';
import { entriesOf } from './histories/ending.ts';

const { uuid } = sampleSpec();

type Drift = 'usual' | 'adopt' | 'repair';
type Act = (world: AgentWorld) => unknown;

const act =
  (...names: Parameters<AgentWorld['sim']['outside']['act']>[0][]): Act =>
  async (world) => {
    // All of them before anybody looks.
    await Promise.all(names.map((name) => world.sim.outside.act(name, uuid)));
  };

/** How an instance gets into a state. */
const ways: Readonly<Partial<Record<RestingState, readonly (readonly [CommandName, object?])[]>>> = {
  running: [],
  paused: [['pause']],
  suspended: [['suspend']],
  stopped: [['stop']],
  rescued: [['rescue']],
  resized: [['resize', { flavor: { ...sampleSpec().flavor, name: 'large', memoryMiB: 256 } }]],
  shelved: [['shelve']],
  trashed: [['softDelete']],
};

/** State, what is seen, how that comes to be, and where the instance ends: usual, adopted, repaired. */
type Case = readonly [from: RestingState, seen: Sight, how: Act, ends: string];

const cases: readonly Case[] = [
  ['running', 'paused', act('suspend'), 'running/paused paused/paused running/on'],
  ['running', 'stuck', (world) => world.sim.guest(uuid).diskFails(), 'running/paused running/paused running/paused'],
  ['running', 'off', act('destroy'), 'stopped/off stopped/off running/on'],
  ['running', 'shutdown', (world) => world.sim.guest(uuid).shutdown(), 'stopped/off stopped/off stopped/off'],
  ['running', 'saved', act('managedSave'), 'suspended/off suspended/off running/on'],
  ['running', 'crashed', (world) => world.sim.guest(uuid).panic(), 'stopped/off stopped/off running/on'],
  ['running', 'asleep', (world) => world.sim.guest(uuid).sleep(), 'stopped/off running/asleep running/asleep'],
  ['running', 'absent', act('undefine', 'destroy'), 'failed/absent failed/absent running/on'],
  ['running', 'transient', act('undefine'), 'running/on running/on running/on'],
  ['paused', 'on', act('resume'), 'running/on running/on paused/paused'],
  ['paused', 'off', act('destroy'), 'stopped/off stopped/off stopped/off'],
  ['paused', 'saved', act('managedSave'), 'suspended/off suspended/off suspended/off'],
  ['paused', 'absent', act('undefine', 'destroy'), 'failed/absent failed/absent running/on'],
  ['paused', 'transient', act('undefine'), 'paused/paused paused/paused paused/paused'],
  ['suspended', 'on', act('start'), 'running/on running/on suspended/off'],
  ['suspended', 'paused', act('start', 'suspend'), 'paused/paused paused/paused suspended/off'],
  ['suspended', 'off', act('managedSaveRemove'), 'stopped/off stopped/off stopped/off'],
  ['suspended', 'absent', act('managedSaveRemove', 'undefine'), 'failed/absent failed/absent running/on'],
  ['stopped', 'on', act('start'), 'stopped/off running/on stopped/off'],
  ['stopped', 'paused', act('start', 'suspend'), 'stopped/off paused/paused stopped/off'],
  ['stopped', 'saved', act('start', 'managedSave'), 'stopped/off suspended/off stopped/off'],
  ['stopped', 'absent', act('undefine'), 'stopped/absent stopped/absent stopped/absent'],
  ['rescued', 'off', act('destroy'), 'rescued/off rescued/off rescued/off'],
  ['rescued', 'transient', act('undefine'), 'rescued/on rescued/on rescued/on'],
  ['rescued', 'absent', act('undefine', 'destroy'), 'failed/absent failed/absent failed/absent'],
  ['resized', 'off', act('destroy'), 'resized/off resized/off resized/off'],
  ['resized', 'transient', act('undefine'), 'resized/on resized/on resized/on'],
  ['shelved', 'on', act('start'), 'shelved/off running/on shelved/off'],
  ['shelved', 'absent', act('undefine'), 'shelved/absent shelved/absent shelved/absent'],
  ['trashed', 'on', act('start'), 'trashed/off running/on trashed/off'],
  ['trashed', 'paused', act('start', 'suspend'), 'trashed/off trashed/off trashed/off'],
];

const query = { signal: new AbortController().signal, deadlineMs: 5_000 };

class Scene {
  readonly world = new AgentWorld();
  readonly #options: AgentOptions;
  #agent: Agent | null = null;

  constructor(drift: Drift | 'ask') {
    this.#options = { chartPolicy: policyOf({ drift }) };
  }

  get agent(): Agent {
    if (this.#agent === null) throw new Error('no agent runs');
    return this.#agent;
  }

  async bring(state: RestingState): Promise<void> {
    ({ agent: this.#agent } = await this.world.running(this.#options));
    for (const [name, args = {}] of ways[state] ?? []) await this.order(name, args);
    assert.equal(this.state.value, state);
    // What its own doing still has to tell is heard.
    await this.world.clock.advance(2_000);
  }

  async order(name: CommandName, args: object = {}): Promise<void> {
    const reply = await this.world.command(this.agent, uuid, name, args as never);
    assert.equal(reply.kind === 'answer' && reply.answer.kind, 'accepted');
    await this.world.rests(uuid);
  }

  /** Something happens, and what the agent makes of it comes to its end. */
  async happens(what: Act, heard: boolean): Promise<void> {
    const before = this.world.last(uuid)?.id;
    if (!heard) this.agent.kill();
    await this.world.clock.settle(Promise.resolve(what(this.world)));
    if (!heard) {
      this.#agent = this.world.startAgent(this.#options);
      await this.world.clock.settle(this.agent.started);
    }
    const { clock } = this.world;
    const isOver = (): boolean => this.world.last(uuid)?.id !== before && this.world.isAtRest(uuid);
    await clock.runUntil(isOver, { limitMs: 300_000, what: 'something in the history' });
    // Two comparisons more: nothing is told twice, and nothing goes on.
    await clock.advance(150_000);
  }

  get state(): InstanceState {
    return this.world.state(uuid);
  }

  look(): Promise<Observation> {
    return this.world.clock.settle(this.agent.driver.observe(uuid, query));
  }

  /** State and power as recorded; the same as is there. */
  async end(): Promise<string> {
    const { value, parts } = this.state;
    const seen = await this.look();
    assert.equal(parts.power, seen.power);
    assert.equal(verify(entriesOf(this.world, uuid)).ok, true);
    return `${value}/${parts.power}`;
  }

  /** Events that tell of what was seen, with their evidence. */
  told(): { type: string; data: Record<string, unknown>; cause: string | null }[] {
    return entriesOf(this.world, uuid).flatMap(({ message }) =>
      message.events.flatMap(({ type, data = {} }) =>
        type.startsWith('observed.') && data['observation'] !== undefined ? [{ type, data, cause: message.cause }] : [],
      ),
    );
  }
}

const endOf = (ends: string, drift: Drift): string | undefined =>
  ends.split(' ')[(['usual', 'adopt', 'repair'] as const).indexOf(drift)];

const drifts: readonly Drift[] = ['usual', 'adopt', 'repair'];
const rows = cases.flatMap(([from, seen, how, ends]) =>
  drifts.flatMap((drift) =>
    [true, false].map((heard) => ({
      from,
      seen,
      how,
      drift,
      heard,
      to: endOf(ends, drift),
      when: heard ? 'heard' : 'missed',
    })),
  ),
);

describe('behind the agent’s back', () => {
  test.each(rows)('$from, seen $seen, $drift, $when: $to', async ({ from, seen, how, drift, heard, to }) => {
    const scene = new Scene(drift);
    await scene.bring(from);
    const before = scene.told().length;
    await scene.happens(how, heard);
    expect(await scene.end()).toBe(to);
    const [first] = scene.told().slice(before);
    expect(first?.type).toBe(observedEvent[seen]);
    // Evidence: what was seen, what was heard and when.
    expect(first?.data).toMatchObject({
      observation: expect.any(Object) as object,
      heardAt: expect.any(Number) as number,
    });
    expect(String(first?.data['heard'])).toMatch(heard ? /./ : /comparison after a start/);
  });

  test('every case of the table that the simulated host can bring about is there', () => {
    const there = new Set(cases.map(([from, seen]) => `${from}/${seen}`));
    const differing = restingStates.flatMap((state) =>
      (Object.keys(observedEvent) as Sight[])
        .filter((seen) => isQuestion(state, seen))
        .map((seen) => `${state}/${seen}`),
    );
    expect(differing.filter((one) => !there.has(one))).toEqual(
      ['resized/absent'].filter((one) => differing.includes(one)),
    );
    expect(observationTable.running.off.kind).toBe('drift');
  });
});

const asked = cases.filter(([from, seen]) => isQuestion(from, seen));

describe('a deployment that asks', () => {
  test.each(
    asked.flatMap(([from, seen, how, ends]) =>
      (['adopt', 'repair'] as const).map((side) => ({ from, seen, how, side, to: endOf(ends, side) })),
    ),
  )('$from, seen $seen: nothing happens until a person says $side: $to', async ({ from, seen, how, side, to }) => {
    const scene = new Scene('ask');
    await scene.bring(from);
    await scene.happens(how, true);
    expect(scene.state).toMatchObject({ value: from, parts: { drift: { seen } } });
    // An agent that comes after knows the question, and does not ask it again.
    const messages = entriesOf(scene.world, uuid).length;
    scene.agent.kill();
    const agent = scene.world.startAgent({ chartPolicy: policyOf({ drift: 'ask' }) });
    await scene.world.clock.settle(agent.started);
    await scene.world.clock.advance(120_000);
    expect(entriesOf(scene.world, uuid)).toHaveLength(messages);
    const reply = await scene.world.command(agent, uuid, side === 'adopt' ? 'adoptDrift' : 'repairDrift');
    expect(reply).toMatchObject({ answer: { kind: 'accepted' } });
    await scene.world.rests(uuid);
    await scene.world.clock.advance(120_000);
    const { value, parts } = scene.state;
    expect(`${value}/${parts.power}`).toBe(to);
    expect(parts.drift).toBeUndefined();
    expect(verify(entriesOf(scene.world, uuid))).toMatchObject({ ok: true });
  });
});

test('a guest without a stored definition is repaired without being disturbed: it runs on, and has one again', async () => {
  const scene = new Scene('usual');
  await scene.bring('running');
  const run = scene.world.sim.find(uuid)?.run?.id;
  await scene.happens(act('undefine'), true);
  expect(await scene.look()).toMatchObject({ domain: 'defined', definition: true, power: 'on' });
  expect(scene.world.sim.find(uuid)?.run?.id).toBe(run);
});
