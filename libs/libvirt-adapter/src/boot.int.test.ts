/** One guest's life as it sees it: config drive, network, ssh, reboots, suspend; all through this driver on a real libvirt. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { PermitRevokedError, type ArgsOf } from '@chronovirt/contract';
import { guestCount, guestReady, tempDir, until } from '@chronovirt/testing/lab';
import { effectContext, queryContext } from './testing/effect-context.ts';
import { startLabHost } from './testing/lab-host.ts';
import type { LabHost } from './testing/lab-host.ts';
import { whySilent } from './testing/why-silent.ts';

let lab: LabHost;
let args: ArgsOf<'spawn'>;
const dir = tempDir('boot');
const key = join(dir.path, 'key');
beforeAll(async () => {
  lab = await startLabHost('boot');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  args = {
    ...lab.spawnArgs({ hostname: 'web', keyData: readFileSync(`${key}.pub`, 'utf8') }),
    adminPassword: 'Pa55 "word"',
  };
});
afterAll(async () => {
  await lab?.stop();
  dir.remove();
});

const at = (op: number) => effectContext(args.instance.uuid, { mark: { epoch: 1, op } });
const consoleText = (): Promise<string> => lab.driver.getConsoleOutput(args, queryContext());
const see = () => lab.driver.observe(args.instance.uuid, queryContext());
const BOOT = {
  timeoutMs: 120_000,
  everyMs: 100,
  why: () => whySilent(lab, args.instance.uuid)(),
};
const booted = async (boots: number) =>
  await until(async () => guestReady(await consoleText())?.boots === boots, { ...BOOT, what: `boot ${boots}` });
const counted = async (above: number) =>
  await until(async () => guestCount(await consoleText()) > above, { ...BOOT, what: `the counter passes ${above}` });

it('boots with what its config drive says, and is reached by ssh at the address that the driver tells', async () => {
  await lab.driver.spawn(args, at(1));
  await booted(1);
  expect(guestReady(await consoleText())).toMatchObject({
    host: 'web',
    uuid: args.instance.uuid,
    source: 'configdrive',
  });
  const [lease] = await lab.driver.addressesOf(args.instance.uuid, args.networkInfo, queryContext());
  expect(lease).toMatchObject({
    mac: args.networkInfo[0]!.address,
    address: guestReady(await consoleText())!.ip,
    source: 'lease',
  });
  const ssh = [
    'ssh',
    '-i',
    key,
    '-o',
    'BatchMode=yes',
    '-o',
    'StrictHostKeyChecking=no',
    '-o',
    'UserKnownHostsFile=/dev/null',
    '-o',
    'LogLevel=ERROR',
  ];
  const [command, ...rest] = lab.libvirt.inside([...ssh, `root@${lease!.address}`, 'hostname']);
  expect(execFileSync(command!, rest, { encoding: 'utf8' }).trim()).toBe('web');
});

it('says which bridge is not there, and leaves nothing of the guest that was to be on it', async () => {
  const other = lab.spawnArgs();
  const network = { ...other.networkInfo[0]!.network, bridge: 'nosuchbr' };
  const onBridge = { ...other, networkInfo: [{ ...other.networkInfo[0]!, type: 'bridge' as const, network }] };
  const context = effectContext(other.instance.uuid, { mark: { epoch: 1, op: 1 } });
  await expect(lab.driver.spawn(onBridge, context)).rejects.toMatchObject({
    code: 'VIRTUAL_INTERFACE_CREATE_FAILED',
    message: 'the host has no bridge "nosuchbr"; make it, or name another',
  });
  await lab.driver.destroy({ ...onBridge, destroyDisks: true, destroySecrets: true }, context);
});

it('keeps secrets out of the definition, the record and the log of the guest', async () => {
  const xml = await lab.libvirt.virsh('dumpxml', '--security-info', args.instance.name);
  const info = readFileSync(join(lab.instances, args.instance.uuid, 'disk.info'), 'utf8');
  const qemu = readFileSync(join(lab.libvirt.stateDirs.log, 'qemu', `${args.instance.name}.log`), 'utf8');
  for (const text of [xml, info, qemu, JSON.stringify(await see())]) {
    expect(text).not.toContain('Pa55');
    expect(text).not.toContain('lab-count');
  }
});

it('answers what Nova asks of it', async () => {
  expect(await lab.driver.getInfo(args, queryContext())).toMatchObject({
    state: 1,
    maxMem: 128 * 1024,
    mem: 128 * 1024,
    numCpu: 1,
    cpuTime: expect.any(Number),
  });
  const [requests, bytes] = (await lab.driver.blockStats({ ...args, diskId: 'vda' }, queryContext()))!;
  expect(requests).toBeGreaterThan(0);
  expect(bytes).toBeGreaterThan(1_000_000);
  expect(await lab.driver.blockStats({ ...args, diskId: 'vdq' }, queryContext())).toBe(null);
  const diagnostics = await lab.driver.getDiagnostics(args, queryContext());
  expect(diagnostics).toMatchObject({
    cpu0_time: expect.any(Number),
    vda_read: expect.any(Number),
    memory: 128 * 1024,
  });
  const tap = Object.keys(diagnostics)
    .find((counter) => counter.endsWith('_rx'))!
    .replace(/_rx$/, '');
  expect(
    await lab.driver.interfaceStats({ instanceName: args.instance.name, ifaceId: tap }, queryContext()),
  ).toHaveLength(8);
  expect(await lab.driver.getAvailableResource({ nodename: '' }, queryContext())).toMatchObject({
    vcpusUsed: 1,
    memoryMbUsed: 128,
  });
});

it('goes on counting over pause, and over suspend and resume', async () => {
  await counted(2);
  const before = guestCount(await consoleText());
  await lab.driver.pause(args, at(2));
  await lab.driver.unpause(args, at(3));
  await lab.driver.suspend(args, at(4));
  expect(await see()).toMatchObject({ power: 'off', savedMemory: true });
  await lab.driver.suspend(args, at(4));
  await lab.driver.resume(args, at(5));
  await lab.driver.resume(args, at(5));
  await counted(before + 2);
  expect(guestReady(await consoleText())?.boots).toBe(1);
  expect(await see()).toMatchObject({ power: 'on', savedMemory: false, mark: { epoch: 1, op: 5 } });
});

it('shuts down in order in a soft reboot, and boots again', async () => {
  await lab.driver.reboot({ ...args, rebootType: 'SOFT', badVolumesCallback: null }, at(6));
  expect(await see()).toMatchObject({ power: 'on', mark: { epoch: 1, op: 6 } });
  expect(await consoleText()).toContain('LAB-DOWN poweroff');
  await booted(2);
});

it('finishes a soft reboot that was stopped between the end of the guest and its start', async () => {
  // It is allowed what it does to a guest that runs: the first act after the end of that one is its start.
  const onCheck = (): boolean => lab.libvirt.guestPids().has(args.instance.name);
  const stopped = effectContext(args.instance.uuid, { mark: { epoch: 1, op: 7 }, onCheck });
  const rebooting = lab.driver.reboot({ ...args, rebootType: 'SOFT', badVolumesCallback: null }, stopped);
  await expect(rebooting).rejects.toBeInstanceOf(PermitRevokedError);
  expect(await see()).toMatchObject({ power: 'off' });
  await lab.driver.reboot({ ...args, rebootType: 'SOFT', badVolumesCallback: null }, at(7));
  expect(await see()).toMatchObject({ power: 'on', mark: { epoch: 1, op: 7 } });
  await booted(3);
});

it('is asked before it is cut off, and told apart', async () => {
  await lab.driver.powerOff({ ...args, timeout: 60, retryInterval: 10 }, at(8));
  expect(await see()).toMatchObject({ power: 'off', reason: 'shutdown', disks: ['config', 'root'] });
  await lab.driver.powerOn(args, at(9));
  await lab.driver.powerOff({ ...args, timeout: 0, retryInterval: 0 }, at(10));
  expect(await see()).toMatchObject({ power: 'off', reason: 'destroyed' });
});

it('is gone with all that was its own', async () => {
  await lab.driver.destroy({ ...args, destroyDisks: true, destroySecrets: true }, at(11));
  expect(await see()).toMatchObject({ domain: 'absent', disks: [], leftovers: [] });
  await expect(lab.driver.getInfo(args, queryContext())).rejects.toMatchObject({ code: 'INSTANCE_NOT_FOUND' });
});
