import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Flavor, ImageMeta } from '@chronovirt/contract';
import { baseFile } from '../disks/base-image.ts';
import type { DiskEntry, DiskRecord } from '../disks/disk-record.ts';
import { InstanceDirectory } from '../disks/instance-directory.ts';
import { effectContext } from '../testing/effect-context.ts';
import { instanceRecord, someUuid } from '../testing/records.ts';
import { growDisk, pointAtImage } from './grow-disk.ts';
import { refuseShrink, resized, sameSizes } from './sizes.ts';

const GiB = 2 ** 30;
const [old, now] = [
  { epoch: 1, op: 1 },
  { epoch: 1, op: 2 },
];
const sha256 = 'a'.repeat(64);
const image: ImageMeta = {
  id: sha256,
  name: 'image',
  diskFormat: 'qcow2',
  containerFormat: 'bare',
  minDisk: 0,
  minRam: 0,
  size: 1024,
  virtualSize: GiB,
  properties: {},
};
const flavor = (changes: Partial<Flavor> = {}): Flavor => ({ ...instanceRecord().flavor, rootGiB: 2, ...changes });
const disk = (role: string, file: string, bytes: number, rest: Partial<DiskEntry> = {}): DiskEntry => ({
  role,
  file,
  format: 'qcow2',
  bytes,
  backing: null,
  fileSystem: null,
  madeBy: old,
  ...rest,
});
const record: DiskRecord = {
  v: 1,
  machine: 'pc-q35-7.2',
  nicModel: 'virtio',
  disks: [
    disk('root', 'disk', 2 * GiB, { backing: { sha256, format: 'qcow2' } }),
    disk('ephemeral0', 'disk.eph0', GiB),
    disk('swap', 'disk.swap', GiB / 4, { format: 'raw', fileSystem: 'swap' }),
    disk('config', 'disk.config', 262_144, { format: 'raw' }),
  ],
};

describe('what another flavor means', () => {
  it.each([
    ['a smaller root disk', { rootGiB: 1, ephemeralGiB: 1 }, 'root disk'],
    ['a root disk as large as the image', { rootGiB: 0, ephemeralGiB: 1 }, 'the size of the image'],
    ['a smaller ephemeral disk', { ephemeralGiB: 0.5 }, 'ephemeral disk'],
    ['no ephemeral disk', { ephemeralGiB: 0 }, 'ephemeral disk'],
  ])('%s is refused', (_what, wanted, said) => {
    expect(() => refuseShrink(record, flavor({ ephemeralGiB: 1 }), flavor(wanted))).toThrow(said);
  });

  it('the same, or more, is taken; swap may shrink, since it is made anew', () => {
    refuseShrink(record, flavor({ ephemeralGiB: 1 }), flavor({ ephemeralGiB: 1, swapMiB: 0 }));
    refuseShrink(record, flavor({ ephemeralGiB: 1 }), flavor({ rootGiB: 3, ephemeralGiB: 2 }));
    refuseShrink(record, flavor({ rootGiB: 0, ephemeralGiB: 1 }), flavor({ rootGiB: 0, ephemeralGiB: 1 }));
  });

  it('disks grow and keep format, image and maker; swap and what is new are this operation’s', () => {
    const wanted = flavor({ rootGiB: 3, ephemeralGiB: 2, swapMiB: 512 });
    const { disks } = resized(record, instanceRecord({ flavor: wanted }), image, null, now);
    expect(disks).toEqual([
      { ...record.disks[0], bytes: 3 * GiB },
      { ...record.disks[1], bytes: 2 * GiB },
      { ...record.disks[2], bytes: GiB / 2, madeBy: now },
      record.disks[3],
    ]);
  });

  it('without swap in the new flavor there is none, and an ephemeral disk that was not there is new', () => {
    const plain = { ...record, disks: record.disks.filter(({ role }) => role !== 'ephemeral0') };
    const wanted = flavor({ ephemeralGiB: 1 });
    const { disks } = resized(plain, instanceRecord({ flavor: wanted }), image, null, now);
    expect(disks.map(({ role, madeBy }) => [role, madeBy.op])).toEqual([
      ['root', 1],
      ['ephemeral0', 2],
      ['config', 1],
    ]);
  });

  it('a flavor without a root size leaves the disk as it has grown to be', () => {
    const { disks } = resized(record, instanceRecord({ flavor: flavor({ rootGiB: 0 }) }), image, null, now);
    expect(disks[0]).toEqual(record.disks[0]);
  });

  it('where sizes stay, swap alone is made anew', () => {
    expect(sameSizes(record, now).disks.filter(({ madeBy }) => madeBy === now)).toEqual([
      { ...record.disks[2], madeBy: now },
    ]);
  });
});

describe('a disk file', () => {
  const uuid = someUuid();
  const context = effectContext(uuid);
  let directory: InstanceDirectory;
  let instances: string;
  beforeAll(() => {
    instances = mkdtempSync(join(tmpdir(), 'grow-'));
    directory = new InstanceDirectory(instances, uuid);
    mkdirSync(directory.path);
    mkdirSync(directory.base);
  });
  afterAll(() => rmSync(instances, { recursive: true, force: true }));

  const info = (file: string) =>
    JSON.parse(execFileSync('qemu-img', ['info', '--output=json', file], { encoding: 'utf8' }));
  const qemuImg = (...args: string[]): void => void execFileSync('qemu-img', args, { stdio: 'ignore' });

  it('grows, keeps its format, and is left alone when it is large enough', async () => {
    qemuImg('create', '-f', 'qcow2', directory.file('disk'), '1M');
    await growDisk(directory, disk('root', 'disk', 5 * 2 ** 20), context);
    expect(info(directory.file('disk'))).toMatchObject({ format: 'qcow2', 'virtual-size': 5 * 2 ** 20 });
    const checks = context.checks();
    await growDisk(directory, disk('root', 'disk', 3 * 2 ** 20), context);
    expect(context.checks()).toBe(checks);
    writeFileSync(directory.file('disk.eph0'), 'content');
    await growDisk(directory, disk('ephemeral0', 'disk.eph0', 4096, { format: 'raw' }), context);
    expect(statSync(directory.file('disk.eph0')).size).toBe(4096);
  });

  it('that names its image where another host keeps it is told where it is here, and holds what it held', async () => {
    const entry = disk('root', 'moved', 2 ** 20, { backing: { sha256, format: 'raw' } });
    const there = join(instances, 'there.raw');
    for (const file of [there, baseFile(directory, { sha256, format: 'raw' })])
      writeFileSync(file, Buffer.alloc(2 ** 20, 5));
    qemuImg('create', '-f', 'qcow2', '-b', there, '-F', 'raw', directory.file('moved'));
    execFileSync('qemu-io', ['-f', 'qcow2', '-c', 'write -P 7 0 64k', directory.file('moved')]);
    rmSync(there);
    await pointAtImage(directory, entry, context);
    expect(info(directory.file('moved'))).toMatchObject({
      'backing-filename': baseFile(directory, { sha256, format: 'raw' }),
      'backing-filename-format': 'raw',
    });
    const read = ['-r', '-f', 'qcow2', '-c', 'read -P 7 0 64k', '-c', 'read -P 5 64k 64k', directory.file('moved')];
    expect(execFileSync('qemu-io', read, { encoding: 'utf8' })).not.toContain('verification failed');
    const checks = context.checks();
    await pointAtImage(directory, entry, context);
    expect(context.checks()).toBe(checks);
  });
});
