/** What a deployment’s policy does by itself, and the repair tool of its users. */
import { describe, expect, test } from 'vitest';
import type { CommandName, InstanceSpec, Observation } from '@chronovirt/contract';
import { argumentsOf } from '../arguments.ts';
import { initialContext } from '../life/context-changes.ts';
import { policyOf, type PolicySettings } from '../policy.ts';
import { differs } from './on-look.ts';
import { policyWakesAt } from './endings.ts';
import { fold } from '../reading/fold.ts';
import { EMPTY, OPERATOR, Scenario, seen, shows, SPEC, SPINE, told } from '../testing/scenario.ts';

const off = seen({ power: 'off', reason: 'destroyed' });
const hour = 3_600_000;

describe('the time that a step gets', () => {
  const large: InstanceSpec = {
    ...SPEC,
    flavor: { ...SPEC.flavor, memoryMiB: 16 * 1024, rootGiB: 400, ephemeralGiB: 80, swapMiB: 20 * 1024 },
  };
  const minute = 60_000;
  const gib = 500;

  test('grows with what is brought somewhere, and is never less than the usual', () => {
    const { deadlineMs } = policyOf();
    for (const method of ['migrateDiskAndPowerOff', 'snapshot', 'spawn', 'rescue', 'finishMigration']) {
      expect(deadlineMs(method, {}, large)).toBe(gib * minute);
      expect(deadlineMs(method, {}, SPEC)).toBe(deadlineMs(method, {}));
    }
    // Disks of a root of 0 GiB are as large as the image.
    const ofImage = { ...SPEC, image: { ...SPEC.image, virtualBytes: 300 * 2 ** 30 } };
    expect(deadlineMs('snapshot', {}, ofImage)).toBe(300 * minute);
    expect(deadlineMs('pause', {}, large)).toBe(deadlineMs('pause', {}));
  });

  test('of a running guest counts its disks only where they go along; the cluster outlasts the host that it waits for', () => {
    const { deadlineMs } = policyOf();
    const shared = { migrateData: { blockMigration: false } };
    expect(deadlineMs('liveMigration', shared, large)).toBe(16 * 800_000);
    expect(deadlineMs('liveMigration', { migrateData: { blockMigration: true } }, large)).toBe((16 + gib) * 800_000);
    for (const [cluster, host] of [
      ['copyMove', 'liveMigration'],
      ['prepareMove', 'preLiveMigration'],
      ['adoptMove', 'finishMigration'],
    ] as const)
      for (const spec of [SPEC, large])
        expect(deadlineMs(cluster, {}, spec)).toBeGreaterThan(deadlineMs(host, {}, spec));
  });

  test('is that of the instance also where its host takes it over only now', () => {
    const instance = new Scenario();
    const state = { value: 'building.spawn', context: initialContext, op: 2, parts: { lock: null } };
    const from = { host: SPINE, seq: 3 };
    instance.take({ kind: 'link', link: { kind: 'adopt', epoch: 1, from, spec: large, state, command: null } });
    expect((instance.now.actor.due[0]?.deadline ?? 0) - instance.at).toBe(gib * minute);
  });
});

describe('what is in the trash', () => {
  const trashed = (reclaimAfterMs: number | null): Scenario => {
    const instance = Scenario.resting('running', { policy: policyOf({ reclaimAfterMs }) });
    instance.order('softDelete');
    instance.outcome('done', off);
    return instance;
  };

  test('is deleted by the policy when its time is over, and the history says since when it was there', () => {
    const instance = trashed(hour);
    const since = instance.at;
    expect(policyWakesAt(instance.now, instance.env.policy)).toBe(since + hour);
    expect(instance.take({ kind: 'policy' })).toMatchObject({ kind: 'nothing', code: 'stale' });
    // What happens meanwhile does not make it younger, and a restart neither: the time stands in the record.
    instance.at += hour / 2;
    instance.order('pause');
    instance.look(seen({ power: 'crashed' }));
    expect(policyWakesAt(JSON.parse(JSON.stringify(instance.now)) as never, instance.env.policy)).toBe(since + hour);
    instance.at = since + hour;
    expect(instance.take({ kind: 'policy' })).toMatchObject({
      by: { kind: 'policy', name: 'reclaim' },
      cause: `in the trash since ${new Date(since).toISOString()}`,
      events: [{ type: 'destroy.requested', to: 'deleting.destroy' }],
    });
    expect(fold(instance.entries)).toEqual(instance.state);
  });

  test('stays for ever unless the deployment wants otherwise', () => {
    const instance = trashed(null);
    instance.at += 1000 * hour;
    expect(policyWakesAt(instance.now, instance.env.policy)).toBeNull();
    expect(instance.take({ kind: 'policy' })).toMatchObject({ kind: 'nothing' });
  });

  test('keeps its time when somebody started it and it was stopped again, and loses it when it is restored', () => {
    const instance = trashed(hour);
    const since = instance.now.parts.trashedAt;
    instance.look(seen());
    instance.outcome('done', off);
    expect(instance.now).toMatchObject({ value: 'trashed', parts: { trashedAt: since } });
    instance.order('restore');
    instance.outcome('done', seen());
    expect(instance.now.parts.trashedAt).toBeUndefined();
  });

  test('is not deleted while it is locked', () => {
    const instance = trashed(hour);
    instance.order('lock', {}, { by: OPERATOR });
    expect(policyWakesAt(instance.now, instance.env.policy)).toBeNull();
  });
});

describe('a state that a policy ends', () => {
  const onRescue = (instance: Scenario): Observation => seen({ disks: ['rescue', 'root'], mark: instance.mark });
  const ways = {
    shelved(instance: Scenario): void {
      instance.order('shelve');
      instance.outcome('done', off);
      const image = { sha256: 'c'.repeat(64), name: 'shelf', format: 'qcow2', bytes: 5, virtualBytes: 5 };
      instance.outcome('done', off, { data: { result: image } });
    },
    rescued(instance: Scenario): void {
      instance.order('rescue');
      instance.outcome('done', off);
      instance.outcome('done', onRescue(instance));
    },
    resized(instance: Scenario): void {
      instance.order('resize', { flavor: { ...SPEC.flavor, name: 'large', memoryMiB: 256 } });
      instance.outcome('done', off);
      instance.outcome('done', seen({ mark: instance.mark }));
    },
  } as const;
  const at = (state: keyof typeof ways, settings: PolicySettings): Scenario => {
    const instance = Scenario.resting('running', { policy: policyOf(settings), spec: SPEC });
    instance.at += 5_000;
    ways[state](instance);
    expect(instance.value).toBe(state);
    return instance;
  };
  const cases = [
    ['shelved', 'offloadAfterMs', 'offload.requested -> shelving.destroy'],
    ['rescued', 'unrescueAfterMs', 'unrescue.requested -> unrescuing.unrescue'],
    ['resized', 'confirmResizeAfterMs', 'confirmMigration.requested -> settling.confirmMigration'],
  ] as const;

  test.each(cases)('%s: is ended by %s when its time is over, as a person would', (state, setting, event) => {
    const instance = at(state, { [setting]: hour });
    const since = instance.now.actor.at;
    expect(policyWakesAt(instance.now, instance.env.policy)).toBe(since + hour);
    // What happens meanwhile does not make it younger, and a restart neither: the time stands in the record.
    instance.at += hour / 2;
    instance.order('pause');
    expect(policyWakesAt(JSON.parse(JSON.stringify(instance.now)) as never, instance.env.policy)).toBe(since + hour);
    expect(instance.take({ kind: 'policy' })).toMatchObject({ kind: 'nothing', code: 'stale' });
    instance.at = since + hour;
    const ended = instance.take({ kind: 'policy' });
    expect(told(ended)).toEqual([event]);
    expect(ended).toMatchObject({ by: { kind: 'policy' }, cause: `${state} since ${new Date(since).toISOString()}` });
    expect(fold(instance.entries)).toEqual(instance.state);
  });

  test.each(cases)('%s: stays for ever unless %s says otherwise', (state) => {
    const instance = at(state, {});
    instance.at += 1000 * hour;
    expect(policyWakesAt(instance.now, instance.env.policy)).toBeNull();
    expect(instance.take({ kind: 'policy' })).toMatchObject({ kind: 'nothing' });
  });

  test.each(cases)(
    '%s: is not ended while it is locked, and is not counted where its history does not say since when',
    (state, setting) => {
      const instance = at(state, { [setting]: hour });
      const { restsSince: _, ...parts } = instance.now.parts;
      expect(policyWakesAt({ ...instance.now, parts }, instance.env.policy)).toBeNull();
      instance.order('lock', {}, { by: OPERATOR });
      expect(policyWakesAt(instance.now, instance.env.policy)).toBeNull();
    },
  );

  test('what could not be ended is tried again after that time, not at once', () => {
    const instance = at('rescued', { unrescueAfterMs: hour });
    instance.at += hour;
    instance.take({ kind: 'policy' });
    instance.outcome('failed', seen({ disks: ['rescue', 'root'] }));
    expect(instance.value).toBe('rescued');
    expect(policyWakesAt(instance.now, instance.env.policy)).toBe(instance.now.actor.at + hour);
  });

  test.each([
    ['trashed', 'reclaimAfterMs', 'destroy.requested -> deleting.destroy'],
    ['shelved', 'offloadAfterMs', 'offload.requested -> shelving.destroy'],
  ] as const)('%s on a host that was lost, its time counts on the host that takes it over', (state, setting, event) => {
    const instance = Scenario.resting(state, { policy: policyOf({ [setting]: hour }) });
    expect(policyWakesAt(instance.now, instance.env.policy)).toBe((instance.entries[0]?.message.at ?? 0) + hour);
    instance.at += hour;
    expect(told(instance.take({ kind: 'policy' }))).toEqual([event]);
    expect(fold(instance.entries)).toEqual(instance.state);
  });

  test('a move between hosts is confirmed by the cluster', () => {
    const context = { before: 'running', request: { by: 'cluster', migrationId: 'm1' } } as never;
    const policy = policyOf({ confirmResizeAfterMs: hour });
    const instance = Scenario.in('migrating.finishMigration', {
      policy,
      spec: SPEC,
      context: { ...(context as object), origin: 'running', goal: 'resized' } as never,
    });
    instance.outcome('done', seen({ mark: instance.mark }));
    expect(instance.value).toBe('resized');
    instance.at += hour;
    expect(told(instance.take({ kind: 'policy' }))).toEqual(['confirmMigration.requested -> settling.plan']);
    expect(instance.now.context.request).toMatchObject({ what: 'confirmResize', migrationId: 'm1' });
  });
});

describe('after a boot of the host', () => {
  const ran = (policy = policyOf(), boot = 'boot-2'): Scenario => {
    const instance = Scenario.resting('stopped', { policy, boot: 'boot-1' });
    instance.order('start');
    instance.outcome('done', seen());
    expect(instance.now.parts.boot).toBe('boot-1');
    instance.boot = boot;
    return instance;
  };

  test.each([
    ['off', off, 'starting.resumeStateOnHostBoot'],
    ['gone', EMPTY, 'starting.resumeStateOnHostBoot'],
    ['saved by the host as it went down', seen({ power: 'off', reason: 'saved', savedMemory: true }), 'thawing.resume'],
  ] as const)('a guest that ran and is %s runs again, by the policy', (_, look, leaf) => {
    const instance = ran();
    expect(instance.look(look)).toMatchObject({
      by: { kind: 'policy' },
      cause: 'host boot',
      events: [{ to: leaf, data: { boot: 'boot-2', choice: 'hostBoot' } }],
    });
    instance.outcome('done', seen());
    expect(instance.now).toMatchObject({ value: 'running', parts: { boot: 'boot-2' } });
    expect(fold(instance.entries)).toEqual(instance.state);
  });

  test('it stays as it was found where the deployment wants that, and the boot is in the history', () => {
    const instance = ran(policyOf({ resumeGuestsAfterHostBoot: false }));
    expect(told(instance.look(off))).toEqual(['observed.stopped -> stopping.powerOff']);
    expect(instance.entries.at(-1)?.message.events[0]?.data).toMatchObject({ boot: 'boot-2', choice: 'usual' });
  });

  test('a guest that runs already is left alone; that it was seen is recorded, so that its own end is no matter of the boot', () => {
    const instance = ran();
    expect(differs(instance.now, seen(), 'boot-2')).toBe(true);
    expect(told(instance.look(seen()))).toEqual(['observed.running -> on']);
    expect(differs(instance.now, seen(), 'boot-2')).toBe(false);
    expect(told(instance.look(off))).toEqual(['observed.stopped -> stopping.powerOff']);
  });

  test('under the same boot a guest that is off was stopped by somebody', () => {
    expect(told(ran(policyOf(), 'boot-1').look(off))).toEqual(['observed.stopped -> stopping.powerOff']);
  });

  test.each([
    ['rescued', off, seen({ disks: ['rescue', 'root'] })],
    ['resized', off, seen()],
    ['resized', EMPTY, seen()],
  ] as const)(
    'a guest that was %s and ran is that again, and runs; a resize can be settled as before',
    (state, look, on) => {
      const request = { by: 'cluster', migrationId: 'm1', oldFlavor: SPEC.flavor } as never;
      const context = state === 'resized' ? { before: 'running' as const, request } : {};
      const instance = Scenario.resting(state, { boot: 'boot-1', context });
      instance.look(on);
      expect(instance.now.parts).toMatchObject({ power: 'on', boot: 'boot-1' });
      instance.boot = 'boot-2';
      const before = instance.now.context;
      expect(instance.look(look)).toMatchObject({
        cause: 'host boot',
        events: [{ to: 'starting.resumeStateOnHostBoot' }],
      });
      instance.outcome('done', on);
      expect(instance.now).toMatchObject({ value: state, parts: { power: 'on', boot: 'boot-2' } });
      expect(instance.now.context).toEqual(before);
      expect(told(instance.look(look))).toEqual([
        `${look === off ? 'observed.stopped' : 'observed.absent'} -> ${look === off ? 'off' : 'reconciling.probe'}`,
      ]);
      expect(fold(instance.entries)).toEqual(instance.state);
    },
  );

  test('a resized guest that was off stays off', () => {
    const instance = Scenario.resting('resized', { boot: 'boot-1', context: { before: 'stopped' } });
    instance.look(off);
    instance.boot = 'boot-2';
    expect(told(instance.look(off))).toEqual(['nothing: same']);
  });

  test('what was not recorded as running is not started', () => {
    for (const state of ['stopped', 'suspended', 'shelved', 'trashed'] as const) {
      const instance = Scenario.resting(state, { boot: 'boot-1' });
      instance.boot = 'boot-2';
      expect(told(instance.look(shows(state)))).toEqual(['nothing: same']);
    }
  });
});

describe('a soft reboot', () => {
  const rebooting = (softRebootMs: number | null): Scenario => {
    const instance = Scenario.resting('running', { policy: policyOf({ softRebootMs }) });
    instance.order('reboot');
    return instance;
  };

  test('has the time that the deployment gives it, and then the guest is helped up', () => {
    const instance = rebooting(60_000);
    expect((instance.now.actor.due[0]?.deadline ?? 0) - instance.at).toBe(60_000);
    expect(told(instance.alarm())).toEqual(['reboot.timedOut -> rebooting.pollRebootingInstances']);
    const [due] = instance.now.actor.due;
    expect(argumentsOf(instance.now, SPEC, due as never)).toMatchObject({ instances: [{ uuid: SPEC.uuid }] });
    expect(told(instance.outcome('done', seen()))).toEqual(['pollRebootingInstances.done -> running']);
  });

  test('that died between shutdown and start comes up', () => {
    const instance = rebooting(60_000);
    instance.alarm();
    expect(told(instance.outcome('failed', off))).toEqual(['pollRebootingInstances.failed -> failed']);
    expect(told(instance.order('hardReboot'))).toEqual(['reboot.requested -> rebooting.reboot']);
  });

  test('is looked after as any effect is where the deployment gives it no time of its own', () => {
    expect(told(rebooting(null).alarm())).toEqual(['reboot.timedOut -> reconciling.probe']);
  });

  test('a hard one is not asked for help: it is the help', () => {
    const instance = Scenario.resting('running', { policy: policyOf({ softRebootMs: 60_000 }) });
    instance.order('hardReboot');
    expect((instance.now.actor.due[0]?.deadline ?? 0) - instance.at).toBe(300_000);
    expect(told(instance.alarm())).toEqual(['reboot.timedOut -> reconciling.probe']);
  });
});

describe('the repair tool while nobody knows how an operation ended', () => {
  const unsure: [from: Parameters<typeof Scenario.resting>[0], command: CommandName, legal: boolean][] = [
    ['running', 'pause', true],
    ['running', 'stop', true],
    ['running', 'reboot', true],
    ['stopped', 'start', true],
    ['suspended', 'resume', true],
    ['running', 'reset', true],
    ['failed', 'reset', true],
    // What it would start is not there, or not its own: disks on their way, a rescue, a guest that is to be set aside.
    ['running', 'rebuild', false],
    ['running', 'shelve', false],
    ['running', 'rescue', false],
    ['rescued', 'unrescue', false],
    ['running', 'resize', false],
    ['trashed', 'restore', false],
    ['running', 'delete', false],
  ];

  test.each(unsure)('%s, %s: legal is %s', (from, command, legal) => {
    const instance = Scenario.resting(from, {
      spec: SPEC,
      ...(from === 'failed' ? { context: { origin: 'running' } } : {}),
    });
    instance.order(command, command === 'resize' ? { flavor: { ...SPEC.flavor, vcpus: 2 } } : {});
    if (command !== 'reset') instance.alarm();
    expect(instance.value).toBe('reconciling.probe');
    const { op } = instance;
    const decision = instance.order('hardReboot');
    if (!legal) return expect(decision).toMatchObject({ answer: { guard: 'state' } });
    expect(told(decision)).toEqual(['reboot.requested -> rebooting.reboot']);
    // The probe is over: what it saw is late. The reboot begins with the lock of the domain, as after any cut.
    expect(instance.due).toEqual([`reboot@${op + 1}`]);
    expect(instance.now.context).toMatchObject({ goal: 'running', request: { rebootType: 'HARD' } });
    expect(told(instance.outcome('done', seen({ mark: instance.mark })))).toEqual(['reboot.done -> running']);
  });
});

describe('a resize where the guest is', () => {
  const large = { ...SPEC.flavor, name: 'large', memoryMiB: 256, rootGiB: 2 };
  const kept = (look: Observation): Observation => ({ ...look, disks: ['root', 'kept'] });

  /** A host whose specs are as its history last said. */
  class Here extends Scenario {
    override get env(): Scenario['env'] {
      const stored = this.entries.flatMap(({ message }) =>
        message.events.map(({ data }) => data?.['spec'] ?? []).flat(),
      );
      return { ...super.env, spec: (stored.at(-1) as InstanceSpec | undefined) ?? SPEC };
    }
    get args(): Readonly<Record<string, unknown>> {
      return argumentsOf(this.now, this.env.spec as InstanceSpec, this.now.actor.due[0] as never);
    }
  }

  const resized = (from: 'running' | 'stopped'): Here => {
    const instance = new Here();
    instance.take({
      kind: 'link',
      link: {
        kind: 'adopt',
        epoch: 1,
        from: { host: instance.host, seq: 1 },
        spec: SPEC,
        state: { value: from, context: Scenario.resting(from).now.context, op: 2, parts: { lock: null } },
        command: null,
      },
    });
    instance.look(shows(from));
    instance.order('resize', { flavor: large });
    expect(instance.args).toMatchObject({
      flavor: { name: 'large' },
      instance: { flavor: { name: 'small' } },
      migration: { oldFlavor: { name: 'small' }, newFlavor: { name: 'large' } },
    });
    const { sourceCompute, destCompute } = instance.args['migration'] as { sourceCompute: string; destCompute: string };
    expect(sourceCompute).toBe(destCompute);
    const disks = [{ path: 'disk' }];
    expect(told(instance.outcome('done', kept(off), { data: { result: disks } }))).toEqual([
      'migrateDiskAndPowerOff.done -> migrating.finishMigration',
    ]);
    expect(instance.args).toMatchObject({
      diskInfo: disks,
      resizeInstance: true,
      powerOn: from === 'running',
      instance: { flavor: { name: 'large' } },
    });
    const look = kept(from === 'running' ? seen() : off);
    expect(told(instance.outcome('done', look))).toEqual(['finishMigration.done -> resized']);
    expect(instance.env.spec).toEqual({ ...SPEC, flavor: large });
    return instance;
  };

  test.each(['running', 'stopped'] as const)('of a %s one is made final', (from) => {
    const instance = resized(from);
    instance.order('confirmResize');
    expect(instance.args).toMatchObject({ migration: { oldFlavor: { name: 'small' }, newFlavor: { name: 'large' } } });
    expect(told(instance.outcome('done', from === 'running' ? seen() : off))).toEqual([
      `confirmMigration.done -> ${from}`,
    ]);
    expect(instance.env.spec).toEqual({ ...SPEC, flavor: large });
  });

  test.each(['running', 'stopped'] as const)('of a %s one is turned back, to its size of before', (from) => {
    const instance = resized(from);
    instance.order('revertResize');
    expect(instance.args).toMatchObject({
      powerOn: from === 'running',
      instance: { flavor: { name: 'small' } },
      migration: { oldFlavor: { name: 'small' }, newFlavor: { name: 'large' } },
    });
    expect(told(instance.outcome('done', from === 'running' ? seen() : off))).toEqual([
      `finishRevertMigration.done -> ${from}`,
    ]);
    expect(instance.env.spec).toEqual(SPEC);
  });

  test('that was stopped from inside meanwhile is final as it is by now, and turned back as it was before', () => {
    const stopped = resized('running');
    stopped.look(kept(off));
    stopped.order('confirmResize');
    expect(stopped.now.context.goal).toBe('stopped');
    const back = resized('running');
    back.look(kept(off));
    back.order('revertResize');
    expect(back.now.context.goal).toBe('running');
  });

  test('as a rebuild whose end was only found by a look, stores what it changed all the same', () => {
    const rebuilt = Scenario.resting('running', { spec: SPEC });
    const image = { sha256: 'b'.repeat(64), name: 'other', format: 'raw', bytes: 5, virtualBytes: 5 };
    rebuilt.order('rebuild', { image });
    rebuilt.outcome('done', EMPTY);
    const { mark } = rebuilt;
    rebuilt.alarm();
    expect(rebuilt.outcome('done', seen({ mark }))).toMatchObject({
      events: [{ type: 'probe.done', to: 'running', data: { spec: { image: { name: 'other' } } } }],
    });
  });

  test('is settled before its guest can be set aside', () => {
    expect(resized('running').order('softDelete')).toMatchObject({
      answer: { guard: 'state', path: ['confirmResize'] },
    });
  });
});
