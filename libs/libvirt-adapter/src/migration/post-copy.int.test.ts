/** Post-copy between two real libvirt hosts whose network goes away in the middle: what libvirt does by itself, and what we do. */
import { POST_COPY_FAILED } from '@chronovirt/contract';
import { until } from '@chronovirt/testing/lab';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { queryContext } from '../testing/effect-context.ts';
import { MoveLab, MovingGuest } from '../testing/move-lab.ts';

const here = { domain: 'defined', power: 'on', busy: null } as const;
const writing = '#!/bin/sh\nlab-count\n(while :; do yes abcdefg | head -c 8000000 > /run/fill; done) &\n';
const settings = {
  bandwidthMiBps: 4,
  postCopy: true,
  landing: 'running',
  lockManager: 'lockd',
} as const;

let lab: MoveLab;
const inBoth = (command: string) => Promise.all(lab.hosts.hosts.map((host) => host.exec(['sh', '-c', command])));
const isFull = process.env['CHRONOVIRT_FULL'] === '1';
beforeAll(async () => {
  if (!isFull) return;
  lab = await MoveLab.start('post');
  await inBoth(`echo 'lock_manager = "lockd"' >> /etc/libvirt/qemu.conf && virtlockd -d`);
  // A cable on which memory takes its time, also when libvirt sets no limit: post-copy knows none.
  await inBoth(
    'tc qdisc add dev uplink root handle 1: htb default 1 && tc class add dev uplink parent 1: classid 1:1 htb rate 16mbit',
  );
  for (const host of lab.hosts.hosts) await host.restart();
});
afterAll(() => lab?.stop());
afterEach(async () => {
  await lab.hosts.healNetwork();
  await inBoth('sysctl -qw net.ipv4.tcp_retries2=15');
});

const busy = async (guest: MovingGuest, side: 'a' | 'b'): Promise<string | null> => (await guest.observe(side)).busy;

/** A guest that runs at the destination while its memory still comes; `end`: how its move ended. */
async function inPostCopy(): Promise<{
  readonly guest: MovingGuest;
  readonly end: Promise<string>;
  readonly before: number;
}> {
  const guest = await MovingGuest.start(lab, { storage: 'shared', userData: writing, memoryMiB: 128, settings });
  await guest.check();
  await guest.prepare();
  const end = guest.move(guest.context(600_000)).then(
    () => 'moved',
    (error: { code: string }) => error.code,
  );
  const progress = () => guest.a.driver.migrationProgress!(guest.uuid, queryContext());
  await until(async () => ((await progress())?.bytesPerSecond ?? 0) > 0, { timeoutMs: 60_000, what: 'it is copied' });
  const before = guest.count('a');
  // Allowed, so it is the way to an end.
  await guest.a.driver.steerMigration!(guest.uuid, 'forceComplete', guest.context());
  await until(async () => (await guest.observe('b')).power === 'on', { timeoutMs: 60_000, what: 'it runs over there' });
  return { guest, end, before };
}

// Minutes: libvirt itself takes half a one to find that nobody answers.
describe.runIf(isFull)('a network in post-copy', () => {
  it('goes away, and comes back within TCP’s patience: the source says that it failed, QEMU goes on, libvirt ends it, and so do we', async () => {
    const { guest, end, before } = await inPostCopy();
    await lab.hosts.cutNetwork();
    await until(async () => (await busy(guest, 'a')) === POST_COPY_FAILED, { timeoutMs: 60_000, what: 'A says so' });
    // Its processors run over there, as far as their memory goes; nothing runs here.
    expect(await guest.observe('a')).toMatchObject({ power: 'paused', busy: POST_COPY_FAILED });
    expect(await guest.observe('b')).toMatchObject({ power: 'on', busy: 'migrating (post-copy)' });
    expect(await guest.a.driver.migrationProgress!(guest.uuid, queryContext())).toMatchObject({
      phase: POST_COPY_FAILED,
    });
    await expect(guest.a.driver.steerMigration!(guest.uuid, 'abort', guest.context())).rejects.toMatchObject({
      code: 'INSTANCE_INVALID_STATE',
    });
    // It cannot be brought on while the destination is not reached.
    const recovery = guest.a.driver.recoverMigration!(guest.uuid, 'nowhere.invalid', guest.context());
    await expect(recovery).rejects.toMatchObject({ code: 'INSTANCE_INVALID_STATE' });
    await lab.hosts.healNetwork();
    expect(await end).toBe('moved');
    expect(guest.calls).toEqual(['post']);
    await guest.arrive();
    expect(await guest.observe('b')).toMatchObject(here);
    await guest.countsOn('b', before);
    await guest.remove();
  });
});
