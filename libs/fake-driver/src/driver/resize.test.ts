/** Resize and cold move between two simulated hosts, whose storage is one or each its own, over a network that can be cut. */
import { beforeEach, describe, expect, it } from 'vitest';
import { incarnationOf, type ArgsOf, type Observation } from '@chronovirt/contract';
import { SimulatedClock } from '@chronovirt/testing/sim';
import { effectContext, queryContext, type TestContext } from '../testing/effect-context.ts';
import { larger, moveOf, withFlavor } from '../testing/resize-scenarios.ts';
import { sampleGuest } from '../testing/sample-guest.ts';
import { SimulatedSite } from '../world/simulated-site.ts';
import { FakeDriver } from './fake-driver.ts';

const guest = sampleGuest();
const { uuid } = guest.instance;
const move = moveOf(guest, 'a', 'b');

let clock: SimulatedClock;
let site: SimulatedSite;
let ops: number;
beforeEach(() => {
  clock = new SimulatedClock();
  ops = 0;
});

function on(storage: 'shared' | 'separate'): void {
  site = new SimulatedSite({ clock, storage, profile: 'lively' });
}

function effect<T>(
  name: 'a' | 'b',
  run: (driver: FakeDriver, context: TestContext) => Promise<T>,
  op = ++ops,
): Promise<T> {
  const driver = new FakeDriver(site.host(name));
  const context = effectContext(uuid, { clock, mark: { epoch: 1, op }, incarnation: incarnationOf(1000, 1) });
  return clock.settle(run(driver, context));
}

const see = (name: 'a' | 'b'): Promise<Observation> =>
  clock.settle(new FakeDriver(site.host(name)).observe(uuid, queryContext()));
const spawn = (): Promise<void> => effect('a', (driver, context) => driver.spawn(guest, context));
const away = (over: Partial<ArgsOf<'migrateDiskAndPowerOff'>> = {}, op?: number) =>
  effect(
    'a',
    (driver, context) =>
      driver.migrateDiskAndPowerOff(
        { ...guest, dest: 'b:8775', flavor: larger(guest.instance.flavor), migration: move, ...over },
        context,
      ),
    op,
  );
const finish = (): Promise<void> =>
  effect('b', (driver, context) => {
    const sized = withFlavor(guest, larger(guest.instance.flavor));
    return driver.finishMigration(
      { ...sized, migration: move, diskInfo: [], resizeInstance: true, powerOn: true },
      context,
    );
  });
const boots = (name: 'a' | 'b'): number | undefined => site.host(name).find(uuid)?.run?.boot;

describe('a cold move between hosts with storage of their own', () => {
  beforeEach(() => on('separate'));

  it('keeps the files on the source, runs on the destination with its new size, and is final when confirmed', async () => {
    await spawn();
    const facts = await away();
    expect(facts.map(({ path }) => path.split('/').at(-1))).toEqual(['root', 'ephemeral0', 'config']);
    expect(await see('a')).toMatchObject({ power: 'off', disks: ['kept'], leftovers: [] });
    await finish();
    expect(await see('b')).toMatchObject({
      power: 'on',
      disks: ['config', 'ephemeral0', 'root', 'swap'],
      leftovers: [],
    });
    expect(site.host('b').find(uuid)?.stored).toMatchObject({ vcpus: 4, memoryKiB: 1024 * 1024 });
    expect(boots('b')).toBe(2);
    await effect('a', (driver, context) => driver.confirmMigration({ ...guest, migration: move }, context));
    expect(await see('a')).toMatchObject({ domain: 'absent', disks: [], leftovers: [] });
    expect(await see('b')).toMatchObject({ power: 'on' });
  });

  it('turned back, runs on the source as before the move', async () => {
    await spawn();
    await away();
    await finish();
    await effect('b', (driver, context) => driver.destroy(guest, context));
    await effect('a', (driver, context) =>
      driver.finishRevertMigration({ ...guest, migration: move, powerOn: true }, context),
    );
    expect(await see('a')).toMatchObject({ power: 'on', disks: ['config', 'ephemeral0', 'root', 'swap'] });
    expect(site.host('a').find(uuid)?.stored).toMatchObject({ vcpus: 2 });
    expect(boots('a')).toBe(2);
    expect(await see('b')).toMatchObject({ domain: 'absent', disks: [], leftovers: [] });
  });

  it('waits out a cut of the network', async () => {
    await spawn();
    const stop = site.host('a').onPrimitive(({ name }) => {
      if (name !== 'sendFile') return;
      stop();
      site.cut('a', 'b');
      clock.after(8_000, () => site.heal('a', 'b'));
    });
    await away();
    expect(await see('b')).toMatchObject({ disks: ['config', 'ephemeral0', 'root'], leftovers: [] });
  });

  it('is turned back when the network stays cut: the guest can start on the source', async () => {
    await spawn();
    const stop = site.host('a').onPrimitive(({ name, phase }) => {
      if (name !== 'sendFile' || phase !== 'sent') return;
      stop();
      site.cut('a', 'b');
    });
    await expect(away()).rejects.toMatchObject({ code: 'COMMAND_FAILED' });
    expect(await see('a')).toMatchObject({ power: 'off', disks: ['config', 'ephemeral0', 'root', 'swap'] });
    expect((await see('b')).leftovers).toEqual(['directory', 'temporary file .root.part']);
    await effect('b', (driver, context) => driver.destroy(guest, context));
    expect(await see('b')).toMatchObject({ disks: [], leftovers: [] });
    await effect('a', (driver, context) => driver.powerOn(guest, context));
    expect(await see('a')).toMatchObject({ power: 'on' });
  });

  it.each([
    ['waits for no files', 'refused'],
    ['has no agent just now', 'silent'],
  ] as const)('to a host that %s is refused while the guest runs on', async (_what, answer) => {
    await spawn();
    site.host('b').takesFiles = () => answer;
    await expect(away()).rejects.toMatchObject({ code: 'RESIZE_ERROR' });
    expect(await see('a')).toMatchObject({ power: 'on', disks: ['config', 'ephemeral0', 'root', 'swap'] });
  });

  it('that is not expected any more in its middle is turned back', async () => {
    await spawn();
    let asked = 0;
    site.host('b').takesFiles = () => ((asked += 1) > 3 ? 'refused' : 'taken');
    await expect(away()).rejects.toMatchObject({ code: 'COMMAND_FAILED' });
    expect(await see('a')).toMatchObject({ power: 'off', disks: ['config', 'ephemeral0', 'root', 'swap'] });
  });

  it.each([
    [
      'turned back',
      (driver: FakeDriver, context: TestContext) =>
        driver.finishRevertMigration({ ...guest, migration: move, powerOn: true }, context),
    ],
    ['started', (driver: FakeDriver, context: TestContext) => driver.powerOn(guest, context)],
    [
      'rebooted',
      (driver: FakeDriver, context: TestContext) => driver.reboot({ ...guest, rebootType: 'HARD' }, context),
    ],
  ] as const)('killed at any call and %s, the source is as it was', async (_how, back) => {
    let calls = 1;
    for (let n = 1; n <= calls; n += 1) {
      clock = new SimulatedClock();
      ops = 0;
      on('separate');
      await spawn();
      const driver = new FakeDriver(site.host('a'));
      const context = effectContext(uuid, { clock, mark: { epoch: 1, op: 2 }, incarnation: incarnationOf(1000, 2) });
      site.host('a').onPrimitive((point) => {
        if (point.connection !== driver.connection) return;
        if (n === 1) calls = point.n;
        else if (point.n === n && point.phase === 'sent') point.connection.kill();
      });
      let ended = false;
      const args = { ...guest, dest: 'b', flavor: larger(guest.instance.flavor), migration: move };
      void driver.migrateDiskAndPowerOff(args, context).then(() => (ended = true));
      await clock.runUntil(() => ended || !driver.connection.alive);
      await clock.advance(10_000);
      await effect('b', (there, undo) => there.destroy(guest, undo), 3);
      await effect('a', back, 4);
      expect(await see('a'), `killed at call ${n}`).toMatchObject({
        power: 'on',
        disks: ['config', 'ephemeral0', 'root', 'swap'],
        leftovers: [],
      });
      expect(await see('b')).toMatchObject({ domain: 'absent', disks: [], leftovers: [] });
    }
    expect(calls).toBeGreaterThan(5);
  });
});

describe('a cold move on storage that both hosts see', () => {
  beforeEach(() => on('shared'));

  it('sends nothing; confirmed, the source has let go and the files are the guest’s', async () => {
    await spawn();
    let sent = 0;
    site.host('a').onPrimitive(({ name }) => (sent += name === 'sendFile' ? 1 : 0));
    await away();
    expect(sent).toBe(0);
    expect(await see('b')).toMatchObject({ disks: ['config', 'ephemeral0', 'root'] });
    expect(await see('a')).toMatchObject({ disks: ['config', 'ephemeral0', 'kept', 'root'] });
    await finish();
    await effect('a', (driver, context) => driver.confirmMigration({ ...guest, migration: move }, context));
    expect(await see('a')).toMatchObject({ domain: 'absent', disks: ['config', 'ephemeral0', 'root', 'swap'] });
    expect(await see('b')).toMatchObject({ power: 'on', disks: ['config', 'ephemeral0', 'root', 'swap'] });
  });

  it('turned back, the kept files replace what the destination used', async () => {
    await spawn();
    await away();
    await finish();
    // Even who takes the storage for its own leaves what the other host keeps.
    await effect('b', (driver, context) => driver.destroy(guest, context));
    await effect('a', (driver, context) =>
      driver.finishRevertMigration({ ...guest, migration: move, powerOn: true }, context),
    );
    expect(await see('a')).toMatchObject({ power: 'on', disks: ['config', 'ephemeral0', 'root', 'swap'] });
    expect(boots('a')).toBe(2);
  });
});

it.each([
  ['root', { rootGiB: 3 }],
  ['ephemeral', { ephemeralGiB: 0 }],
])('a smaller %s disk is refused before anything is touched', async (_disk, smaller) => {
  on('separate');
  await spawn();
  const before = boots('a');
  const flavor = { ...guest.instance.flavor, ...smaller };
  await expect(away({ flavor })).rejects.toMatchObject({ code: 'RESIZE_ERROR' });
  expect(await see('a')).toMatchObject({ power: 'on', disks: ['config', 'ephemeral0', 'root', 'swap'], leftovers: [] });
  expect(boots('a')).toBe(before);
});
