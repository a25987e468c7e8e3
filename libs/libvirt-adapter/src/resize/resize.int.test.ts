/** Resize and cold move on a real libvirt: each method stopped at each place where it may be stopped, then run again. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PermitRevokedError } from '@chronovirt/contract';
import type { ArgsOf, EffectContext, Flavor, Migration, Observation } from '@chronovirt/contract';
import { ClusterKey, PeerClient, PeerService } from '@chronovirt/peer';
import { effectContext, queryContext } from '../testing/effect-context.ts';
import { startLabHost } from '../testing/lab-host.ts';
import type { LabHost } from '../testing/lab-host.ts';

type Spawn = ArgsOf<'spawn'>;
const GiB = 2 ** 30;

let lab: LabHost;
beforeAll(async () => {
  lab = await startLabHost('resize');
});
afterAll(() => lab?.stop());

const at = (
  args: Spawn,
  op: number,
  wishes: Parameters<typeof effectContext>[1] = {},
): EffectContext & { checks(): number } => effectContext(args.instance.uuid, { ...wishes, mark: { epoch: 1, op } });
const see = (args: Spawn): Promise<Observation> => lab.driver.observe(args.instance.uuid, queryContext());
const destroy = (args: Spawn): Promise<void> =>
  lab.driver.destroy({ ...args, destroyDisks: true, destroySecrets: true }, at(args, 99));
const directory = (args: Spawn, ...name: string[]): string => join(lab.instances, args.instance.uuid, ...name);
const keptDirectory = (args: Spawn, ...name: string[]): string =>
  join(lab.instances, `${args.instance.uuid}_resize`, ...name);

const larger = (flavor: Flavor): Flavor => ({
  ...flavor,
  name: 'larger',
  vcpus: 2,
  memoryMiB: 160,
  rootGiB: 1,
  swapMiB: 32,
});
const withFlavor = (args: Spawn, flavor: Flavor): Spawn => ({ ...args, instance: { ...args.instance, flavor } });
const move = (args: Spawn, source = 'a', dest = 'a'): Migration => ({
  id: `${args.instance.uuid}.1`,
  migrationType: source === dest ? 'resize' : 'migration',
  status: 'migrating',
  sourceCompute: source,
  sourceNode: source,
  destCompute: dest,
  destNode: dest,
  destHost: dest,
  oldFlavor: args.instance.flavor,
  newFlavor: larger(args.instance.flavor),
});

// How each method is called, by the arguments of the spawn.
const migrate = (args: Spawn, context: EffectContext, over: Partial<ArgsOf<'migrateDiskAndPowerOff'>> = {}) =>
  lab.driver.migrateDiskAndPowerOff(
    {
      ...args,
      dest: '127.0.0.1',
      flavor: larger(args.instance.flavor),
      timeout: 0,
      retryInterval: 0,
      migration: move(args),
      ...over,
    },
    context,
  );
const finish = (args: Spawn, context: EffectContext, powerOn = true): Promise<void> =>
  lab.driver.finishMigration(
    {
      ...withFlavor(args, larger(args.instance.flavor)),
      migration: move(args),
      diskInfo: [],
      resizeInstance: true,
      powerOn,
    },
    context,
  );
const revert = (args: Spawn, context: EffectContext, powerOn = true): Promise<void> =>
  lab.driver.finishRevertMigration({ ...args, migration: move(args), powerOn }, context);
const confirm = (args: Spawn, context: EffectContext): Promise<void> =>
  lab.driver.confirmMigration({ ...args, migration: move(args) }, context);

const qemuImg = (file: string): { 'virtual-size': number; format: string; 'backing-filename'?: string } =>
  JSON.parse(execFileSync('qemu-img', ['info', '-U', '--output=json', file], { encoding: 'utf8' }));
const write = (file: string, pattern: number): void =>
  void execFileSync('qemu-io', ['-f', 'qcow2', '-c', `write -P ${pattern} 40M 64k`, file]);
/** Whether the place that `write` writes to holds the pattern; qemu-io only says so. */
const holds = (file: string, pattern: number): boolean =>
  !execFileSync('qemu-io', ['-r', '-f', 'qcow2', '-c', `read -P ${pattern} 40M 64k`, file], {
    encoding: 'utf8',
  }).includes('Pattern verification failed');

async function spawned(): Promise<Spawn> {
  const args = lab.spawnArgs();
  await lab.driver.spawn(args, at(args, 1));
  return args;
}

const goals = {
  migrated: { domain: 'defined', power: 'off', disks: ['config', 'kept', 'root'], leftovers: [] },
  finished: {
    domain: 'defined',
    power: 'on',
    busy: null,
    mark: { epoch: 1, op: 3 },
    disks: ['config', 'kept', 'root', 'swap'],
    leftovers: [],
  },
  confirmed: {
    domain: 'defined',
    power: 'on',
    mark: { epoch: 1, op: 3 },
    disks: ['config', 'root', 'swap'],
    leftovers: [],
  },
  reverted: { domain: 'defined', power: 'on', mark: { epoch: 1, op: 4 }, disks: ['config', 'root'], leftovers: [] },
};

describe('a resize in place', () => {
  it('gives the guest its new size, keeps what was there, and is final when it is confirmed', async () => {
    const args = await spawned();
    const facts = await migrate(args, at(args, 2));
    expect(await see(args)).toMatchObject(goals.migrated);
    expect(facts.map(({ type }) => type)).toEqual(['qcow2', 'raw']);
    await finish(args, at(args, 3));
    expect(await see(args)).toMatchObject(goals.finished);
    const domain = await lab.libvirt.virsh('dumpxml', args.instance.name);
    expect(domain).toContain("<memory unit='KiB'>163840</memory>");
    expect(domain).toContain('>2</vcpu>');
    expect(qemuImg(directory(args, 'disk'))).toMatchObject({ 'virtual-size': GiB, format: 'qcow2' });
    expect(qemuImg(keptDirectory(args, 'disk'))['virtual-size']).toBeLessThan(GiB / 10);
    const process = lab.libvirt.guestPids().get(args.instance.name);
    await confirm(args, at(args, 4));
    expect(await see(args)).toMatchObject(goals.confirmed);
    expect(lab.libvirt.guestPids().get(args.instance.name)).toBe(process);
    await confirm(args, at(args, 4));
    await destroy(args);
    expect(readdirSync(lab.instances)).toEqual(['_base']);
  });

  it('turned back, the guest has its old size and content', async () => {
    const args = await spawned();
    await lab.libvirt.virsh('destroy', args.instance.name);
    write(directory(args, 'disk'), 7);
    await migrate(args, at(args, 2));
    await finish(args, at(args, 3));
    await lab.libvirt.virsh('destroy', args.instance.name);
    expect(holds(directory(args, 'disk'), 7)).toBe(true);
    write(directory(args, 'disk'), 8);
    await revert(args, at(args, 4), false);
    expect(await see(args)).toMatchObject({ ...goals.reverted, power: 'off' });
    expect(holds(directory(args, 'disk'), 7)).toBe(true);
    expect(qemuImg(directory(args, 'disk'))['virtual-size']).toBeLessThan(GiB / 10);
    expect(await lab.libvirt.virsh('dominfo', args.instance.name)).toMatch(/CPU\(s\):\s+1\n/);
    await destroy(args);
  });

  it('of a guest that was off leaves it off', async () => {
    const args = await spawned();
    await lab.libvirt.virsh('destroy', args.instance.name);
    await migrate(args, at(args, 2));
    await finish(args, at(args, 3), false);
    expect(await see(args)).toMatchObject({ ...goals.finished, power: 'off' });
    await destroy(args);
  });
});

describe('what is refused', () => {
  it('a smaller disk, before anything is touched', async () => {
    const args = lab.spawnArgs();
    const flavor = { ...args.instance.flavor, rootGiB: 2, ephemeralGiB: 1 };
    const large = withFlavor(args, flavor);
    await lab.driver.spawn(large, at(args, 1));
    const process = lab.libvirt.guestPids().get(args.instance.name);
    for (const wanted of [
      { ...flavor, rootGiB: 1 },
      { ...flavor, rootGiB: 0 },
      { ...flavor, ephemeralGiB: 0 },
    ]) {
      await expect(migrate(large, at(args, 2), { flavor: wanted })).rejects.toMatchObject({ code: 'RESIZE_ERROR' });
    }
    expect(await see(args)).toMatchObject({ power: 'on', disks: ['config', 'ephemeral0', 'root'], leftovers: [] });
    expect(lab.libvirt.guestPids().get(args.instance.name)).toBe(process);
    await destroy(args);
  });

  it('a move to another host where nobody can bring files', async () => {
    const args = await spawned();
    const away = { dest: '10.9.9.9:1', migration: move(args, 'a', 'b') };
    await expect(migrate(args, at(args, 2), away)).rejects.toThrow('no peer service');
    expect(await see(args)).toMatchObject({ power: 'on', disks: ['config', 'root'], leftovers: [] });
    await destroy(args);
  });
});

describe('stopped before any of its acts and run again', () => {
  const cases = {
    migrateDiskAndPowerOff: {
      before: async () => {},
      call: (args: Spawn, context: EffectContext) => migrate(args, context),
      op: 2,
      goal: goals.migrated,
    },
    finishMigration: {
      before: async (args: Spawn) => void (await migrate(args, at(args, 2))),
      call: (args: Spawn, context: EffectContext) => finish(args, context),
      op: 3,
      goal: goals.finished,
    },
    confirmMigration: {
      before: async (args: Spawn) => {
        await migrate(args, at(args, 2));
        await finish(args, at(args, 3));
      },
      call: (args: Spawn, context: EffectContext) => confirm(args, context),
      op: 4,
      goal: goals.confirmed,
    },
    finishRevertMigration: {
      before: async (args: Spawn) => {
        await migrate(args, at(args, 2));
        await finish(args, at(args, 3));
      },
      call: (args: Spawn, context: EffectContext) => revert(args, context),
      op: 4,
      goal: goals.reverted,
    },
  };

  it.each(Object.entries(cases))('%s ends as once', { timeout: 300_000 }, async (_name, { before, call, op, goal }) => {
    const clean = await spawned();
    await before(clean);
    const counting = at(clean, op);
    await call(clean, counting);
    await destroy(clean);
    expect(counting.checks()).toBeGreaterThan(0);
    for (let stop = 1; stop <= counting.checks(); stop += 1) {
      const args = await spawned();
      await before(args);
      const stopped = call(args, at(args, op, { onCheck: (count) => count < stop }));
      await expect(stopped, `stopped at act ${stop}`).rejects.toBeInstanceOf(PermitRevokedError);
      await call(args, at(args, op, { incarnation: stop }));
      expect(await see(args), `stopped at act ${stop} of ${counting.checks()}`).toMatchObject(goal);
      await destroy(args);
      expect(readdirSync(lab.instances)).toEqual(['_base']);
    }
  });

  it(
    'migrateDiskAndPowerOff, and not run again: the guest can be started, and another resize begins afresh',
    { timeout: 300_000 },
    async () => {
      const clean = await spawned();
      const counting = at(clean, 2);
      await migrate(clean, counting);
      await destroy(clean);
      for (let stop = 2; stop <= counting.checks(); stop += 1) {
        const args = await spawned();
        const stopped = migrate(args, at(args, 2, { onCheck: (count) => count < stop }));
        await expect(stopped).rejects.toBeInstanceOf(PermitRevokedError);
        if (stop % 2 === 0) await lab.driver.powerOn(args, at(args, 3));
        else await revert(args, at(args, 3));
        expect(await see(args), `stopped at act ${stop}`).toMatchObject({ power: 'on', leftovers: [] });
        await migrate(args, at(args, 4));
        expect(await see(args), `stopped at act ${stop}`).toMatchObject(goals.migrated);
        await destroy(args);
      }
    },
  );
});

describe('a copy to another host', () => {
  const key = new ClusterKey(Buffer.alloc(32, 1));
  const instances = (): string => join(lab.instances, '..', 'elsewhere');

  /** A host of files alone, which waits for whatever comes; and this host's driver with a way to it. */
  async function elsewhere(expects: () => boolean = () => true, patienceMs = 1_000) {
    mkdirSync(instances(), { recursive: true });
    const service = await PeerService.start({
      address: '127.0.0.1',
      port: 0,
      key,
      host: {
        expects: async () => expects(),
        placeOf: (instance, file) => join(instances(), instance, file),
        imageFile: async () => null,
        sees: async (token) => existsSync(join(instances(), `.shared-${token}`)),
      },
      log: { info: () => {}, warn: () => {} },
    });
    const driver = await lab.newDriver({
      peer: { own: '127.0.0.1:1', client: new PeerClient({ key, patienceMs, silenceMs: 1_000 }) },
    });
    const there = { dest: `127.0.0.1:${service.port}` };
    const stop = async (): Promise<void> => {
      await service.stop();
      rmSync(instances(), { recursive: true, force: true });
    };
    const call = (args: Spawn, context: EffectContext, over: Partial<ArgsOf<'migrateDiskAndPowerOff'>> = {}) =>
      driver.migrateDiskAndPowerOff(
        {
          ...args,
          ...there,
          flavor: larger(args.instance.flavor),
          timeout: 0,
          retryInterval: 0,
          migration: move(args, 'a', 'b'),
          ...over,
        },
        context,
      );
    return { service, call, stop };
  }

  it('brings every disk and the record over, and keeps them here', async () => {
    const { call, stop } = await elsewhere();
    const args = await spawned();
    const facts = await call(args, at(args, 2));
    expect(facts.map(({ path }) => path)).toEqual(['disk', 'disk.config'].map((file) => keptDirectory(args, file)));
    expect(readdirSync(join(instances(), args.instance.uuid)).toSorted()).toEqual(['disk', 'disk.config', 'disk.info']);
    for (const file of ['disk', 'disk.config', 'disk.info'])
      execFileSync('cmp', [keptDirectory(args, file), join(instances(), args.instance.uuid, file)]);
    expect(await see(args)).toMatchObject({ domain: 'defined', power: 'off', disks: ['kept'], leftovers: [] });
    await call(args, at(args, 2, { incarnation: 1 }));
    await lab.driver.confirmMigration({ ...args, migration: move(args, 'a', 'b') }, at(args, 4));
    expect(await see(args)).toMatchObject({ domain: 'absent', disks: [], leftovers: [] });
    await stop();
  });

  it('that is refused leaves the guest running', async () => {
    const { call, stop } = await elsewhere(() => false);
    const args = await spawned();
    await expect(call(args, at(args, 2))).rejects.toMatchObject({ code: 'RESIZE_ERROR' });
    expect(await see(args)).toMatchObject({ power: 'on', disks: ['config', 'root'], leftovers: [] });
    await destroy(args);
    await stop();
  });

  it('that breaks off for good is turned back: the files are in their place, and the guest can start', async () => {
    const args = await spawned();
    let asked = 0;
    // Welcome is asked for once before the guest is stopped, and again with the first file.
    const { call, stop } = await elsewhere(() => (asked += 1) < 3);
    await expect(call(args, at(args, 2))).rejects.toMatchObject({ code: 'COMMAND_FAILED' });
    expect(await see(args)).toMatchObject({
      domain: 'defined',
      power: 'off',
      disks: ['config', 'root'],
      leftovers: [],
    });
    await lab.driver.powerOn(args, at(args, 3));
    expect(await see(args)).toMatchObject({ power: 'on' });
    await destroy(args);
    await stop();
  });

  it('to a host that sees the same files stays where it is', async () => {
    const { call, stop } = await elsewhere();
    rmSync(instances(), { recursive: true });
    execFileSync('ln', ['-s', lab.instances, instances()]);
    const args = await spawned();
    await call(args, at(args, 2));
    expect(await see(args)).toMatchObject(goals.migrated);
    expect(readdirSync(lab.instances).filter((name) => name.startsWith('.'))).toEqual([]);
    await lab.driver.confirmMigration({ ...args, migration: move(args, 'a', 'b') }, at(args, 4));
    expect(await see(args)).toMatchObject({ domain: 'absent', disks: ['config', 'root'] });
    await destroy(args);
    rmSync(instances());
    await stop();
  });
});
