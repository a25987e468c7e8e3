/** What goes on beside a guest's life, and what a policy does by itself, through crashes and restarts on the simulated host. */
import assert from 'node:assert/strict';
import type { CommandName } from '@chronovirt/contract';
import { policyOf, verify, type PolicySettings } from '@chronovirt/machines';
import { AgentWorld, sampleSpec, type Agent, type AgentOptions } from '@chronovirt/testing/world';
import { describe, expect, test } from 'vitest';
import { entriesOf } from './histories/ending.ts';

const { uuid } = sampleSpec();
const query = { signal: new AbortController().signal, deadlineMs: 5_000 };
const hour = 3_600_000;

class Scene {
  readonly world: AgentWorld;
  #options: AgentOptions;
  agent!: Agent;

  constructor(
    settings: PolicySettings = {},
    profile: 'instant' | 'lively' = 'instant',
    more: Omit<AgentOptions, 'chartPolicy'> = {},
  ) {
    this.world = new AgentWorld({ profile });
    this.#options = { ...more, chartPolicy: policyOf(settings) };
  }

  async running(spec = sampleSpec()): Promise<this> {
    ({ agent: this.agent } = await this.world.running(this.#options, spec));
    await this.world.clock.advance(1_000);
    return this;
  }

  async restart(): Promise<void> {
    this.agent = this.world.startAgent(this.#options);
    await this.world.clock.settle(this.agent.started);
  }

  async order(name: CommandName, args: object = {}): Promise<void> {
    const reply = await this.world.command(this.agent, uuid, name, args as never);
    assert.equal(reply.kind === 'answer' && reply.answer.kind, 'accepted');
  }

  async done(name: CommandName, args: object = {}): Promise<void> {
    await this.order(name, args);
    await this.world.rests(uuid);
  }

  get state() {
    return this.world.state(uuid);
  }

  get events(): string[] {
    return entriesOf(this.world, uuid).flatMap(({ message }) => message.events.map(({ type }) => type));
  }

  /** Images that the history says were made, by name. */
  get made(): string[] {
    return entriesOf(this.world, uuid).flatMap(({ message }) =>
      message.events.flatMap(({ data }) => {
        const image = data?.['image'] as { name: string; sha256: string } | undefined;
        return image === undefined ? [] : [image.sha256];
      }),
    );
  }

  look() {
    return this.world.clock.settle(this.agent.driver.observe(uuid, query));
  }

  /** The history folds to what is recorded, and the record is what is there. */
  async isTrue(): Promise<void> {
    assert.equal(verify(entriesOf(this.world, uuid)).ok, true);
    assert.equal(this.state.parts.power, (await this.look()).power);
  }
}

describe('an image of a guest that goes on', () => {
  test.each(['running', 'paused', 'suspended', 'stopped'] as const)(
    '%s: it is made, whole, and the guest is as before',
    async (state) => {
      const scene = await new Scene().running();
      if (state !== 'running')
        await scene.done(state === 'stopped' ? 'stop' : state === 'paused' ? 'pause' : 'suspend');
      const before = await scene.look();
      await scene.done('snapshot', { name: 'first' });
      expect(scene.state.value).toBe(state);
      expect(scene.made).toHaveLength(1);
      expect(scene.world.sim.files.images()).toEqual(scene.made);
      expect(await scene.look()).toMatchObject({
        power: before.power,
        savedMemory: before.savedMemory,
        disks: before.disks,
      });
      await scene.isTrue();
    },
  );

  test('is made once, wherever the agent dies in it; nothing else of it is left', async () => {
    const clean = await new Scene({}, 'lively').running();
    let points = 0;
    const count = clean.world.sim.onPrimitive(() => (points += 1));
    await clean.done('snapshot', { name: 'first' });
    count();
    expect(points).toBeGreaterThan(6);
    for (let n = 1; n <= points; n += 1) {
      const scene = await new Scene({}, 'lively').running();
      let passed = 0;
      const stop = scene.world.sim.onPrimitive(() => {
        passed += 1;
        if (passed === n) scene.agent.kill();
      });
      void scene.agent.host.command(scene.world.make(uuid, 'snapshot', { name: 'first' }));
      await scene.world.clock.runUntil(() => passed >= n, { limitMs: hour, what: `point ${n}` });
      stop();
      await scene.restart();
      await scene.world.rests(uuid);
      await scene.world.clock.advance(120_000);
      expect(scene.state).toMatchObject({ value: 'running', parts: { image: 'idle' } });
      expect(scene.made).toHaveLength(1);
      expect(scene.world.sim.files.images()).toEqual(scene.made);
      expect((await scene.look()).leftovers.filter((one) => !one.startsWith('tap '))).toEqual([]);
      await scene.isTrue();
    }
  });

  test('is cut short by a delete, and nothing of guest or image is left', async () => {
    const scene = await new Scene({}, 'lively').running();
    await scene.order('snapshot', { name: 'first' });
    await scene.world.clock.advance(20);
    await scene.done('delete');
    expect(scene.state.value).toBe('deleted');
    expect(scene.world.sim.find(uuid)).toBeNull();
    expect(scene.world.sim.files.view(uuid)).toBeNull();
    await scene.world.clock.advance(120_000);
    expect(scene.world.sim.files.images()).toEqual([]);
  });

  test('that cannot be made leaves guest and history as they were, with the reason', async () => {
    const scene = await new Scene().running();
    scene.world.sim.faults.add({ kind: 'fail', when: 'before', on: 'keepImage', times: 9 });
    await scene.done('snapshot', { name: 'first' });
    expect(scene.events.at(-1)).toBe('snapshot.failed');
    expect(scene.world.sim.files.images()).toEqual([]);
    await scene.isTrue();
    await scene.done('stop');
    expect(scene.state.value).toBe('stopped');
  });

  test('backups are kept by name, as many as were asked for, across restarts of the agent', async () => {
    const scene = await new Scene().running();
    for (let n = 0; n < 4; n += 1) {
      await scene.done('backup', { name: 'nightly', rotation: 2 });
      scene.agent.kill();
      await scene.restart();
    }
    await scene.done('snapshot', { name: 'kept' });
    const [, , third, fourth, kept] = scene.made;
    expect(scene.world.sim.files.images().toSorted()).toEqual([third, fourth, kept].toSorted());
    expect(scene.state.parts.backups?.map(({ sha256 }) => sha256)).toEqual([third, fourth]);
    await scene.isTrue();
  });

  test('an older backup is removed also when the agent dies before it is', async () => {
    const scene = await new Scene({}, 'lively').running();
    await scene.done('backup', { name: 'nightly', rotation: 1 });
    const stop = scene.world.sim.onPrimitive(({ name }) => {
      if (name === 'removeImage') scene.agent.kill();
    });
    await scene.order('backup', { name: 'nightly', rotation: 1 });
    await scene.world.clock.runUntil(() => scene.state.parts.image === 'rotating', { limitMs: hour });
    await scene.world.clock.advance(60_000);
    stop();
    await scene.restart();
    await scene.world.rests(uuid);
    expect(scene.world.sim.files.images()).toEqual([scene.made[1]]);
  });
});

describe('the trash', () => {
  test('is emptied when its time is over', async () => {
    const scene = await new Scene({ reclaimAfterMs: 48 * hour }).running();
    await scene.done('softDelete');
    await scene.world.clock.advance(47 * hour);
    expect(scene.state.value).toBe('trashed');
    await scene.world.clock.advance(2 * hour);
    expect(scene.state.value).toBe('deleted');
    expect(scene.world.sim.files.view(uuid)).toBeNull();
    const [by] = entriesOf(scene.world, uuid).flatMap(({ message }) =>
      message.events.some(({ type }) => type === 'destroy.requested') ? [message.by] : [],
    );
    expect(by).toEqual({ kind: 'policy', name: 'reclaim' });
  });

  test('is emptied when its time was over while no agent ran, and the time counts from the beginning', async () => {
    const scene = await new Scene({ reclaimAfterMs: hour }).running();
    await scene.done('softDelete');
    scene.agent.kill();
    await scene.world.clock.advance(2 * hour);
    await scene.restart();
    await scene.world.clock.advance(10_000);
    expect(scene.state.value).toBe('deleted');

    const early = await new Scene({ reclaimAfterMs: hour }).running();
    await early.done('softDelete');
    await early.world.clock.advance(0.6 * hour);
    early.agent.kill();
    await early.restart();
    await early.world.clock.advance(0.3 * hour);
    expect(early.state.value).toBe('trashed');
    await early.world.clock.advance(0.2 * hour);
    expect(early.state.value).toBe('deleted');
  });

  test('gives back what is restored in time', async () => {
    const scene = await new Scene({ reclaimAfterMs: hour }).running();
    await scene.done('softDelete');
    await scene.done('restore');
    await scene.world.clock.advance(10 * hour);
    expect(scene.state.value).toBe('running');
    await scene.isTrue();
  });

  test('keeps everything where the deployment does not say otherwise', async () => {
    const scene = await new Scene().running();
    await scene.done('softDelete');
    await scene.world.clock.advance(1000 * hour);
    expect(scene.state.value).toBe('trashed');
  });
});

describe('a state that the deployment ends', () => {
  const settings = { offloadAfterMs: hour, unrescueAfterMs: hour, confirmResizeAfterMs: hour };
  const large = { ...sampleSpec().flavor, name: 'large', memoryMiB: 512 };

  test.each([
    ['shelve', {}, 'shelved', 'offloaded'],
    ['rescue', {}, 'rescued', 'running'],
    ['resize', { flavor: large }, 'resized', 'running'],
  ] as const)('%s: after its time, also where that was over while no agent ran', async (command, args, state, end) => {
    for (const restarts of [false, true]) {
      const scene = await new Scene(settings).running();
      await scene.done(command, args);
      expect(scene.state.value).toBe(state);
      await scene.world.clock.advance(hour / 2);
      if (restarts) scene.agent.kill();
      await scene.world.clock.advance(restarts ? hour : 10_000);
      expect(scene.state.value).toBe(state);
      if (restarts) await scene.restart();
      await scene.world.clock.advance(restarts ? 60_000 : hour / 2);
      expect(scene.state.value).toBe(end);
      const turn = entriesOf(scene.world, uuid).find(({ message }) => message.by.kind === 'policy')?.message;
      expect(turn?.cause).toContain(`${state} since`);
      assert.equal(verify(entriesOf(scene.world, uuid)).ok, true);
    }
  });
});

describe('a state that the deployment ends while a guard says no', () => {
  const minute = 60_000;
  const vain = 'what the policy wants may not be; it is asked again';

  /** What a driver can do, without a way out of a rescue until it is `whole`. Who asks for that is told, each time. */
  class Methods extends Set<string> {
    readonly #onAsked: () => void;
    whole = false;

    constructor(methods: Iterable<string>, onAsked: () => void) {
      super(methods);
      this.#onAsked = onAsked;
    }

    override has(method: string): boolean {
      if (method !== 'unrescue') return super.has(method);
      this.#onAsked();
      return this.whole;
    }
  }

  /** A guest that is rescued for an hour just now. `asked`: when the guard was, and `told`: what the log says. */
  async function kept() {
    const asked = new Set<number>();
    const told: string[] = [];
    let times = 0;
    let methods!: Methods;
    const note = (_: object, text: string): void => void told.push(text);
    const scene: Scene = new Scene({ unrescueAfterMs: hour }, 'instant', {
      log: { debug: note, info: note, warn: note, error: note },
      wrap: (executor) => {
        methods = new Methods(executor.implements, () => {
          asked.add(scene.world.clock.now());
          // Without a pause no time would pass, and the test would never end.
          assert.ok((times += 1) < 1_000, 'it is asked without a pause');
        });
        return Object.defineProperty(executor, 'implements', { value: methods });
      },
    });
    await scene.running();
    await scene.done('rescue');
    const since = scene.state.parts.restsSince ?? 0;
    await scene.world.clock.advance(since + hour - 1_000 - scene.world.clock.now());
    expect([...asked]).toEqual([]);
    return { scene, asked, told, since, nowWhole: () => void (methods.whole = true) };
  }

  test('is asked for again, a minute after it was in vain, and neither history nor log grows by it', async () => {
    const { scene, asked, told, since, nowWhole } = await kept();
    const messages = scene.events.length;
    await scene.world.clock.advance(5 * minute);
    expect([...asked].map((at) => at - since - hour)).toEqual([0, 1, 2, 3, 4].map((n) => n * minute));
    expect(scene.events).toHaveLength(messages);
    expect(told.filter((text) => text === vain)).toHaveLength(1);
    nowWhole();
    await scene.world.clock.advance(minute);
    expect(scene.state.value).toBe('running');
    await scene.isTrue();
  });

  test('is asked for at once when a message has changed what it is asked of', async () => {
    const { scene, asked, nowWhole } = await kept();
    await scene.world.clock.advance(90_000);
    expect(asked.size).toBe(2);
    await scene.order('lock');
    await scene.world.clock.advance(10 * minute);
    expect(asked.size).toBe(2);
    await scene.order('unlock');
    await scene.world.clock.advance(1_000);
    expect(asked.size).toBe(3);
    nowWhole();
    await scene.world.clock.advance(50_000);
    expect(scene.state.value).toBe('rescued');
    const refused = await scene.world.command(scene.agent, uuid, 'pause');
    expect(refused).toMatchObject({ answer: { kind: 'refused' } });
    await scene.world.clock.advance(1_000);
    expect(scene.state.value).toBe('running');
    await scene.isTrue();
  });

  test('is asked for once by an agent that starts, and then each minute', async () => {
    const { scene, asked } = await kept();
    const before = scene.state;
    await scene.world.clock.advance(90_000);
    for (let restarts = 0; restarts < 3; restarts += 1) {
      scene.agent.kill();
      asked.clear();
      await scene.restart();
      await scene.world.clock.advance(50_000);
      expect(asked.size).toBe(1);
    }
    await scene.world.clock.advance(2 * minute);
    expect(asked.size).toBe(3);
    expect(scene.state).toEqual(before);
    assert.equal(verify(entriesOf(scene.world, uuid)).ok, true);
  });
});

describe('a boot of the host', () => {
  const boot = async (scene: Scene): Promise<void> => {
    scene.world.sim.losePower();
    scene.agent.kill();
    await scene.world.clock.advance(60_000);
    scene.world.sim.boot();
    await scene.restart();
    await scene.world.rests(uuid);
    await scene.world.clock.advance(120_000);
  };

  test('starts again what ran, and the history says why', async () => {
    const scene = await new Scene().running();
    await boot(scene);
    expect(scene.state).toMatchObject({ value: 'running', parts: { power: 'on', boot: 'boot-2' } });
    const turn = entriesOf(scene.world, uuid).find(({ message }) => message.cause === 'host boot')?.message;
    expect(turn).toMatchObject({
      by: { kind: 'policy' },
      events: [{ type: 'observed.stopped', to: 'starting.resumeStateOnHostBoot' }],
    });
    await scene.isTrue();
    // And again.
    await boot(scene);
    expect(scene.state).toMatchObject({ value: 'running', parts: { boot: 'boot-3' } });
  });

  test('starts again what ran as something else, and that can be ended as before', async () => {
    const large = { ...sampleSpec().flavor, name: 'large', memoryMiB: 512 };
    for (const [command, args, value, way] of [
      ['rescue', {}, 'rescued', 'unrescue'],
      ['resize', { flavor: large }, 'resized', 'confirmResize'],
      ['resize', { flavor: large }, 'resized', 'revertResize'],
    ] as const) {
      const scene = await new Scene().running();
      const { disks } = await scene.look();
      await scene.done(command, args);
      const during = await scene.look();
      await boot(scene);
      expect(scene.state).toMatchObject({ value, parts: { power: 'on', boot: 'boot-2' } });
      expect((await scene.look()).disks).toEqual(during.disks);
      await scene.done(way);
      expect(scene.state).toMatchObject({ value: 'running', parts: { power: 'on' } });
      expect((await scene.look()).disks).toEqual(disks);
      await scene.isTrue();
    }
  });

  test('leaves off what was off, paused memory is lost and said to be, saved memory waits', async () => {
    for (const [command, value] of [
      ['stop', 'stopped'],
      ['pause', 'stopped'],
      ['suspend', 'suspended'],
      ['softDelete', 'trashed'],
    ] as const) {
      const scene = await new Scene().running();
      await scene.done(command);
      await boot(scene);
      expect(`${command}: ${scene.state.value}`).toBe(`${command}: ${value}`);
      await scene.isTrue();
    }
  });

  test('leaves off what ran, where the deployment wants that', async () => {
    const scene = await new Scene({ resumeGuestsAfterHostBoot: false }).running();
    await boot(scene);
    expect(scene.state).toMatchObject({ value: 'stopped', parts: { boot: 'boot-2' } });
  });

  test('in the middle of an operation: the operation is done again, and ends as it would have', async () => {
    for (const [command, value] of [
      ['reboot', 'running'],
      ['stop', 'stopped'],
      ['delete', 'deleted'],
    ] as const) {
      const scene = await new Scene({}, 'lively').running();
      await scene.order(command);
      await scene.world.clock.advance(30);
      await boot(scene);
      expect(`${command}: ${scene.state.value}`).toBe(`${command}: ${value}`);
    }
  });

  test('does not start what another host runs by now', async () => {
    const scene = await new Scene().running();
    scene.world.sim.losePower();
    scene.agent.kill();
    scene.world.sim.boot();
    await scene.restart();
    // The fence came with the agent's own reading: as if it stood there when it came back.
    await scene.world.clock.settle(scene.agent.host.link(uuid, { kind: 'fence', epoch: 9 }));
    await scene.world.clock.advance(120_000);
    expect(scene.state.actor.role.kind).toBe('closed');
    expect(scene.world.sim.find(uuid)?.run ?? null).toBeNull();
  });

  test('an agent that only starts again gives a guest the time to shut down that its image says', async () => {
    const { image } = sampleSpec();
    const slow = sampleSpec(1, { image: { ...image, properties: { os_shutdown_timeout: '900' } } });
    const scene = await new Scene({}, 'lively').running(slow);
    scene.agent.kill();
    await scene.restart();
    await scene.order('stop');
    expect(scene.state.value).toBe('stopping.powerOff');
    const left = (scene.state.actor.due[0]?.deadline ?? 0) - scene.state.actor.at;
    expect(left).toBe(120_000 + 900_000);
  });

  test('an agent that only starts again meets its guests as they are', async () => {
    const scene = await new Scene().running();
    const run = scene.world.sim.find(uuid)?.run?.id;
    scene.agent.kill();
    await scene.restart();
    await scene.world.clock.advance(120_000);
    expect(scene.world.sim.find(uuid)?.run?.id).toBe(run);
    scene.agent.kill();
    await scene.world.clock.settle(scene.world.sim.outside.act('destroy', uuid));
    await scene.restart();
    await scene.world.rests(uuid);
    expect(scene.state.value).toBe('stopped');
  });
});

describe('the repair tool', () => {
  test('works while nobody knows how a pause ended, and what the pause says then is late', async () => {
    const scene = await new Scene().running();
    // The daemon does not answer; the pause runs out of time, and so does every look after it.
    scene.world.sim.stopDaemon();
    await scene.order('pause');
    await scene.world.clock.runUntil(() => scene.state.value === 'reconciling.probe', { limitMs: hour });
    await scene.order('hardReboot');
    expect(scene.state.value).toBe('rebooting.reboot');
    scene.world.sim.startDaemon();
    await scene.world.rests(uuid);
    expect(scene.state).toMatchObject({ value: 'running', parts: { power: 'on' } });
    await scene.isTrue();
  });

  test('a soft reboot that died between shutdown and start is helped up in the time that the deployment gives it', async () => {
    const scene = await new Scene({ softRebootMs: 90_000 }).running();
    scene.world.sim.faults.add({ kind: 'hang', ms: 120_000, on: 'create' });
    await scene.done('reboot');
    expect(scene.events.slice(-3)).toEqual(['reboot.requested', 'reboot.timedOut', 'pollRebootingInstances.done']);
    expect(scene.state).toMatchObject({ value: 'running', parts: { power: 'on' } });
    await scene.isTrue();
  });
});

describe('a rescue', () => {
  test('stops the guest in order before, and a shutdown that takes its time is waited for', async () => {
    const scene = await new Scene({}, 'lively').running();
    await scene.done('rescue');
    expect(scene.events.slice(-3)).toEqual(['rescue.requested', 'powerOff.done', 'rescue.done']);
    expect((await scene.look()).disks).toContain('rescue');
    await scene.done('unrescue');
    expect(scene.state.value).toBe('running');
    await scene.isTrue();
  });

  test('put aside in a rescue and brought back, the guest runs from its own disk, and the rescue is over', async () => {
    const scene = await new Scene().running();
    const { disks } = await scene.look();
    await scene.done('rescue');
    await scene.done('softDelete');
    expect(scene.state.value).toBe('trashed');
    await scene.done('restore');
    expect(scene.state.value).toBe('running');
    expect((await scene.look()).disks).toEqual(disks);
    await scene.isTrue();
    await scene.done('rescue');
    expect(scene.state.value).toBe('rescued');
  });

  test('given up in the middle, it is over with the next start', async () => {
    const scene = await new Scene({}, 'lively').running();
    await scene.done('stop');
    const { disks } = await scene.look();
    await scene.order('rescue');
    for (let starts = 0; scene.state.value === 'rescuing.rescue'; starts += 1) {
      expect(starts).toBeLessThan(10);
      await scene.world.clock.runUntil(
        () => scene.world.sim.find(uuid)?.stored?.disks[0] === 'rescue' || scene.state.value !== 'rescuing.rescue',
        { limitMs: hour },
      );
      if (scene.state.value !== 'rescuing.rescue') break;
      scene.agent.kill();
      await scene.restart();
    }
    await scene.world.rests(uuid);
    expect(scene.state.value).toBe('stopped');
    expect((await scene.look()).disks).toContain('rescue');
    // Another one does not go over it, and says how it can; what it says can be done.
    await scene.done('rescue');
    expect(scene.state.value).toBe('stopped');
    const failed = entriesOf(scene.world, uuid).flatMap(({ message }) =>
      message.events.filter(({ type }) => type === 'rescue.failed'),
    );
    expect(failed.at(-1)?.data?.['error']).toMatchObject({
      code: 'INSTANCE_NOT_RESCUABLE',
      message: expect.stringMatching(/given up before is still there: start the guest/),
    });
    await scene.done('start');
    expect(scene.state.value).toBe('running');
    expect((await scene.look()).disks).toEqual(disks);
    await scene.isTrue();
    await scene.done('rescue');
    expect(scene.state.value).toBe('rescued');
    await scene.isTrue();
  });
});
