/** Live migration between two real libvirt hosts, with a driver process in each: storage that both see, and storage of their own. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EffectContext } from '@chronovirt/contract';
import { Libvirt } from '@chronovirt/libvirt';
import { until } from '@chronovirt/testing/lab';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { queryContext } from '../testing/effect-context.ts';
import { MoveLab, MovingGuest } from '../testing/move-lab.ts';
import { parseCapabilities } from '../xml/capabilities.ts';
import { whatIsLacking } from './compare-cpu.ts';

let lab: MoveLab;
beforeAll(async () => {
  lab = await MoveLab.start('live');
});
afterAll(() => lab?.stop());

const here = { domain: 'defined', power: 'on', busy: null } as const;
const nowhere = { domain: 'absent', power: 'absent' } as const;

describe.each(['shared', 'separate'] as const)('a live migration on %s storage', (storage) => {
  it('brings the guest over, which goes on counting; nothing is left behind', async () => {
    const guest = await MovingGuest.start(lab, { storage });
    const data = await guest.check();
    expect(data).toMatchObject({ blockMigration: storage === 'separate', isSharedInstancePath: storage === 'shared' });
    await guest.prepare();
    const before = guest.count('a');
    const began = performance.now();
    await guest.move();
    expect(guest.calls).toEqual(['post']);
    expect(await guest.observe('b')).toMatchObject({ domain: 'defined', power: 'paused', reason: 'user', busy: null });
    expect(await guest.observe('a')).toMatchObject(nowhere);
    const context = guest.context();
    await guest.arrive(context);
    expect(await guest.observe('b')).toMatchObject({ ...here, mark: context.mark });
    // From where it was: once in a second at most.
    const after = await guest.countsOn('b', before);
    expect(after - before).toBeLessThan((performance.now() - began) / 1000 + 2);
    if (storage === 'separate') {
      const drive = (side: 'a' | 'b') => readFileSync(join(lab.outside(side, storage), guest.uuid, 'disk.config'));
      expect(drive('b').equals(drive('a'))).toBe(true);
    }
    await guest.clear('a', storage === 'separate');
    await guest.countsOn('b', before);
    await guest.remove();
    for (const side of ['a', 'b'] as const)
      expect(await guest.observe(side)).toMatchObject({ ...nowhere, disks: [], leftovers: [] });
  });
});

/** The port on which hosts' daemons hear each other. */
const LIBVIRT_PORT = 16509;
/** Keepalives of half a minute are some 200 bytes; the word that ends a copy is much longer. */
const LONGER_THAN_PINGS = 400;

/** What lies unread in the connections of a daemon to others. */
function unreadBytes(pid: number): number {
  const lines = readFileSync(`/proc/${pid}/net/tcp`, 'utf8').split('\n').slice(1);
  const connections = lines.map((line) => line.trim().split(/\s+/));
  return connections
    .filter(([, local, , state]) => state === '01' && Number.parseInt(local?.split(':')[1] ?? '', 16) === LIBVIRT_PORT)
    .reduce((sum, [, , , , queues]) => sum + Number.parseInt(queues?.split(':')[1] ?? '0', 16), 0);
}

describe('a move that something befalls', () => {
  /** One guest for all of it: until the last test it stays on, or comes back to, host a. */
  let guest: MovingGuest;
  beforeAll(async () => {
    guest = await MovingGuest.start(lab, { storage: 'shared', settings: { bandwidthMiBps: 8 } });
  });
  afterAll(() => guest?.remove());
  // A test that fails is not to take the others with it.
  afterEach(() => lab.hosts.healNetwork());

  const isUnderWay = () =>
    until(
      async () => {
        const progress = await guest.a.driver.migrationProgress!(guest.uuid, queryContext());
        return progress?.phase === 'copying' && progress.bytesPerSecond > 0 ? progress : null;
      },
      { timeoutMs: 60_000, what: 'memory is copied' },
    );
  /**
   * Little is left to copy: whoever stops the destination's daemon now has the end of the copy well within the half minute for which the
   * source takes a silent daemon for alive.
   */
  const nearsItsEnd = () =>
    until(
      async () => {
        const progress = await guest.a.driver.migrationProgress!(guest.uuid, queryContext());
        return progress !== null && progress.memory.remaining < 24 * 2 ** 20;
      },
      { timeoutMs: 120_000, everyMs: 50, what: 'the copy nears its end' },
    );
  /** All is copied, the source has paused the guest, and its word to take it over lies where the stopped daemon will find it. */
  const standsStill = () =>
    until(
      async () =>
        (await lab.host('a').virsh('domstate', '--reason', guest.name)).startsWith('paused') &&
        unreadBytes(lab.host('b').pid!) > LONGER_THAN_PINGS,
      { timeoutMs: 90_000, everyMs: 50, what: 'the source has paused the guest and said so' },
    );
  const began = async (
    context = guest.context(),
  ): Promise<{ readonly end: Promise<string>; readonly context: EffectContext }> => {
    guest.calls.length = 0;
    await guest.check();
    await guest.prepare();
    const end = guest.move(context).then(
      () => 'moved',
      (error: { code: string }) => error.code,
    );
    await isUnderWay();
    return { end, context };
  };

  it('shows what goes on: busy on both sides, numbers for a person', async () => {
    const { end } = await began();
    const progress = await isUnderWay();
    expect(progress.memory.total).toBeGreaterThan(96 * 2 ** 20);
    expect(progress.bytesPerSecond).toBeGreaterThan(0);
    expect(await guest.observe('a')).toMatchObject({ power: 'on', busy: 'migrating' });
    expect(await guest.observe('b')).toMatchObject({ power: 'paused', reason: 'migration', busy: 'migrating' });
    await guest.a.driver.steerMigration!(guest.uuid, 'abort', guest.context());
    expect(await guest.observe('a')).toMatchObject(here);
    expect(await guest.observe('b')).toMatchObject(nowhere);
    expect(await end).toBe('HYPERVISOR_ERROR');
    expect(guest.calls).toEqual(['cancelled']);
    expect(await guest.a.driver.migrationProgress!(guest.uuid, queryContext())).toBeNull();
  });

  it('fails when the network stays away, once, and the guest counts on where it was; the other half goes', async () => {
    const { end } = await began();
    await lab.hosts.cutNetwork();
    const before = guest.count('a');
    await guest.countsOn('a', before);
    expect(await end).toBe('HYPERVISOR_ERROR');
    expect(guest.calls).toEqual(['failed']);
    expect(await guest.observe('a')).toMatchObject(here);
    await lab.hosts.healNetwork();
    await until(async () => (await guest.observe('b')).power === 'absent', {
      timeoutMs: 60_000,
      what: 'the half is gone',
    });
  });

  it("has no outcome when the source's daemon dies; run again it finds the move ended, and orders no second one", async () => {
    const { end, context } = await began();
    await lab.host('a').kill('SIGKILL');
    expect(await end).toBe('HYPERVISOR_UNAVAILABLE');
    expect(guest.calls).toEqual([]);
    await lab.host('a').restart();
    await expect(guest.move(context)).rejects.toMatchObject({ code: 'MIGRATION_ERROR' });
    expect(guest.calls).toEqual(['failed']);
    expect(await guest.observe('a')).toMatchObject(here);
    await until(async () => (await guest.observe('b')).power === 'absent', {
      timeoutMs: 60_000,
      what: 'the half is gone',
    });
  });

  it('leaves the source paused for migration when both daemons die at the end; it goes on when it is let', async () => {
    const { end, context } = await began();
    await nearsItsEnd();
    await lab.host('b').kill('SIGSTOP');
    await standsStill();
    await lab.host('a').kill('SIGKILL');
    await lab.host('b').kill('SIGKILL');
    await end;
    await Promise.all([lab.host('a').restart(), lab.host('b').restart()]);
    await expect(guest.move(context)).rejects.toMatchObject({ code: 'MIGRATION_ERROR' });
    expect(await guest.observe('a')).toMatchObject({ power: 'paused', reason: 'migration', busy: null });
    expect(await guest.observe('b')).toMatchObject(nowhere);
    const before = guest.count('a');
    await guest.a.driver.unpause!({ instance: guest.args.instance }, guest.context());
    await guest.countsOn('a', before);
  });

  it('runs on one side at most when the network fails in the very moment in which it lands', async () => {
    const { end } = await began();
    await nearsItsEnd();
    await lab.host('b').kill('SIGSTOP');
    await standsStill();
    // The destination has all of it and the word to take it over; its answer will not arrive.
    await lab.hosts.cutNetwork();
    await lab.host('b').kill('SIGCONT');
    await until(async () => (await guest.observe('b')).busy === null, { timeoutMs: 30_000, what: 'it has landed' });
    expect(await guest.observe('b')).toMatchObject({ power: 'paused', reason: 'user' });
    expect(await end).not.toBe('moved');
    expect(await guest.observe('a')).toMatchObject({ power: 'on', reason: 'migration-canceled' });
    expect(await guest.observe('b')).toMatchObject({ power: 'paused' });
    await lab.hosts.healNetwork();
    expect(await guest.observe('b')).toMatchObject({ power: 'paused' });
    await guest.clear('b', false);
    await guest.countsOn('a', guest.count('a'));
  });

  it('goes on when its agent is killed; the next one joins it, and the guest counts on over there', async () => {
    const { context } = await began();
    const before = guest.count('a');
    await guest.a.kill();
    guest.a = await lab.driver('a', 'shared', guest.settings);
    await guest.move(context);
    expect(guest.calls).toEqual(['post']);
    expect(await guest.observe('a')).toMatchObject(nowhere);
    await guest.arrive();
    await guest.countsOn('b', before);
  });
});

describe('a guest that writes faster than it is copied', () => {
  const writing = '#!/bin/sh\nlab-count\n(while :; do yes abcdefg | head -c 8000000 > /run/fill; done) &\n';
  const start = (settings: object) =>
    MovingGuest.start(lab, {
      storage: 'shared',
      userData: writing,
      memoryMiB: 128,
      settings: { bandwidthMiBps: 2, maxDowntimeMs: 200, ...settings },
    });
  const order = async (guest: MovingGuest): Promise<{ readonly end: Promise<void> }> => {
    await guest.check();
    await guest.prepare();
    const end = guest.move();
    end.catch(() => {});
    await until(
      async () => ((await guest.a.driver.migrationProgress!(guest.uuid, queryContext()))?.iteration ?? 0) > 2,
      { timeoutMs: 120_000, what: 'its memory was gone through more than once' },
    );
    return { end };
  };

  it('is brought over at the price of a pause', async () => {
    const guest = await start({});
    const { end } = await order(guest);
    const before = guest.count('a');
    await guest.a.driver.steerMigration!(guest.uuid, 'forceComplete', guest.context());
    await end;
    await guest.arrive();
    await guest.countsOn('b', before);
    await guest.remove();
  });

  describe('where libvirt locks the disks of guests', () => {
    const withSettings = (change: string) =>
      Promise.all(
        lab.hosts.hosts.map(async (host) => {
          await host.exec(['sh', '-c', change]);
          await host.restart();
        }),
      );
    beforeAll(() => withSettings(`echo 'lock_manager = "lockd"' >> /etc/libvirt/qemu.conf && virtlockd -d`));
    afterAll(() => withSettings('sed -i /lock_manager/d /etc/libvirt/qemu.conf'));

    it('goes over before its memory, where post-copy is allowed', async () => {
      const guest = await start({
        postCopy: true,
        landing: 'running',
        lockManager: 'lockd',
        forceComplete: 'postCopy',
      });
      const { end } = await order(guest);
      const before = guest.count('a');
      await guest.a.driver.steerMigration!(guest.uuid, 'forceComplete', guest.context());
      await end;
      expect(guest.calls).toEqual(['post']);
      expect(await guest.observe('b')).toMatchObject(here);
      await guest.arrive();
      await guest.countsOn('b', before);
      await guest.remove();
    });
  });
});

describe('storage that libvirt does not take for shared, though both hosts see it', () => {
  it('lets no guest go, unless the operator says that it is safe', async () => {
    const guest = await MovingGuest.start(lab, { storage: 'untrusted' });
    await guest.check();
    await guest.prepare();
    await expect(guest.move()).rejects.toThrow('Unsafe migration');
    expect(guest.calls).toEqual(['failed']);
    expect(await guest.observe('a')).toMatchObject(here);
    // Nor where only one of the hosts says that its memory goes encrypted, or one has nothing to encrypt it with.
    const { b: other } = guest;
    guest.a = await lab.driver('a', 'untrusted', { nativeTls: true });
    await expect(guest.check()).rejects.toThrow(
      'liveMigration.nativeTls: true here on host-a, false at the destination; set it to the same on both',
    );
    guest.b = await lab.driver('b', 'untrusted', { nativeTls: true });
    await expect(guest.check()).rejects.toMatchObject({
      code: 'MIGRATION_PRE_CHECK_ERROR',
      message: expect.stringMatching(
        /nativeTls is set on host-b, but \/etc\/pki\/qemu\/server-cert.pem is not there; /,
      ),
    });
    guest.b = other;
    guest.a = await lab.driver('a', 'untrusted', { trustSharedStorage: true, autoConverge: true });
    const before = guest.count('a');
    await guest.move();
    await guest.arrive();
    await guest.countsOn('b', before);
    await guest.remove();
  });
});

describe('the CPU of another host', () => {
  it('is found the same here as that of this host, and lacking by name when it can do more', async () => {
    const libvirt = await Libvirt.connect({ uri: lab.host('a').uri });
    try {
      const { cpu, arch } = parseCapabilities(await libvirt.connectGetCapabilities({}));
      const own = { arch, ...cpu };
      expect(await whatIsLacking(libvirt, own, {})).toBeNull();
      expect(await whatIsLacking(libvirt, { ...own, features: [] }, {})).toBeNull();
      const strange = ['sgx', 'la57', 'amx-tile', 'xop'].find((name) => !cpu.features.includes(name))!;
      expect(await whatIsLacking(libvirt, { ...own, features: [...cpu.features, strange] }, {})).toContain(strange);
    } finally {
      await libvirt.close({ graceMs: 500 });
    }
  });
});
