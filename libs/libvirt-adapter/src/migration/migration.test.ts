import { readdirSync } from 'node:fs';
import { silentLog } from '@chronovirt/runtime';
import { tempDir, until } from '@chronovirt/testing/lab';
import { describe, expect, it, vi } from 'vitest';
import type { DiskRecord } from '../disks/disk-record.ts';
import type { LibvirtDriverSettings, LiveMigrationSettings } from '../host/settings.ts';
import { markOf, metadataElement, metadataOf, movedByOf, movingRunElement, namespace } from '../xml/metadata.ts';
import { serialize } from '../xml/element.ts';
import { find, findAll, parseXml } from '../xml/parse.ts';
import { definitionThere } from './definition-there.ts';
import { asToldOf } from './local-disks.ts';
import { makeProbe, removeProbe, seesProbe } from './probe-file.ts';
import { checkHostName, libvirtAt, memoryAt, migrationPolicy } from './settings.ts';
import { progressOf } from './steer.ts';

const policyOf = (liveMigration: LiveMigrationSettings = {}) =>
  migrationPolicy({
    uri: 'qemu:///system',
    instancesDirectory: '/instances',
    images: { open: () => Promise.reject(new Error('no images')) },
    acceleration: { kind: 'tcg', why: 'test' },
    address: '10.0.0.1',
    log: silentLog,
    liveMigration,
  } satisfies LibvirtDriverSettings);

describe('settings of live migration', () => {
  it('let guests land paused, allow no post-copy, and reach hosts by TCP, unless said otherwise', () => {
    expect(policyOf()).toMatchObject({
      landing: 'paused',
      lockManager: 'none',
      postCopy: false,
      forceComplete: 'pause',
      address: '10.0.0.1',
    });
    // As in Nova: where post-copy is allowed it is the way to an end.
    const allowed = { postCopy: true, landing: 'running', lockManager: 'lockd' } as const;
    expect(policyOf(allowed).forceComplete).toBe('postCopy');
    expect(policyOf({ ...allowed, forceComplete: 'pause' }).forceComplete).toBe('pause');
    expect(libvirtAt(policyOf(), '10.0.0.2')).toBe('qemu+tcp://10.0.0.2/system');
    expect(libvirtAt(policyOf({ uri: 'qemu+tls://%s/system' }), 'fd00::2')).toBe('qemu+tls://[fd00::2]/system');
    expect(memoryAt('fd00::2')).toBe('tcp://[fd00::2]');
  });

  it.each([
    [{ uri: 'qemu+tcp://10.0.0.2/system' }, 'liveMigration.uri: expected %s'],
    [{ postCopy: true }, 'liveMigration.postCopy: needs landing "running"'],
    [{ postCopy: true, lockManager: 'lockd' }, 'liveMigration.postCopy: needs landing "running"'],
    [{ landing: 'running' }, 'say which in liveMigration.lockManager'],
    [{ landing: 'running', lockManager: 'none' }, 'liveMigration.landing: "running" can leave two copies'],
    [{ landing: 'running', postCopy: true }, 'liveMigration.landing: "running" can leave two copies'],
    [{ forceComplete: 'postCopy' }, 'liveMigration.forceComplete: "postCopy" needs postCopy'],
  ] as const)('%j are refused with the field and what to do', (settings, message) => {
    expect(() => policyOf(settings)).toThrow(message);
  });

  it.each(['lockd', 'sanlock'] as const)(
    'let libvirt start the guest over there where %s keeps it from two',
    (lockManager) => {
      expect(policyOf({ landing: 'running', lockManager })).toMatchObject({ landing: 'running', lockManager });
      expect(policyOf({ landing: 'running', lockManager, postCopy: true })).toMatchObject({ postCopy: true });
    },
  );

  it.each(['', 'a host', 'host/../x', 'host?x=y', '%s', 'host]'])('%j is no host', (name) => {
    expect(() => checkHostName('dest', name)).toThrow('dest: expected the name or address of a host');
  });

  it.each(['host-b', 'host-b.example', '10.77.0.2', 'fd00::2', '::1'])('%s is a host', (name) => {
    expect(() => checkHostName('dest', name)).not.toThrow();
  });
});

describe('the definition of a guest that moves', () => {
  const mark = { epoch: 3, op: 7 };
  const uuid = '0e2f4c1a-1111-4222-8333-444455556666' as never;
  const run = serialize(movingRunElement(mark, { epoch: 3, op: 9 })).replace(
    '<run ',
    `<chronovirt:run xmlns:chronovirt="${namespace.run}" `,
  );
  const metadata = serialize(metadataElement(uuid, 'web', mark)).replace(/<chronovirt:run[^>]*\/>/, run);
  const xml = `<domain>${metadata}<devices>
    <disk><source file='/here/u/disk'/></disk><disk><source file='/herewith/other'/></disk>
    <serial><log file='/here/u/console.log'/></serial></devices></domain>`;

  it('keeps its mark and leaves the note of the move behind', () => {
    const before = metadataOf(parseXml(xml), namespace.run);
    expect([markOf(before), movedByOf(before)]).toEqual([mark, { epoch: 3, op: 9 }]);
    const after = metadataOf(parseXml(definitionThere(xml, mark, '/here', '/here')), namespace.run);
    expect([markOf(after), movedByOf(after)]).toEqual([mark, null]);
  });

  it('has its files where instances lie there, and no other paths touched', () => {
    const domain = parseXml(definitionThere(xml, mark, '/here', '/there/too'));
    const files = findAll(domain, 'devices', 'disk', 'source').map(({ attributes }) => attributes['file']);
    expect(files).toEqual(['/there/too/u/disk', '/herewith/other']);
    expect(find(domain, 'devices', 'serial', 'log')?.attributes['file']).toBe('/there/too/u/console.log');
  });
});

describe('the disks of a guest that moves', () => {
  const sha256 = 'a'.repeat(64);
  const record: DiskRecord = {
    v: 1,
    machine: 'pc-q35-7.2',
    nicModel: 'virtio',
    disks: [
      {
        role: 'root',
        file: 'disk',
        format: 'qcow2',
        bytes: 10,
        backing: null,
        fileSystem: null,
        madeBy: { epoch: 1, op: 1 },
      },
    ],
  };
  const told = {
    type: 'qcow2',
    path: '/far/u/disk',
    virtDiskSize: 20,
    diskSize: 5,
    overCommittedDiskSize: 15,
  } as const;

  it('are made as the source tells of them now', () => {
    const disk = asToldOf(record, { ...told, backingFile: `${sha256}.raw` });
    expect(disk).toMatchObject({ role: 'root', file: 'disk', bytes: 20, backing: { sha256, format: 'raw' } });
    expect(asToldOf(record, { ...told, backingFile: '' }).backing).toBeNull();
  });

  it('are refused when the record does not know them, or they rest on what is no image', () => {
    expect(() => asToldOf(record, { ...told, path: '/far/u/../../etc/passwd', backingFile: '' })).toThrow(
      'has no passwd',
    );
    expect(() => asToldOf(record, { ...told, backingFile: '../../etc/passwd' })).toThrow('which is no image of ours');
  });
});

describe('a probe file', () => {
  it('is seen where it is, under a name of its own, and goes', async () => {
    await using here = tempDir('probe');
    await using elsewhere = tempDir('probe');
    const names = [await makeProbe(here.path), await makeProbe(here.path)];
    expect(new Set(names).size).toBe(2);
    expect(await seesProbe(here.path, names[0]!)).toBe(true);
    expect(await seesProbe(elsewhere.path, names[0]!)).toBe(false);
    for (const name of [...names, names[0]!]) await removeProbe(here.path, name);
    expect(readdirSync(here.path)).toEqual([]);
  });

  it('goes by itself when nobody takes it away: who asked for it may have given up before it was there', async () => {
    await using here = tempDir('probe');
    vi.useFakeTimers({ toFake: ['setTimeout'] });
    try {
      const name = await makeProbe(here.path);
      vi.advanceTimersByTime(60_000);
      expect(readdirSync(here.path)).toEqual([name]);
      vi.advanceTimersByTime(5_000);
    } finally {
      vi.useRealTimers();
    }
    await until(() => readdirSync(here.path).length === 0, { what: 'it has gone' });
  });

  it('is never another file, whatever the other host names', async () => {
    await using here = tempDir('probe');
    const name = await makeProbe(here.path);
    expect(await seesProbe(here.path, `../${here.path.split('/').at(-1)}/${name}`)).toBe(false);
    await removeProbe(here.path, '../..');
    expect(readdirSync(here.path)).toEqual([name]);
  });
});

describe('how far a move is', () => {
  const params = {
    operation: 5,
    time_elapsed: 2_000n,
    memory_total: 1000n,
    memory_remaining: 400n,
    memory_bps: 100n,
    memory_iteration: 1n,
    disk_total: 500n,
    disk_remaining: 100n,
    disk_bps: 25n,
    downtime: 300n,
  };

  it('is told in numbers of both memory and disks, with the end at this rate', () => {
    expect(progressOf(params)).toEqual({
      phase: 'copying',
      elapsedMs: 2_000,
      memory: { total: 1000, remaining: 400 },
      disk: { total: 500, remaining: 100 },
      bytesPerSecond: 125,
      iteration: 1,
      expectedDowntimeMs: 300,
      expectedEndMs: 4_000,
      slowedBy: null,
    });
    expect(progressOf({ ...params, auto_converge_throttle: 30 })).toMatchObject({ slowedBy: 0.3 });
  });

  it('has no end while the guest writes faster than it is copied, and none before anything is known', () => {
    expect(progressOf({ ...params, memory_dirty_rate: 2n, memory_page_size: 64n }).expectedEndMs).toBeNull();
    const preparing = { phase: 'preparing', expectedEndMs: null, expectedDowntimeMs: null, bytesPerSecond: 0 };
    expect(progressOf({ operation: 5 })).toMatchObject(preparing);
  });
});
