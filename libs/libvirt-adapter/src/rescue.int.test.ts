/** Rescue of a real guest: stopped at each place where it may be stopped, what the guest sees of it, what a failure leaves. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HypervisorUnavailableError, PermitRevokedError } from '@chronovirt/contract';
import type { ArgsOf, EffectContext } from '@chronovirt/contract';
import { Libvirt, domainByUuid } from '@chronovirt/libvirt';
import { guestReady, until } from '@chronovirt/testing/lab';
import { effectContext, queryContext } from './testing/effect-context.ts';
import { startLabHost } from './testing/lab-host.ts';
import type { LabHost } from './testing/lab-host.ts';
import { whySilent } from './testing/why-silent.ts';
import { find, findAll, parseXml } from './xml/parse.ts';

type Spawn = ArgsOf<'spawn'>;

let lab: LabHost;
beforeAll(async () => {
  lab = await startLabHost('rescue');
});
afterAll(() => lab?.stop());

const at = (args: Spawn, op: number, wishes: Parameters<typeof effectContext>[1] = {}) =>
  effectContext(args.instance.uuid, { ...wishes, mark: { epoch: 1, op } });
const see = (args: Spawn) => lab.driver.observe(args.instance.uuid, queryContext());
const rescue = (args: Spawn, context: EffectContext, rescuePassword: string | null = null): Promise<void> =>
  lab.driver.rescue({ ...args, rescuePassword }, context);
const unrescue = (args: Spawn, context: EffectContext): Promise<void> => lab.driver.unrescue(args, context);
const off = (args: Spawn, op: number): Promise<void> =>
  lab.driver.powerOff({ ...args, timeout: 0, retryInterval: 0 }, at(args, op));
const destroy = (args: Spawn): Promise<void> =>
  lab.driver.destroy({ ...args, destroyDisks: true, destroySecrets: true }, at(args, 999));
const files = (args: Spawn): string[] => readdirSync(join(lab.instances, args.instance.uuid)).toSorted();
const ownFile = (args: Spawn, name: string): string => join(lab.instances, args.instance.uuid, name);
const xmlOf = (args: Spawn, ...more: string[]): Promise<string> =>
  lab.libvirt.virsh('dumpxml', ...more, args.instance.name);

async function spawned(): Promise<Spawn> {
  const args = lab.spawnArgs();
  await lab.driver.spawn(args, at(args, 1));
  return args;
}

/** Where each device sits: disks by the file beneath, interfaces by their address. */
async function places(args: Spawn): Promise<Record<string, string>> {
  const devices = parseXml(await xmlOf(args, '--inactive'));
  const address = (device: ReturnType<typeof parseXml>): string =>
    JSON.stringify(find(device, 'address')?.attributes ?? null);
  return Object.fromEntries([
    ...findAll(devices, 'devices', 'disk').map((disk) => [
      find(disk, 'source')?.attributes['file'] ?? '',
      address(disk),
    ]),
    ...findAll(devices, 'devices', 'interface').map((nic) => [
      find(nic, 'mac')?.attributes['address'] ?? '',
      address(nic),
    ]),
  ]) as Record<string, string>;
}

const rescued = { domain: 'defined', power: 'on', busy: null, definition: true, leftovers: [] };
const rescueDisks = ['config', 'config.rescue', 'rescue', 'root'];
const plainDisks = ['config', 'root'];

it('boots the rescue disk, the own devices in their places, and goes back to exactly what was', async () => {
  const args = await spawned();
  const before = { xml: await xmlOf(args, '--inactive'), places: await places(args), files: files(args) };
  const config = ownFile(args, 'disk.config');
  await rescue(args, at(args, 2));
  expect(await see(args)).toMatchObject({ ...rescued, disks: rescueDisks, mark: { epoch: 1, op: 2 } });
  const during = await places(args);
  const rescueDisk = ownFile(args, 'disk.rescue');
  const { [rescueDisk]: added, [ownFile(args, 'disk.config.rescue')]: drive, ...rest } = during;
  const { [config]: driveBefore, ...restBefore } = before.places;
  expect(rest).toEqual(restBefore);
  expect(drive).toBe(driveBefore);
  expect(Object.values(before.places)).not.toContain(added);
  const order = (await lab.libvirt.virsh('domblklist', args.instance.name)).trim().split('\n');
  expect(order.map((line) => line.trim().split(/\s+/))).toEqual([
    ['vda', rescueDisk],
    ['vdb', ownFile(args, 'disk')],
    ['vdz', ownFile(args, 'disk.config.rescue')],
  ]);
  await unrescue(args, at(args, 3));
  expect(await see(args)).toMatchObject({ ...rescued, disks: plainDisks, mark: { epoch: 1, op: 3 } });
  const plain = (xml: string): string => xml.replace(/<chronovirt:run [^>]*>/, '');
  expect(plain(await xmlOf(args, '--inactive'))).toBe(plain(before.xml));
  expect(files(args)).toEqual(before.files);
  await destroy(args);
});

it('lets root in with the rescue password, who sees both disks', async () => {
  const args = await spawned();
  await off(args, 2);
  const silent = { ...args, instance: { ...args.instance, userData: null } };
  await rescue(silent, at(args, 3), 'way in');
  const heard = (): string => readFileSync(ownFile(args, 'console.log'), 'latin1');
  await until(() => guestReady(heard()), {
    timeoutMs: 120_000,
    what: 'the rescue system is up',
    why: whySilent(lab, args.instance.uuid),
  });
  const libvirt = await Libvirt.connect({ uri: lab.settings.uri });
  try {
    const console = await libvirt.domainOpenConsole(domainByUuid(args.instance.uuid), null, 1);
    console.resume();
    const answers = async (line: string, answer: RegExp): Promise<void> => {
      const from = heard().length;
      console.write(`${line}\r`);
      await until(() => answer.test(heard().slice(from)), { timeoutMs: 30_000, what: `${answer} after ${line}` });
    };
    await answers('', /login: $/);
    await answers('root', /Password: $/);
    await answers('way in', /# /);
    await answers('for d in vda vdb vdc; do echo "DISK $d $(cat /sys/block/$d/serial)"; done; echo EN""D', /^END/m);
    const serials = [...heard().matchAll(/^DISK vd. (\w+)\r?$/gm)].map(([, serial]) => serial);
    expect(serials.toSorted()).toEqual(['config', 'rescue', 'root']);
    console.destroy();
  } finally {
    await libvirt.close();
  }
  await destroy(args);
});

const ways: Record<
  string,
  { before: (args: Spawn) => Promise<void>; call: (args: Spawn, context: EffectContext) => Promise<void>; goal: object }
> = {
  'rescue of a guest that runs': {
    before: async () => {},
    call: rescue,
    goal: { ...rescued, disks: rescueDisks, mark: { epoch: 1, op: 5 } },
  },
  'rescue of a guest that is off': {
    before: (args) => off(args, 2),
    call: rescue,
    goal: { ...rescued, disks: rescueDisks, mark: { epoch: 1, op: 5 } },
  },
  unrescue: {
    before: (args) => rescue(args, at(args, 2)),
    call: unrescue,
    goal: { ...rescued, disks: plainDisks, mark: { epoch: 1, op: 5 } },
  },
};

describe.each(Object.keys(ways))('%s', (name) => {
  const { before, call, goal } = ways[name]!;

  it('stopped before any of its acts and run again it reaches its goal; the way back is never lost', async () => {
    const clean = await spawned();
    await before(clean);
    const counting = at(clean, 5);
    await call(clean, counting);
    expect(await see(clean)).toMatchObject(goal);
    const process = lab.libvirt.guestPids().get(clean.instance.name);
    await call(clean, at(clean, 5, { incarnation: 1 }));
    expect(lab.libvirt.guestPids().get(clean.instance.name)).toBe(process);
    await destroy(clean);
    for (let stop = 1; stop <= counting.checks(); stop += 1) {
      const args = await spawned();
      await before(args);
      const stopped = call(args, at(args, 5, { onCheck: (count) => count < stop }));
      await expect(stopped).rejects.toBeInstanceOf(PermitRevokedError);
      const own = ownFile(args, 'disk');
      const kept = existsSync(ownFile(args, 'unrescue.xml')) ? readFileSync(ownFile(args, 'unrescue.xml'), 'utf8') : '';
      const stored = await xmlOf(args, '--inactive');
      const boots = (xml: string): string | undefined =>
        xml === '' ? undefined : find(findAll(parseXml(xml), 'devices', 'disk')[0]!, 'source')?.attributes['file'];
      expect([boots(stored), boots(kept)], `stopped at act ${stop}: a definition that boots the own disk`).toContain(
        own,
      );
      await call(args, at(args, 5, { incarnation: stop }));
      expect(await see(args), `stopped at act ${stop} of ${counting.checks()}`).toMatchObject(goal);
      await unrescue(args, at(args, 6));
      expect(boots(await xmlOf(args, '--inactive'))).toBe(own);
      await destroy(args);
    }
  });

  it('with libvirtd killed in the middle it reaches its goal when it is run again', async () => {
    const args = await spawned();
    await before(args);
    let killed: Promise<void> | null = null;
    const onCheck = (count: number): boolean => {
      if (count === 3) killed = lab.libvirt.kill('SIGKILL');
      return true;
    };
    const error = await call(args, at(args, 5, { onCheck })).catch((thrown: unknown) => thrown);
    await killed;
    if (error !== undefined) expect(error).toBeInstanceOf(HypervisorUnavailableError);
    await lab.libvirt.restart();
    const again = at(args, 5, { incarnation: 1 });
    await lab.driver.barrier(args.instance.uuid, again);
    await call(args, again);
    expect(await see(args)).toMatchObject(goal);
    await destroy(args);
  });
});

it('what fails is undone: a guest that ran runs again from its own disk, one that was off stays off', async () => {
  const args = await spawned();
  const before = files(args);
  const networkInfo = args.networkInfo.map((vif) => ({ ...vif, network: { ...vif.network, label: 'nowhere' } }));
  await expect(rescue({ ...args, networkInfo }, at(args, 2))).rejects.toMatchObject({ code: 'INSTANCE_NOT_RESCUABLE' });
  expect(await see(args)).toMatchObject({ power: 'on', disks: plainDisks, mark: { epoch: 1, op: 1 } });
  // A machine without room for it: the rescue system itself does not start.
  await lab.libvirt.virsh('setmaxmem', args.instance.name, '900G', '--config');
  await lab.libvirt.virsh('setmem', args.instance.name, '900G', '--config');
  await expect(rescue(args, at(args, 3))).rejects.toMatchObject({ code: 'INSTANCE_NOT_RESCUABLE' });
  expect(await see(args)).toMatchObject({ power: 'off', disks: plainDisks, definition: true });
  expect(files(args)).toEqual(before);
  await lab.driver.powerOn(args, at(args, 4));
  await off(args, 5);
  await expect(
    rescue({ ...args, imageMeta: { ...args.imageMeta, id: '0'.repeat(64) } }, at(args, 6)),
  ).rejects.toMatchObject({ code: 'IMAGE_NOT_FOUND' });
  expect(await see(args)).toMatchObject({ power: 'off', disks: plainDisks, mark: { epoch: 1, op: 4 } });
  expect(files(args)).toEqual(before);
  await destroy(args);
});

describe('a rescue that was given up before its system started', () => {
  /** Off, with the definition of the rescue stored. */
  async function givenUp(): Promise<{ readonly args: Spawn; readonly before: string[] }> {
    const args = await spawned();
    await off(args, 2);
    const before = files(args);
    const trial = at(args, 3);
    await rescue(args, trial);
    await unrescue(args, at(args, 4));
    await off(args, 5);
    const stopped = rescue(args, at(args, 6, { onCheck: (count) => count < trial.checks() }));
    await expect(stopped).rejects.toBeInstanceOf(PermitRevokedError);
    expect(await see(args)).toMatchObject({ power: 'off', disks: rescueDisks, mark: { epoch: 1, op: 6 } });
    return { args, before };
  }

  it('is undone by the run that cannot go on with it', async () => {
    const { args, before } = await givenUp();
    await lab.libvirt.virsh('setmaxmem', args.instance.name, '900G', '--config');
    await lab.libvirt.virsh('setmem', args.instance.name, '900G', '--config');
    const again = at(args, 6, { incarnation: 1 });
    await expect(rescue(args, again)).rejects.toMatchObject({ code: 'INSTANCE_NOT_RESCUABLE' });
    expect(await see(args)).toMatchObject({ power: 'off', disks: plainDisks, definition: true });
    expect(files(args)).toEqual(before);
    await destroy(args);
  });

  it('is over with the next start, wherever that is stopped: the guest runs from its own disk', async () => {
    let acts = 1;
    for (let stop = 1; stop <= acts; stop += 1) {
      const { args, before } = await givenUp();
      const start = (context: EffectContext) =>
        lab.driver.powerOn({ ...args, instance: { ...args.instance, vmState: 'stopped' } }, context);
      const stopped = start(at(args, 7, { onCheck: (count) => count < stop }));
      await expect(stopped, `stopped before act ${stop}`).rejects.toBeInstanceOf(PermitRevokedError);
      const again = at(args, 7, { incarnation: stop });
      await start(again);
      acts = Math.max(acts, again.checks());
      expect(await see(args), `stopped before act ${stop}`).toMatchObject({
        ...rescued,
        disks: plainDisks,
        mark: { epoch: 1, op: 7 },
      });
      expect(files(args), `stopped before act ${stop}`).toEqual(before);
      await destroy(args);
    }
    expect(acts).toBeGreaterThan(4);
  });
});
