import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { PermitRevokedError } from '@chronovirt/contract';
import type { EffectContext, ImageMeta, Instance } from '@chronovirt/contract';
import { DirectoryImageStore, ImageNotFoundError } from '@chronovirt/images';
import type { FetchOrder, ImageSource } from '@chronovirt/images';
import { effectContext } from '../testing/effect-context.ts';
import { instanceRecord } from '../testing/records.ts';
import { BaseImages } from './base-image.ts';
import { configDisk, planDisks } from './disk-plan.ts';
import { readDiskRecord } from './disk-record.ts';
import type { DiskRecord } from './disk-record.ts';
import { ensureDirectory, ensureDisks, removeAll, removeMadeBy, settleRecord } from './instance-disks.ts';
import { InstanceDirectory } from './instance-directory.ts';

let dir = '';
let store: DirectoryImageStore;
let image: ImageMeta;
const { uuid } = instanceRecord();

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'disks-'));
  store = new DirectoryImageStore(join(dir, 'store'));
  const put = await store.put(
    (async function* () {
      yield Buffer.alloc(1_048_576, 'image');
    })(),
    'raw',
  );
  image = {
    id: put.sha256,
    name: 'i',
    diskFormat: 'raw',
    containerFormat: 'bare',
    minDisk: 0,
    minRam: 0,
    size: put.bytes,
    virtualSize: put.virtualBytes,
    properties: {},
  };
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const small = (overrides: Partial<Instance['flavor']> = {}): Instance =>
  instanceRecord({
    flavor: { ...instanceRecord().flavor, rootGiB: 0.01, ephemeralGiB: 0.01, swapMiB: 4, ...overrides },
  });
const noneKept = { find: async () => null };
const drive = Buffer.from('config drive');
const instances = (): string => join(dir, 'instances');
const directoryOf = (): InstanceDirectory => new InstanceDirectory(instances(), uuid);
const recordFor = (context: EffectContext, instance = small()): DiskRecord => ({
  v: 1,
  machine: 'pc-q35-7.2',
  nicModel: 'virtio',
  disks: [...planDisks(instance, image, null, context.mark), configDisk(drive.length, context.mark)],
});
async function make(context: EffectContext, source: ImageSource = store, instance = small()): Promise<DiskRecord> {
  const directory = directoryOf();
  await ensureDirectory(directory, context);
  const record = await settleRecord(directory, recordFor(context, instance), context);
  const contentOf = ({ role }: { role: string }): Buffer | null => (role === 'config' ? drive : null);
  await ensureDisks(directory, record, new BaseImages(noneKept, source, null), context, {
    mayMake: () => true,
    contentOf,
  });
  return record;
}
const everything = async (): Promise<string[]> =>
  (await readdir(instances(), { recursive: true })).filter((name) => !name.startsWith('_base')).toSorted();
const qemuImg = (...args: string[]): Record<string, unknown> =>
  JSON.parse(execFileSync('qemu-img', args, { encoding: 'utf8' })) as Record<string, unknown>;

describe('disks of an instance', () => {
  it('are an overlay on the cached image, blank and swap disks, and a config drive that only its owner reads', async () => {
    await make(effectContext(uuid));
    const root = directoryOf().file('disk');
    expect(qemuImg('info', '--output=json', root)).toMatchObject({
      format: 'qcow2',
      'virtual-size': Math.ceil((0.01 * 2 ** 30) / 512) * 512,
      'backing-filename': join(instances(), '_base', `${image.id}.raw`),
      'backing-filename-format': 'raw',
    });
    expect(await directoryOf().look()).toEqual({
      exists: true,
      disks: ['config', 'ephemeral0', 'root', 'swap'],
      leftovers: [],
    });
    expect(((await stat(directoryOf().file('disk.config'))).mode & 0o777).toString(8)).toBe('600');
    expect(execFileSync('blkid', ['-p', directoryOf().file('disk.swap')], { encoding: 'utf8' })).toContain(
      'TYPE="swap"',
    );
  });

  it('come out the same when they are made twice, and what is written meanwhile stays', async () => {
    await make(effectContext(uuid));
    await writeFile(directoryOf().file('disk.eph0'), 'written by the guest');
    await make(effectContext(uuid));
    expect(await readFile(directoryOf().file('disk.eph0'), 'utf8')).toBe('written by the guest');
  });

  it('are made whole from wherever an earlier run was stopped', async () => {
    const clean = effectContext(uuid);
    await make(clean);
    const goal = await everything();
    for (let stop = 1; stop <= clean.checks(); stop += 1) {
      await rm(instances(), { recursive: true, force: true });
      await expect(make(effectContext(uuid, { onCheck: (count) => count < stop }))).rejects.toBeInstanceOf(
        PermitRevokedError,
      );
      await make(effectContext(uuid, { incarnation: 1 }));
      expect(await everything()).toEqual(goal);
    }
    expect(clean.checks()).toBeGreaterThan(12);
  });

  it('lose the temporary files of runs that died, and of no other', async () => {
    await make(effectContext(uuid));
    const dead = directoryOf().file(`disk.1-1-${effectContext(uuid, { incarnation: 7 }).incarnation}.tmp`);
    await writeFile(dead, 'half');
    expect((await directoryOf().look()).leftovers).toEqual([`temporary file ${dead.split('/').at(-1)}`]);
    await make(effectContext(uuid, { incarnation: 8 }));
    expect((await directoryOf().look()).leftovers).toEqual([]);
  });

  it('are taken away by the operation that made them, and only those', async () => {
    const first = effectContext(uuid, { mark: { epoch: 1, op: 1 } });
    await make(first, store, small({ ephemeralGiB: 0, swapMiB: 0 }));
    const second = effectContext(uuid, { mark: { epoch: 1, op: 2 } });
    await make(second);
    await removeMadeBy(directoryOf(), second);
    expect((await directoryOf().look()).disks).toEqual(['config', 'root']);
    expect((await readDiskRecord(directoryOf()))?.disks.map(({ role }) => role)).toEqual(['root', 'config']);
    await removeMadeBy(directoryOf(), first);
    expect(await everything()).toEqual([]);
  });

  it('are removed whole, from wherever an earlier removal was stopped', async () => {
    await make(effectContext(uuid));
    const clean = effectContext(uuid);
    await removeAll(directoryOf(), clean);
    for (let stop = 1; stop <= clean.checks(); stop += 1) {
      await make(effectContext(uuid));
      await expect(
        removeAll(directoryOf(), effectContext(uuid, { onCheck: (count) => count < stop })),
      ).rejects.toBeInstanceOf(PermitRevokedError);
      await removeAll(directoryOf(), effectContext(uuid));
      expect(await everything()).toEqual([]);
    }
  });

  it('are never guessed: a damaged record is an error', async () => {
    await make(effectContext(uuid));
    await writeFile(directoryOf().info, '{"v":2}');
    await expect(make(effectContext(uuid))).rejects.toMatchObject({ code: 'DISK_INFO_INVALID' });
  });
});

describe('planning', () => {
  const plan =
    (overrides: Partial<Instance['flavor']>, devices: Parameters<typeof planDisks>[2] = null) =>
    () =>
      planDisks(small(overrides), image, devices, { epoch: 1, op: 1 });
  it('refuses an image that does not fit the flavor, saying what it needs', () => {
    expect(plan({ rootGiB: 0.0001 })).toThrow(/needs a root disk of .* GiB, the flavor has 0.0001/);
    expect(() => planDisks(small(), { ...image, minRam: 4096 }, null, { epoch: 1, op: 1 })).toThrow(
      'needs 4096 MiB of memory',
    );
    expect(() => planDisks(small(), { ...image, id: '../../etc/shadow' }, null, { epoch: 1, op: 1 })).toThrow(
      'expected a SHA-256',
    );
  });
  it('takes the size of the image where the flavor says 0', () => {
    expect(plan({ rootGiB: 0 })()[0]).toMatchObject({ role: 'root', bytes: image.virtualSize });
  });
  it('refuses file systems and volumes that this host does not know', () => {
    const devices = { rootDeviceName: null, swap: null, ephemerals: [], blockDeviceMapping: [] };
    const ephemeral = { num: 0, deviceName: '/dev/vdb', size: 1, guestFormat: 'zfs' };
    expect(plan({}, { ...devices, ephemerals: [ephemeral] })).toThrow(
      expect.objectContaining({ code: 'DISK_INFO_INVALID' }),
    );
    const volume = {
      connectionInfo: { driverVolumeType: 'local' as const, serial: 's', data: { devicePath: '/dev/x' } },
      mountDevice: '/dev/vdc',
      deleteOnTermination: false,
    };
    expect(plan({}, { ...devices, blockDeviceMapping: [volume] })).toThrow(
      expect.objectContaining({ code: 'VOLUME_DRIVER_NOT_FOUND' }),
    );
    expect(
      plan(
        {},
        { ...devices, ephemerals: Array.from({ length: 30 }, (_, num) => ({ ...ephemeral, num, guestFormat: null })) },
      ),
    ).toThrow(expect.objectContaining({ code: 'TOO_MANY_DISK_DEVICES' }));
  });
});

describe('base images', () => {
  it('are fetched once for two instances that ask at the same time', async () => {
    let opened = 0;
    const counting: ImageSource = {
      open: (sha256, signal) => {
        opened += 1;
        return store.open(sha256, signal);
      },
    };
    const images = new BaseImages(noneKept, counting, null);
    const base = { sha256: image.id, format: image.diskFormat };
    const contexts = [effectContext(uuid), effectContext(uuid)];
    await Promise.all(contexts.map((context) => ensureDirectory(directoryOf(), context)));
    await Promise.all(contexts.map((context) => images.ensure(directoryOf(), base, context)));
    expect(opened).toBe(1);
  });
  it('are refused when they come in damaged or are of another format, and nothing is kept', async () => {
    const damaged: ImageSource = {
      open: async () => [Buffer.from('something else')] as unknown as AsyncIterable<Uint8Array>,
    };
    await expect(make(effectContext(uuid), damaged)).rejects.toMatchObject({ code: 'IMAGE_UNACCEPTABLE' });
    await rm(directoryOf().path, { recursive: true, force: true });
    image = { ...image, diskFormat: 'qcow2' };
    await expect(make(effectContext(uuid))).rejects.toMatchObject({ code: 'IMAGE_UNACCEPTABLE' });
    expect(await readdir(join(instances(), '_base'))).toEqual([]);
  });

  it('that were made on this host get a second name, and outlive it', async () => {
    const kept = new DirectoryImageStore(join(instances(), '_images'));
    const { sha256 } = await kept.put(await store.open(image.id, new AbortController().signal), 'raw');
    const none: ImageSource = { open: () => Promise.reject(new Error('nobody is asked')) };
    const context = effectContext(uuid);
    await ensureDirectory(directoryOf(), context);
    const file = await new BaseImages(kept, none, null).ensure(directoryOf(), { sha256, format: 'raw' }, context);
    expect((await stat(file)).ino).toBe((await stat(join(instances(), '_images', sha256))).ino);
    await kept.remove(sha256);
    expect((await readFile(file)).length).toBe(image.size);
  });
  it('that the store lacks come from other hosts, whole or not at all', async () => {
    const asked: string[] = [];
    const peers = (content: Buffer) => ({
      fetch: async ({ sha256, to }: FetchOrder) => {
        asked.push(sha256);
        await writeFile(to, content);
      },
    });
    const context = effectContext(uuid);
    const base = { sha256: 'e'.repeat(64), format: 'raw' as const };
    await ensureDirectory(directoryOf(), context);
    const unfit = new BaseImages(noneKept, store, peers(Buffer.from('KDMV')));
    await expect(unfit.ensure(directoryOf(), base, context)).rejects.toMatchObject({ code: 'IMAGE_UNACCEPTABLE' });
    expect([await readdir(join(instances(), '_base')), await readdir(directoryOf().path)]).toEqual([[], []]);
    const file = await new BaseImages(noneKept, store, peers(Buffer.from('a disk'))).ensure(
      directoryOf(),
      base,
      context,
    );
    expect(await readFile(file, 'utf8')).toBe('a disk');
    expect(asked).toEqual([base.sha256, base.sha256]);
    const away: ImageSource = { open: () => Promise.reject(new Error('line cut')) };
    const nobody = { fetch: () => Promise.reject(new ImageNotFoundError('d'.repeat(64))) };
    const missing = { ...base, sha256: 'd'.repeat(64) };
    await expect(new BaseImages(noneKept, away, nobody).ensure(directoryOf(), missing, context)).rejects.toMatchObject({
      code: 'IMAGE_NOT_FOUND',
      retry: 'later',
    });
  });
});
