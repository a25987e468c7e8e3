/** The watch itself, on one real libvirt host: asked under two names it shows every guest twice, as two hosts would that both run it. */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLibvirtHost, tempDir, until, type LibvirtHost } from '@chronovirt/testing/lab';
import { Hypervisors, type Asked } from './hypervisors.ts';

const dir = tempDir('watch');
const uuid = randomUUID();
let libvirt: LibvirtHost;

beforeAll(async () => {
  libvirt = await startLibvirtHost({ dir: dir.path, name: 'w' });
  const xml = `<domain type='qemu'><name>twice</name><uuid>${uuid}</uuid><memory unit='MiB'>32</memory><os><type machine='pc'>hvm</type></os></domain>`;
  const file = join(libvirt.diskDir, 'twice.xml');
  writeFileSync(file, xml);
  await libvirt.virsh('create', file);
});

afterAll(async () => {
  await libvirt?.stop();
  dir.remove();
});

/** How often one of the hosts was looked at. */
let looks = 0;

const as = (name: string, isOn = true): Asked => ({
  name,
  uri: libvirt.uri,
  pid: libvirt.pid,
  get isOn() {
    looks += 1;
    return isOn;
  },
});

/** For a few samples: each looks at both hosts, twice where a guest seems to run on both. */
async function watched(hypervisors: Hypervisors) {
  const before = looks;
  hypervisors.watch();
  await until(() => looks > before + 12, { what: 'a few samples', timeoutMs: 60_000 });
  return hypervisors.stop();
}

test('a guest whose processors run on both hosts is noticed at every sample', async () => {
  const { samples, oneSided, both } = await watched(new Hypervisors(as('a'), as('b')));
  expect(samples).toBeGreaterThan(1);
  expect(oneSided).toBe(0);
  expect(both.filter((each) => each.uuid === uuid)).toHaveLength(samples);
});

test('a host that does not answer is counted as such, and not as one that runs nothing', async () => {
  const hypervisors = new Hypervisors(as('a'), as('b', false));
  expect(await hypervisors.see(uuid)).toEqual({ a: 'on', b: null });
  const { samples, oneSided, both } = await watched(hypervisors);
  expect(oneSided).toBe(samples);
  expect(both).toEqual([]);
});

test('a paused guest does not run', async () => {
  await libvirt.virsh('suspend', uuid);
  const hypervisors = new Hypervisors(as('a'), as('b'));
  await until(async () => (await hypervisors.see(uuid))['a'] === 'paused', { what: 'it is paused' });
  expect((await watched(hypervisors)).both).toEqual([]);
});
