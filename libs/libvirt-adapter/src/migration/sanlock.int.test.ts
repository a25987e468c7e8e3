/** Live migration where sanlock is what keeps a guest from running on two hosts: libvirt lets it go on over there by itself. */
import { join } from 'node:path';
import { useSanlock } from '@chronovirt/testing/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadedLockManager } from '../host/lock-manager.ts';
import { MoveLab, MovingGuest } from '../testing/move-lab.ts';

const isFull = process.env['CHRONOVIRT_FULL'] === '1';
const settings = { landing: 'running', lockManager: 'sanlock' } as const;
const here = { domain: 'defined', power: 'on', busy: null } as const;

let lab: MoveLab;
beforeAll(async () => {
  if (!isFull) return;
  lab = await MoveLab.start('sanlock');
  for (const [at, host] of lab.hosts.hosts.entries()) await useSanlock(host, at + 1, join(host.sharedDir, '_leases'));
  await Promise.all(lab.hosts.hosts.map((host) => host.restart()));
});
afterAll(() => lab?.stop());

/** Starts the guest of one host on the other by hand, with the same disks; what libvirt says. */
async function startedTwice(guest: MovingGuest, from: 'a' | 'b', to: 'a' | 'b'): Promise<string> {
  const xml = await lab.host(from).virsh('dumpxml', '--security-info', guest.name);
  const file = join(lab.hosts.storage, '_twice.xml');
  await lab.host(to).exec(['sh', '-c', 'cat > "$1"', 'sh', file], { input: xml });
  return await lab.host(to).virsh('create', file).catch(String);
}

describe.runIf(isFull)('sanlock', () => {
  it('is seen in the daemon, keeps a guest to one host, and lets it go on where it has moved', async () => {
    for (const host of lab.hosts.hosts) expect(await loadedLockManager(host.uri)).toBe('sanlock');
    const guest = await MovingGuest.start(lab, { storage: 'shared', settings });
    expect(await startedTwice(guest, 'a', 'b')).toMatch(/Lease is held by another host/);
    await guest.check();
    await guest.prepare();
    const before = guest.count('a');
    await guest.move();
    expect(guest.calls).toEqual(['post']);
    // By libvirt itself: nobody else has let it go on.
    expect(await guest.observe('b')).toMatchObject(here);
    await guest.arrive();
    await guest.countsOn('b', before);
    expect(await startedTwice(guest, 'b', 'a')).toMatch(/Lease is held by another host/);
    await guest.remove();
  });
});
