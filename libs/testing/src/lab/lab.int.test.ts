/** The lab proved end to end: what its users (driver, agent, crash tests) build on really runs here, and leaves nothing. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPrivateLibvirt } from '../../../../tools/setup/private-libvirt/start.mjs';
import { writeConfigDrive } from './config-drive.ts';
import { guestCount, guestImage, guestReady, startLibvirtHost, tempDir, until, type LibvirtHost } from './index.ts';

const UUID = '6f8a3a1e-3c0e-4f5c-9a53-0d9a0f6b1c01';

const dir = tempDir('lab');
let host: LibvirtHost;

afterAll(() => dir.remove());

const ask = (command: string, ...args: string[]) => execFileSync(command, args, { encoding: 'utf8' });

const NETWORK = 'lab-nat';

interface NatNetwork {
  readonly bridge: string;
  /** Like `192.168.171.0/24`. */
  readonly subnet: string;
}

/** Makes the network that the guests of this test are on, or finds the one of an earlier start of the host. */
async function natNetwork(running: LibvirtHost): Promise<NatNetwork> {
  const names = (await running.virsh('net-list', '--all', '--name')).split('\n').map((name) => name.trim());
  if (!names.includes(NETWORK)) {
    const used = (await running.exec(['ip', '-4', 'route', 'show', 'table', 'all'])) + ask('ip', '-4', 'addr');
    const third = Array.from({ length: 84 }, (_, index) => 171 + index).find((n) => !used.includes(`192.168.${n}.`));
    const xml = join(dir.path, 'network.xml');
    writeFileSync(
      xml,
      `<network><name>${NETWORK}</name><forward mode='nat'/><bridge name='${NETWORK}%d' stp='off' delay='0'/>
  <ip address='192.168.${third}.1' netmask='255.255.255.0'><dhcp><range start='192.168.${third}.2' end='192.168.${third}.254'/></dhcp></ip>
</network>`,
    );
    await running.virsh('net-define', xml);
  }
  if (!/^Active:\s+yes$/m.test(await running.virsh('net-info', NETWORK))) await running.virsh('net-start', NETWORK);
  const xml = await running.virsh('net-dumpxml', NETWORK);
  return {
    bridge: /<bridge name='([^']+)'/.exec(xml)?.[1] ?? '',
    subnet: (/<ip address='([\d.]+)'/.exec(xml)?.[1] ?? '').replace(/\d+$/, '0/24'),
  };
}

/** What to look for after a host has gone; taken while it runs. Others may run hosts of their own at the same time. */
function marksOf(running: LibvirtHost, nat: NatNetwork) {
  const record = JSON.parse(readFileSync(join(running.stateDirs.run, '../host.json'), 'utf8'));
  const cgroups: string[] = record.cgroups.map((group: { directory: string }) => group.directory);
  return { pids: [running.keeperPid, running.pid!, ...running.guestPids().values()], cgroups, nat };
}

/** What a host has left on the machine: nothing, in all these places. */
function leftovers({ pids, cgroups, nat }: ReturnType<typeof marksOf>) {
  const mounts = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && mountsOf(pid).includes(dir.path));
  const rules = ['iptables', 'ip6tables'].flatMap((tool) =>
    ['filter', 'nat', 'mangle'].flatMap((table) => ask(tool, '-t', table, '-S').split('\n')),
  );
  return {
    processes: pids.filter((pid) => existsSync(`/proc/${pid}`)),
    mounts,
    cgroups: cgroups.filter((path) => existsSync(path)),
    bridges: readdirSync('/sys/class/net').filter((name) => name === nat.bridge),
    rules: rules.filter((rule) => rule.includes(nat.bridge) || rule.includes(nat.subnet)),
  };
}

/** A process may go while we look. */
function mountsOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/mountinfo`, 'utf8');
  } catch {
    return '';
  }
}

const NOTHING = { processes: [], mounts: [], cgroups: [], bridges: [], rules: [] };

const consoleLog = (name: string) => (existsSync(logOf(name)) ? readFileSync(logOf(name), 'latin1') : '');
const logOf = (name: string) => join(host.stateDirs.log, `${name}-console.log`);

function domainXml(name: string, machine: string, disk: string, drive: string): string {
  return `<domain type='qemu'>
  <name>${name}</name><uuid>${UUID}</uuid><memory unit='MiB'>128</memory><vcpu>1</vcpu>
  <os><type arch='x86_64' machine='${machine}'>hvm</type><boot dev='hd'/></os>
  <features><acpi/><apic/><tcg><tb-cache unit='MiB'>64</tb-cache></tcg></features>
  <devices>
    <disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='writeback'/><source file='${disk}'/><target dev='vda' bus='virtio'/></disk>
    <disk type='file' device='disk'><driver name='qemu' type='raw'/><source file='${drive}'/><target dev='vdb' bus='virtio'/><readonly/></disk>
    <interface type='network'><source network='${NETWORK}'/><model type='virtio'/></interface>
    <serial type='pty'><log file='/var/log/libvirt/${name}-console.log' append='on'/><target port='0'/></serial>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
  </devices>
</domain>`;
}

it('says what libvirtd wrote when it does not come up, and leaves nothing running', async () => {
  const path = join(dir.path, 'broken');
  const started = startPrivateLibvirt({
    dir: path,
    hostname: 'broken',
    ownNetwork: true,
    tied: true,
    settings: ['x = '],
  });
  await expect(started).rejects.toThrow(/libvirtd ended at its start[^]*expecting a value/);
  expect(ask('ps', '-eo', 'args')).not.toContain(path);
});

describe.each([
  { network: 'own', machines: ['pc', 'q35'] },
  { network: 'machine', machines: ['q35'] },
] as const)('a private libvirt host in the $network network', ({ network, machines }) => {
  const key = join(dir.path, `key-${network}`);
  let nat: NatNetwork;

  beforeAll(async () => {
    host = await startLibvirtHost({ dir: dir.path, name: network, network });
    nat = await natNetwork(host);
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  });

  afterAll(() => host?.stop());

  it.each(machines)(
    'boots the guest on machine type %s: config drive, ssh by key, killed libvirtd, power button',
    async (machine) => {
      const name = `guest-${machine}`;
      const disk = join(host.diskDir, `${name}.qcow2`);
      const drive = join(host.diskDir, `${name}-config.img`);
      const image = await guestImage();
      execFileSync('qemu-img', ['create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', image.disk, disk]);
      await writeConfigDrive(drive, {
        uuid: UUID,
        hostname: name,
        publicKeys: { test: readFileSync(`${key}.pub`, 'utf8') },
        userData: '#!/bin/sh\necho "user data ran on $(hostname)"\nlab-count\n',
      });
      const xml = join(dir.path, `${name}.xml`);
      writeFileSync(xml, domainXml(name, machine, disk, drive));
      await host.virsh('define', xml);
      await host.virsh('start', name);

      const ready = await until(() => guestReady(consoleLog(name)), {
        timeoutMs: 90_000,
        what: `${name} says LAB-READY`,
      });
      expect(ready).toMatchObject({
        host: name,
        uuid: UUID,
        source: 'configdrive',
        boots: 1,
        ip: expect.stringMatching(/^192\.168\./),
      });
      await until(() => consoleLog(name).includes(`user data ran on ${name}`), { what: 'the user data ran' });
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
        `root@${ready.ip}`,
        'hostname',
      ];
      const command = network === 'own' ? host.inside(ssh) : ssh;
      expect(execFileSync(command[0]!, command.slice(1), { encoding: 'utf8' }).trim()).toBe(name);

      const qemu = host.guestPids().get(name);
      await host.kill('SIGKILL');
      expect(host.pid).toBeUndefined();
      const count = guestCount(consoleLog(name));
      await until(() => guestCount(consoleLog(name)) > count, { what: 'the guest counts on without libvirtd' });
      await host.restart();
      expect(host.guestPids().get(name)).toBe(qemu);
      expect((await host.virsh('domstate', name)).trim()).toBe('running');

      await host.virsh('shutdown', name, '--mode', 'acpi');
      await until(async () => (await host.virsh('domstate', name)).trim() === 'shut off', {
        timeoutMs: 30_000,
        what: `${name} is shut off`,
      });
      expect(consoleLog(name)).toContain('LAB-DOWN poweroff');
      await host.virsh('undefine', name);
    },
  );

  it('ends with its keeper, whatever runs inside, and then leaves nothing on the machine', async () => {
    const xml = join(dir.path, 'empty.xml');
    writeFileSync(
      xml,
      `<domain type='qemu'><name>empty</name><memory unit='MiB'>32</memory><os><type arch='x86_64'>hvm</type></os></domain>`,
    );
    await host.virsh('create', xml);
    const marks = marksOf(host, nat);
    expect(marks.pids).toHaveLength(3);
    expect(leftovers(marks)).not.toEqual(NOTHING);
    process.kill(host.keeperPid, 'SIGKILL');
    await until(() => marks.pids.every((pid) => !existsSync(`/proc/${pid}`)), { what: 'guest and daemon are gone' });

    await host.stop();
    expect(leftovers(marks)).toEqual(NOTHING);
  });

  it('takes its network and its marks with it in an orderly stop', async () => {
    host = await startLibvirtHost({ dir: dir.path, name: network, network });
    const found = await natNetwork(host);
    expect(found).toEqual({ bridge: expect.any(String), subnet: nat.subnet });
    const marks = marksOf(host, found);
    await host.stop();
    await host.stop();
    expect(leftovers(marks)).toEqual(NOTHING);
  });
});
