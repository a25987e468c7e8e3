/** The pair of hosts proved on real parts: guests move, every fault does what its name says, and nothing is left. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bestNatsServer } from '../../../../tools/setup/nats-server.mjs';
import { run } from '../../../../tools/setup/run-command.mjs';
import { writeConfigDrive } from './config-drive.ts';
import { guestCount, guestImage, guestReady, startNats, startTwoHosts, tempDir, until } from './index.ts';
import type { PairedHost, TwoHosts } from './index.ts';

const dir = tempDir('two');
let lab: TwoHosts;

beforeAll(async () => {
  lab = await startTwoHosts({ dir: dir.path });
});
afterAll(async () => {
  await lab?.stop();
  dir.remove();
});

const consoleOf = (host: PairedHost, name: string): string => {
  const path = join(host.stateDirs.log, `${name}.log`);
  return existsSync(path) ? readFileSync(path, 'latin1') : '';
};

/** A guest that counts on its console, its files in a directory of the host (as seen inside, and outside). */
async function startGuest(host: PairedHost, name: string, inside: string, outside: string): Promise<string> {
  const uuid = crypto.randomUUID();
  const { disk } = await guestImage();
  await run(['qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', disk, join(outside, `${name}.qcow2`)]);
  await writeConfigDrive(join(outside, `${name}.img`), { uuid, hostname: name, userData: '#!/bin/sh\nlab-count\n' });
  const xml = `<domain type='qemu'>
  <name>${name}</name><uuid>${uuid}</uuid><memory unit='MiB'>128</memory><vcpu>1</vcpu>
  <os><type arch='x86_64' machine='pc'>hvm</type></os>
  <features><acpi/><apic/><tcg><tb-cache unit='MiB'>64</tb-cache></tcg></features>
  <devices>
    <disk type='file' device='disk'><driver name='qemu' type='qcow2' cache='none'/><source file='${inside}/${name}.qcow2'/><target dev='vda' bus='virtio'/></disk>
    <disk type='file' device='disk'><driver name='qemu' type='raw' cache='none'/><source file='${inside}/${name}.img'/><target dev='vdb' bus='virtio'/><readonly/></disk>
    <interface type='network'><source network='lab'/><model type='virtio'/></interface>
    <serial type='pty'><log file='/var/log/libvirt/${name}.log' append='on'/><target port='0'/></serial>
    <rng model='virtio'><backend model='random'>/dev/urandom</backend></rng>
  </devices>
</domain>`;
  writeFileSync(join(dir.path, `${name}.xml`), xml);
  await host.virsh('define', join(dir.path, `${name}.xml`));
  await host.virsh('start', name);
  const ready = await until(() => guestReady(consoleOf(host, name)), { timeoutMs: 120_000, what: `${name} is up` });
  expect(ready.ip).toMatch(/^10\.77\./);
  await until(() => guestCount(consoleOf(host, name)) > 0, { what: `${name} counts` });
  return ready.ip ?? '';
}

/** Moves a running guest, and sees it go on counting where it arrives. */
async function move(name: string, from: PairedHost, to: PairedHost, ...flags: string[]): Promise<void> {
  const before = guestCount(consoleOf(from, name));
  const seen = consoleOf(to, name).length;
  const uri = `qemu+tcp://${to.name}/system`;
  await from.virsh('migrate', '--live', '--p2p', '--persistent', '--undefinesource', ...flags, name, uri);
  expect((await to.virsh('domstate', name)).trim()).toBe('running');
  expect(await from.virsh('list', '--all', '--name')).not.toContain(name);
  const count = await until(
    () => {
      const now = guestCount(consoleOf(to, name).slice(seen));
      return now > 0 ? now : null;
    },
    { what: `${name} counts on at ${to.name}` },
  );
  expect(count).toBeGreaterThanOrEqual(before);
}

/** Whether a TCP connection from one host to the other's libvirtd comes about. */
const reaches = (from: PairedHost, to: PairedHost): Promise<boolean> =>
  from.exec(['timeout', '1', 'bash', '-c', `exec 3<>/dev/tcp/${to.address}/16509`]).then(
    () => true,
    () => false,
  );

describe('two hosts', () => {
  it('differ in id, name and boot, and reach each other by name alone', async () => {
    const { a, b } = lab;
    const ids = await Promise.all(lab.hosts.map((host) => host.virsh('capabilities')));
    const uuids = ids.map((xml) => /<uuid>(.*)<\/uuid>/.exec(xml)?.[1]);
    expect(new Set(uuids).size).toBe(2);
    expect(a.bootId).not.toBe(b.bootId);
    expect((await a.exec(['cat', '/proc/sys/kernel/random/boot_id'])).trim()).toBe(a.bootId);
    expect((await a.exec(['virsh', '-q', '-c', `qemu+tcp://${b.name}/system`, 'hostname'])).trim()).toBe(b.name);
    expect((await b.exec(['virsh', '-q', '-c', `qemu+tcp://${a.name}/system`, 'hostname'])).trim()).toBe(a.name);
    expect(await run(['ip', '-o', 'link'])).not.toContain('uplink');
  });

  it('see each what is theirs alone under the same path, and one storage together', async () => {
    const { a, b, storage } = lab;
    await a.exec(['sh', '-c', `echo own > ${a.instancesDir}/mark; echo both > ${a.sharedDir}/mark`]);
    expect(existsSync(join(a.instancesOutside, 'mark'))).toBe(true);
    expect(existsSync(join(b.instancesOutside, 'mark'))).toBe(false);
    expect((await b.exec(['cat', `${b.sharedDir}/mark`])).trim()).toBe('both');
    expect(readFileSync(join(storage, 'mark'), 'utf8').trim()).toBe('both');
  });

  it('have their guests on one network', async () => {
    const { a, b, storage } = lab;
    const ip = await startGuest(a, 'shared', a.sharedDir, storage);
    const greeting = await b.exec(['timeout', '5', 'bash', '-c', `exec 3<>/dev/tcp/${ip}/22; head -c 3 <&3`]);
    expect(greeting).toBe('SSH');
  });

  it('move a running guest there and back on the storage of both, without a word about safety', async () => {
    await move('shared', lab.a, lab.b);
    await move('shared', lab.b, lab.a);
  });

  it('stop counting while the host is frozen, and go on when it is thawed', async () => {
    const { a } = lab;
    await a.freeze();
    const frozen = guestCount(consoleOf(a, 'shared'));
    expect(a.processes().filter(({ name }) => name.startsWith('qemu-system'))).toHaveLength(1);
    await new Promise((resolve) => setTimeout(resolve, 2_500)); // longer than two counts
    expect(guestCount(consoleOf(a, 'shared'))).toBe(frozen);
    await a.thaw();
    await until(() => guestCount(consoleOf(a, 'shared')) > frozen, { what: 'the guest counts on' });
    expect((await a.virsh('domstate', 'shared')).trim()).toBe('running');
  });

  it('keep the guest through a killed libvirtd', async () => {
    const { a } = lab;
    const guest = a.guestPids().get('shared');
    await a.kill('SIGKILL');
    expect(a.pid).toBeUndefined();
    await a.restart();
    expect(a.guestPids().get('shared')).toBe(guest);
  });

  it('hear nothing of each other while the cable is out, and a move that was under way does not arrive', async () => {
    const { a, b } = lab;
    expect(await reaches(a, b)).toBe(true);
    const cut = a.virsh('migrate', '--live', '--p2p', '--bandwidth', '1', 'shared', `qemu+tcp://${b.name}/system`);
    const failed = cut.then(
      () => 'arrived',
      (error: Error) => error.message,
    );
    await until(async () => /Unbounded/.test(await a.virsh('domjobinfo', 'shared')), { what: 'the copy runs' });
    await lab.cutNetwork();
    expect(await reaches(a, b)).toBe(false);
    expect(await reaches(b, a)).toBe(false);
    // Its end needs the other host's answer: with the cable out libvirt waits half a minute for it.
    const aborted = a.virsh('domjobabort', 'shared');
    await lab.healNetwork();
    await aborted;
    expect(await failed).not.toBe('arrived');
    expect((await a.virsh('domstate', 'shared')).trim()).toBe('running');
    await until(() => reaches(a, b), { what: 'the hosts reach each other again' });
    await until(async () => !(await b.virsh('list', '--all', '--name')).includes('shared'), {
      timeoutMs: 60_000,
      what: 'the half of the other host is gone',
    });
  });

  it('lose their guests and their boot with the power, and keep their files', async () => {
    const { a, b } = lab;
    const before = a.bootId;
    await a.powerOff();
    expect(await reaches(b, a)).toBe(false);
    await a.powerOn();
    expect(a.bootId).not.toBe(before);
    expect((await a.virsh('domstate', 'shared')).trim()).toBe('shut off');
    expect((await a.exec(['cat', `${a.instancesDir}/mark`])).trim()).toBe('own');
    await until(() => reaches(b, a), { what: 'the hosts reach each other again' });
    await a.virsh('undefine', 'shared');
  });

  it('move a running guest there and back with its disk copied', async () => {
    const { a, b } = lab;
    await startGuest(a, 'own', a.instancesDir, a.instancesOutside);
    for (const [from, to] of [
      [a, b],
      [b, a],
    ] as const) {
      const { disk } = await guestImage();
      const [source, target] = [from.instancesOutside, to.instancesOutside];
      await run(['cp', join(source, 'own.img'), join(target, 'own.img')]).catch(() => undefined);
      await run(['rm', '-f', join(target, 'own.qcow2')]);
      await run(['qemu-img', 'create', '-q', '-f', 'qcow2', '-F', 'qcow2', '-b', disk, join(target, 'own.qcow2')]);
      await move('own', from, to, '--copy-storage-inc', '--migrate-disks', 'vda');
    }
    await a.virsh('destroy', 'own');
  });
});

describe('a process inside a host', () => {
  it('reaches the NATS of the machine at its own loopback address, is cut off without a word, and hears the rest when healed', async () => {
    const { a, b } = lab;
    await using nats = await startNats({ server: bestNatsServer().path, dir: join(dir.path, 'nats') });
    await a.reach(nats.port);
    const script = `
      const socket = require('node:net').connect(${nats.port}, '127.0.0.1').setEncoding('latin1');
      socket.on('data', (text) => process.send(text.split(' ')[0].trim()));
      process.on('message', () => socket.write('CONNECT {"verbose":false}\\r\\nPING\\r\\n'));`;
    const client = await a.spawnInside(process.execPath, ['-e', script], { ipc: true });
    const heard: unknown[] = [];
    client.child.on('message', (message) => heard.push(message));
    await until(() => heard.includes('INFO'), { what: 'NATS greets' });
    expect(await b.exec(['bash', '-c', `exec 3<>/dev/tcp/127.0.0.1/${nats.port}`]).catch(() => 'refused')).toBe(
      'refused',
    );
    a.cutControl();
    client.child.send('ping');
    await new Promise((resolve) => setTimeout(resolve, 500)); // NATS would have answered in one
    expect(heard).not.toContain('PONG');
    a.healControl();
    await until(() => heard.includes('PONG'), { what: 'the answer comes' });
    client.kill('SIGKILL');
    expect(await client.ended).toBe(137);
  });

  it('is where the host is: in its files, processes, groups and name, and under its death', async () => {
    const { b } = lab;
    const out = join(dir.path, 'seen');
    writeFileSync(join(lab.storage, 'here'), '');
    const script = `require('node:fs').writeFileSync('${out}.work', JSON.stringify({
      name: require('node:os').hostname(), shared: require('node:fs').existsSync('${b.sharedDir}/here'), pid: process.pid }));
      require('node:fs').renameSync('${out}.work', '${out}'); setInterval(() => {}, 1000)`;
    const inner = await b.spawnInside(process.execPath, ['-e', script]);
    const seen = await until(() => JSON.parse(readFileSync(out, 'utf8')) as object, { what: 'it has looked' });
    expect(seen).toMatchObject({ name: b.name, shared: true });
    expect(b.processes().map(({ pid }) => pid)).toContain(inner.pid);
    expect(b.cgroupDoors.every((door) => readFileSync(door, 'utf8').split('\n').includes(String(inner.pid)))).toBe(
      true,
    );
    await b.freeze();
    expect(inner.lives).toBe(true);
    await b.powerOff();
    expect(await inner.ended).toBe(137);
    await b.powerOn();
  });

  it('is told to end in order, also by who has only its command line', async () => {
    const inside = lab.a.insideCommand(['sh', '-c', 'trap "exit 9" TERM; echo up; while :; do sleep 0.1; done']);
    const line = spawn('sh', inside.slice(1), { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(line.stdout, 'data');
    line.kill('SIGTERM');
    expect(await once(line, 'exit')).toEqual([9, null]);
  });

  it('says how it ended when it ends at once', async () => {
    const ended = await lab.a.spawnInside('sh', ['-c', 'exit 7']);
    expect(await ended.ended).toBe(7);
  });
});

/** Whatever on this machine still names a directory: command lines, mounts, control groups. */
function leftOf(path: string, cgroups: readonly string[]): string[] {
  const processes = readdirSync('/proc').filter((pid) => /^\d+$/.test(pid) && Number(pid) !== process.pid);
  const naming = (file: string) =>
    processes.filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/${file}`, 'utf8').includes(path);
      } catch {
        return false;
      }
    });
  return [
    ...naming('cmdline').map((pid) => `process ${pid}`),
    ...naming('mountinfo').map((pid) => `mount of ${pid}`),
    ...cgroups.filter((door) => existsSync(door)).map((door) => `control group ${door}`),
  ];
}

describe('nothing is left', () => {
  it('after stop', async () => {
    await using other = tempDir('left');
    const pair = await startTwoHosts({ dir: other.path });
    const doors = pair.hosts.flatMap((host) => host.cgroupDoors);
    expect(leftOf(other.path, doors)).not.toEqual([]);
    await pair.stop();
    await pair.stop();
    expect(leftOf(other.path, doors)).toEqual([]);
  });

  it.each(['run', 'are frozen'])('after the process that started them was killed while they %s', async (how) => {
    await using other = tempDir('killed');
    const script = `
      import { startTwoHosts } from ${JSON.stringify(fileURLToPath(new URL('index.ts', import.meta.url)))};
      const pair = await startTwoHosts({ dir: ${JSON.stringify(other.path)} });
      await pair.a.spawnInside('sleep', ['1000']);
      if (${how === 'are frozen'}) for (const host of pair.hosts) await host.freeze();
      process.send(pair.hosts.flatMap((host) => host.cgroupDoors));
      setInterval(() => {}, 1000);`;
    const caller = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const [doors] = (await once(caller, 'message')) as [string[]];
    expect(leftOf(other.path, doors)).not.toEqual([]);
    caller.kill('SIGKILL');
    await until(() => leftOf(other.path, doors).length === 0, { timeoutMs: 30_000, what: 'all of it is gone' });
  });
});
