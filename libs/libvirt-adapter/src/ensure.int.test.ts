/** Every method of the driver as an ensure, on a real libvirt: stopped at each place where it may be stopped, then run again. */
import { readdirSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HypervisorUnavailableError, PermitRevokedError } from '@chronovirt/contract';
import type { ArgsOf, EffectContext, Hint, Observation } from '@chronovirt/contract';
import { standStill, until } from '@chronovirt/testing/lab';
import { effectContext, queryContext } from './testing/effect-context.ts';
import { startLabHost } from './testing/lab-host.ts';
import type { LabHost } from './testing/lab-host.ts';

type Spawn = ArgsOf<'spawn'>;

let lab: LabHost;
beforeAll(async () => {
  lab = await startLabHost('ensure');
  // The image is fetched once; from here on a spawn has the same acts each time.
  const first = lab.spawnArgs();
  await lab.driver.spawn(first, at(first, 1));
  await destroy(first);
});
afterAll(() => lab?.stop());

const see = (args: Spawn): Promise<Observation> => lab.driver.observe(args.instance.uuid, queryContext());
const at = (args: Spawn, op: number, wishes: Parameters<typeof effectContext>[1] = {}) =>
  effectContext(args.instance.uuid, { ...wishes, mark: { epoch: 1, op } });
const destroy = (args: Spawn): Promise<void> =>
  lab.driver.destroy({ ...args, destroyDisks: true, destroySecrets: true }, at(args, 99));
const virsh = (verb: string, args: Spawn, ...more: string[]): Promise<string> =>
  lab.libvirt.virsh(verb, args.instance.name, ...more);

/** What each method is tried from, how it is called, and what must be there in the end. */
const running = {
  domain: 'defined',
  power: 'on',
  busy: null,
  definition: true,
  disks: ['config', 'root'],
  leftovers: [],
};
const methods: Record<
  string,
  {
    before?: (args: Spawn) => Promise<unknown>;
    call: (args: Spawn, context: EffectContext) => Promise<void>;
    goal: object;
    op?: number;
  }
> = {
  spawn: { call: (args, context) => lab.driver.spawn(args, context), goal: { ...running, mark: { epoch: 1, op: 2 } } },
  destroy: {
    before: (args) => lab.driver.spawn(args, at(args, 1)),
    call: (args, context) => lab.driver.destroy({ ...args, destroyDisks: true, destroySecrets: true }, context),
    goal: { domain: 'absent', disks: [], leftovers: [] },
  },
  'destroy of a suspended guest': {
    before: async (args) => {
      await lab.driver.spawn(args, at(args, 1));
      await lab.driver.suspend(args, at(args, 1));
    },
    call: (args, context) => lab.driver.destroy({ ...args, destroyDisks: true, destroySecrets: true }, context),
    goal: { domain: 'absent', savedMemory: false, disks: [], leftovers: [] },
  },
  powerOff: {
    before: (args) => lab.driver.spawn(args, at(args, 1)),
    call: (args, context) => lab.driver.powerOff({ ...args, timeout: 0, retryInterval: 0 }, context),
    goal: { ...running, power: 'off', mark: { epoch: 1, op: 1 } },
  },
  powerOn: {
    before: async (args) => {
      await lab.driver.spawn(args, at(args, 1));
      await virsh('destroy', args);
    },
    call: (args, context) => lab.driver.powerOn(args, context),
    goal: { ...running, mark: { epoch: 1, op: 2 } },
  },
  'powerOn without a definition': {
    before: async (args) => {
      await lab.driver.spawn(args, at(args, 1));
      await virsh('destroy', args);
      await virsh('undefine', args);
    },
    call: (args, context) => lab.driver.powerOn(args, context),
    goal: { ...running, mark: { epoch: 1, op: 2 } },
  },
  'reboot HARD': {
    before: (args) => lab.driver.spawn(args, at(args, 1)),
    call: (args, context) => lab.driver.reboot({ ...args, rebootType: 'HARD', badVolumesCallback: null }, context),
    goal: { ...running, mark: { epoch: 1, op: 2 } },
  },
  'reboot HARD of a suspended guest': {
    before: async (args) => {
      await lab.driver.spawn(args, at(args, 1));
      await lab.driver.suspend(args, at(args, 1));
    },
    call: (args, context) => lab.driver.reboot({ ...args, rebootType: 'HARD', badVolumesCallback: null }, context),
    goal: { ...running, savedMemory: false, mark: { epoch: 1, op: 2 } },
  },
  pause: {
    before: (args) => lab.driver.spawn(args, at(args, 1)),
    call: (args, context) => lab.driver.pause(args, context),
    goal: { ...running, power: 'paused', reason: 'user', mark: { epoch: 1, op: 1 } },
  },
  unpause: {
    before: async (args) => {
      await lab.driver.spawn(args, at(args, 1));
      await lab.driver.pause(args, at(args, 1));
    },
    call: (args, context) => lab.driver.unpause(args, context),
    goal: { ...running, mark: { epoch: 1, op: 1 } },
  },
  suspend: {
    before: (args) => lab.driver.spawn(args, at(args, 1)),
    call: (args, context) => lab.driver.suspend(args, context),
    goal: { ...running, power: 'off', savedMemory: true, mark: { epoch: 1, op: 1 } },
  },
  resume: {
    before: async (args) => {
      await lab.driver.spawn(args, at(args, 1));
      await lab.driver.suspend(args, at(args, 1));
    },
    call: (args, context) => lab.driver.resume(args, context),
    goal: { ...running, savedMemory: false, mark: { epoch: 1, op: 2 } },
  },
  'resume of a guest that was paused when it was suspended': {
    before: async (args) => {
      await lab.driver.spawn(args, at(args, 1));
      await lab.driver.pause(args, at(args, 1));
      await lab.driver.suspend(args, at(args, 1));
    },
    call: (args, context) => lab.driver.resume(args, context),
    goal: { ...running, savedMemory: false, mark: { epoch: 1, op: 2 } },
  },
};

/** A new instance, in the state that a method is tried from. */
async function prepared(name: string): Promise<Spawn> {
  const args = lab.spawnArgs();
  await methods[name]!.before?.(args);
  return args;
}

describe.each(Object.keys(methods))('%s', (name) => {
  const { call, goal } = methods[name]!;

  it('reaches its goal, and again from there without touching anything', async () => {
    const args = await prepared(name);
    await call(args, at(args, 2));
    expect(await see(args)).toMatchObject(goal);
    const process = lab.libvirt.guestPids().get(args.instance.name);
    await call(args, at(args, 2, { incarnation: 1 }));
    expect(await see(args)).toMatchObject(goal);
    expect(lab.libvirt.guestPids().get(args.instance.name)).toBe(process);
    await destroy(args);
  });

  it('ends right when its permit is taken away before any of its acts and it is run again', async () => {
    const clean = await prepared(name);
    const counting = at(clean, 2);
    await call(clean, counting);
    await destroy(clean);
    expect(counting.checks()).toBeGreaterThan(0);
    for (let stop = 1; stop <= counting.checks(); stop += 1) {
      const args = await prepared(name);
      await expect(call(args, at(args, 2, { onCheck: (count) => count < stop }))).rejects.toBeInstanceOf(
        PermitRevokedError,
      );
      await call(args, at(args, 2, { incarnation: stop }));
      expect(await see(args), `stopped at act ${stop} of ${counting.checks()}`).toMatchObject(goal);
      await destroy(args);
    }
  });
});

describe('libvirtd killed in the middle', () => {
  afterEach(async () => {
    if (lab.libvirt.pid === undefined) await lab.libvirt.restart();
  });

  it.each(['spawn', 'suspend', 'resume', 'reboot HARD', 'destroy'])(
    'of %s: the call ends, and run again it reaches its goal',
    async (name) => {
      const { call, goal } = methods[name]!;
      const clean = await prepared(name);
      const counting = at(clean, 2);
      await call(clean, counting);
      await destroy(clean);
      for (const moment of [Math.ceil(counting.checks() / 2), counting.checks()]) {
        const args = await prepared(name);
        let killed: Promise<void> | null = null;
        const onCheck = (count: number): boolean => {
          if (count === moment) killed = lab.libvirt.kill('SIGKILL');
          return true;
        };
        const acting = call(args, at(args, 2, { onCheck })).then(
          () => null,
          (error: unknown) => error,
        );
        await until(() => killed !== null, { what: `act ${moment}` });
        await killed;
        const error = await acting;
        expect([null, 'HypervisorUnavailableError']).toContain((error as Error | null)?.name ?? null);
        await expect(see(args)).rejects.toBeInstanceOf(HypervisorUnavailableError);
        await until(() => lab.driver.waitingFor()?.startsWith('libvirt does not answer'), {
          what: 'the driver says what it waits for',
        });
        await lab.libvirt.restart();
        const again = at(args, 2, { incarnation: 1 });
        await lab.driver.barrier(args.instance.uuid, again);
        await call(args, again);
        expect(await see(args)).toMatchObject(goal);
        expect(lab.driver.waitingFor()).toBe(null);
        await destroy(args);
      }
    },
  );

  it('is told as a gap, after which everybody has to look', async () => {
    const heard: Hint[] = [];
    const stop = await lab.driver.watch((hint) => heard.push(hint));
    await lab.libvirt.kill('SIGKILL');
    await lab.libvirt.restart();
    await until(() => heard.some(({ instance }) => instance === null), {
      timeoutMs: 20_000,
      what: 'the hint to look at all',
    });
    const args = lab.spawnArgs();
    await lab.driver.spawn(args, at(args, 1));
    await until(
      () =>
        heard.some(({ instance, heard: words }) => instance === args.instance.uuid && words.includes('STARTED/booted')),
      { what: 'events flow again' },
    );
    await stop();
    await destroy(args);
  });
});

describe('a hung guest', () => {
  it('holds up nobody else, is let go by an interrupt, and is destroyed', async () => {
    const hung = lab.spawnArgs();
    const other = lab.spawnArgs();
    await lab.driver.spawn(hung, at(hung, 1));
    await lab.driver.spawn(other, at(other, 1));
    await standStill(lab.libvirt.guestPids().get(hung.instance.name)!);
    const stuck = lab.driver.pause(hung, at(hung, 2)).catch((error: unknown) => error);
    await until(async () => (await lab.libvirt.virsh('domcontrol', hung.instance.name)).includes('occupied'), {
      what: 'the call hangs in the monitor',
    });

    await lab.driver.pause(other, at(other, 2));
    expect(await see(other)).toMatchObject({ power: 'paused' });
    expect(await see(hung)).toMatchObject({ power: 'on' });
    expect((await lab.driver.observeAll(queryContext())).size).toBe(2);

    await lab.driver.interrupt(hung.instance.uuid);
    expect(await stuck).toBeInstanceOf(HypervisorUnavailableError);
    await lab.driver.unpause(other, at(other, 3));
    await destroy(hung);
    expect(await see(hung)).toMatchObject({ domain: 'absent', leftovers: [] });
    await destroy(other);
  });
});

describe('looking', () => {
  it('sees only what is ours, all of it at once as one by one', async () => {
    const [on, off, saved, gone] = [lab.spawnArgs(), lab.spawnArgs(), lab.spawnArgs(), lab.spawnArgs()];
    for (const [index, args] of [on, off, saved, gone].entries()) await lab.driver.spawn(args, at(args, index + 1));
    await virsh('destroy', off);
    await virsh('managedsave', saved);
    await virsh('undefine', gone);
    const all = await lab.driver.observeAll(queryContext());
    for (const args of [on, off, saved, gone]) {
      expect(all.get(args.instance.uuid)).toEqual({ ...(await see(args)), disks: [], leftovers: [] });
    }
    expect(all.get(saved.instance.uuid)).toMatchObject({ power: 'off', savedMemory: true, definition: true });
    expect(all.get(gone.instance.uuid)).toMatchObject({ domain: 'transient', power: 'on', definition: false });
    expect(all.size).toBe(4);
    for (const args of [on, off, saved, gone]) await destroy(args);
    expect(readdirSync(lab.instances)).toEqual(['_base']);
  });

  it('tells a crash of the guest from its end', async () => {
    const args = lab.spawnArgs();
    await lab.driver.spawn(args, at(args, 1));
    process.kill(lab.libvirt.guestPids().get(args.instance.name)!, 'SIGKILL');
    await until(async () => (await see(args)).power === 'off', { what: 'libvirt notices' });
    expect(await see(args)).toMatchObject({ domain: 'defined', reason: 'crashed', mark: { epoch: 1, op: 1 } });
    await lab.driver.powerOn(args, at(args, 2));
    expect(await see(args)).toMatchObject({ power: 'on', mark: { epoch: 1, op: 2 } });
    await destroy(args);
  });
});
