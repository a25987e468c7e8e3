import { POST_COPY_FAILED, type ChronovirtError } from '@chronovirt/contract';
import { describe, expect, it } from 'vitest';
import { queryContext } from '../testing/effect-context.ts';
import { MoveBench } from '../testing/move-bench.ts';
import { SimulatedHost } from '../world/simulated-host.ts';
import { FakeDriver } from './fake-driver.ts';

const here = { domain: 'defined', power: 'on', busy: null } as const;
const nowhere = { domain: 'absent', power: 'absent' } as const;
const code = (error: unknown): string => (error as ChronovirtError).code;
const storages = ['shared', 'separate'] as const;

async function ready(storage: 'shared' | 'separate', seed = 1): Promise<MoveBench> {
  const bench = await new MoveBench(storage, {}, seed).spawn();
  await bench.check();
  return bench;
}

/** Both hosts are ready for a guest that writes faster than it is copied, and may go over before its memory. */
async function inPostCopy(): Promise<MoveBench> {
  const liveMigration = { postCopy: true, landing: 'running', lockManager: 'lockd' } as const;
  const bench = await new MoveBench('shared', { liveMigration }).spawn();
  await bench.check();
  await bench.prepare();
  bench.host('a').busyGuests.add(bench.uuid);
  return bench;
}

describe.each(storages)('a live migration on %s storage', (storage) => {
  it('brings the guest over: same boot, one copy, the mark of the last step in both definitions', async () => {
    const bench = await ready(storage);
    await bench.move();
    expect(bench.calls).toEqual(['post']);
    expect(await bench.observe('a')).toMatchObject(nowhere);
    expect(await bench.observe('b')).toMatchObject(here);
    const { run, stored } = bench.host('b').find(bench.uuid)!;
    expect(run).toMatchObject({ boot: 1, movedBy: null });
    expect(run?.definition.mark).toEqual(stored?.mark);
    expect(
      bench
        .host('b')
        .files.view(bench.uuid)
        ?.files.map(({ content }) => content),
    ).not.toContain('partly received');
  });

  it('leaves a guest paused that was paused before', async () => {
    const bench = await ready(storage);
    bench.guest.instance.vmState = 'paused';
    await bench.clock.settle(bench.agent('a').pause(bench.guest, bench.context()));
    await bench.move();
    expect(await bench.observe('b')).toMatchObject({ ...here, power: 'paused', reason: 'user' });
  });

  it.each(['before', 'sent', 'answered'] as const)(
    'ends as once, whichever step its agent dies in, %s a call',
    async (phase) => {
      for (const step of ['prepare', 'copy', 'arrive'] as const) {
        for (let n = 1; ; n++) {
          const bench = await ready(storage, n);
          const side = step === 'copy' ? 'a' : 'b';
          if (step !== 'prepare') await bench.prepare();
          if (step === 'arrive')
            await bench.clock.settle(bench.agent('a').liveMigration(bench.moving(), bench.context()));
          const context = bench.context();
          const block = bench.context();
          const run = async (driver: FakeDriver): Promise<void> => {
            if (step === 'copy') return await driver.liveMigration(bench.moving(), context);
            if (step === 'arrive') return await driver.postLiveMigrationAtDestination(bench.arriving(), context);
            await driver.preLiveMigration(bench.preparing(), context);
            if (bench.data?.blockMigration === true) await driver.preBlockMigration(bench.preparing(), block);
          };
          const ended = await bench.killedAt(side, run, { n, phase });
          const next = bench.agent(side);
          await bench.clock.settle(next.barrier(bench.uuid, context));
          const again = run(next).then(
            () => 'moved',
            () => 'stayed',
          );
          const fate = await bench.clock.settle(again);
          if (step === 'prepare')
            await bench.clock.settle(bench.agent('a').liveMigration(bench.moving(), bench.context()));
          if (step === 'copy' && fate === 'stayed') {
            // It died after it had noted itself and before it ordered: nothing moved, and nothing is ordered a second time.
            expect(await bench.observe('a')).toMatchObject(here);
            expect(bench.host('b').find(bench.uuid)).toBeNull();
          } else {
            if (step !== 'arrive')
              await bench.clock.settle(
                bench.agent('b').postLiveMigrationAtDestination(bench.arriving(), bench.context()),
              );
            expect(await bench.observe('a')).toMatchObject(nowhere);
            expect(await bench.observe('b')).toMatchObject(here);
            expect(bench.host('b').find(bench.uuid)?.run?.boot).toBe(1);
          }
          if (ended === 'done') break;
        }
      }
    },
  );

  it('is undone by a destroy on the other side, which leaves nothing there and the guest as it was', async () => {
    const bench = await ready(storage);
    await bench.prepare();
    const keep = storage === 'shared';
    await bench.clock.settle(bench.agent('b').destroy({ ...bench.guest, destroyDisks: !keep }, bench.context()));
    expect(await bench.observe('a')).toMatchObject(here);
    const left = await bench.observe('b');
    expect({ ...left, disks: keep ? [] : left.disks }).toMatchObject({ ...nowhere, disks: [], leftovers: [] });
  });
});

describe('a live migration that does not arrive', () => {
  it('says that it was cancelled when a person aborts it; the call that aborts ends with it', async () => {
    const bench = await ready('shared');
    await bench.prepare();
    bench.host('a').busyGuests.add(bench.uuid);
    const agent = bench.agent('a');
    const moving = bench.clock.settle(agent.liveMigration(bench.moving(), bench.context()).catch(code));
    await bench.clock.advance(5000);
    expect(await bench.observe('a')).toMatchObject({ busy: 'migrating' });
    expect(await bench.observe('b')).toMatchObject({ power: 'paused', reason: 'migration', busy: 'migrating' });
    await bench.clock.settle(agent.steerMigration(bench.uuid, 'abort', bench.context()));
    expect(await bench.observe('a')).toMatchObject(here);
    expect(await moving).toBe('HYPERVISOR_ERROR');
    expect(bench.calls).toEqual(['cancelled']);
  });

  it('says that it failed, once, and leaves the guest to the source', async () => {
    const bench = await ready('shared');
    await bench.prepare();
    bench.site.onMigration(({ step }) => {
      if (step === 'copying') bench.site.cut('a', 'b');
    });
    const end = bench.agent('a').liveMigration(bench.moving(), bench.context()).catch(code);
    expect(await bench.clock.settle(end)).toBe('HYPERVISOR_ERROR');
    expect(bench.calls).toEqual(['failed']);
    expect(await bench.observe('a')).toMatchObject(here);
    expect(await bench.observe('b')).toMatchObject(nowhere);
  });

  it('has no outcome while the daemon is away: run again it joins what goes on, or finds it ended', async () => {
    const bench = await ready('shared');
    await bench.prepare();
    bench.site.onMigration(({ step }) => {
      if (step === 'copying') bench.host('a').restartDaemon();
    });
    const [agent, context] = [bench.agent('a'), bench.context()];
    expect(await bench.clock.settle(agent.liveMigration(bench.moving(), context).catch(code))).toBe(
      'HYPERVISOR_UNAVAILABLE',
    );
    expect(bench.calls).toEqual([]);
    expect(await bench.clock.settle(agent.liveMigration(bench.moving(), context).catch(code))).toBe('MIGRATION_ERROR');
    expect(bench.calls).toEqual(['failed']);
    expect(await bench.observe('a')).toMatchObject(here);
  });

  it('leaves a source paused for migration when its daemon died at the end; it goes on when it is let', async () => {
    const bench = await ready('shared');
    await bench.prepare();
    bench.site.onMigration(({ step }) => {
      if (step === 'paused') bench.host('a').restartDaemon();
    });
    const [agent, context] = [bench.agent('a'), bench.context()];
    await bench.clock.settle(agent.liveMigration(bench.moving(), context).catch(code));
    expect(await bench.clock.settle(agent.liveMigration(bench.moving(), context).catch(code))).toBe('MIGRATION_ERROR');
    expect(await bench.observe('a')).toMatchObject({ power: 'paused', reason: 'migration', busy: null });
    expect(await bench.observe('b')).toMatchObject(nowhere);
    await bench.clock.settle(agent.unpause(bench.guest, bench.context()));
    expect(await bench.observe('a')).toMatchObject(here);
  });

  it('may be ordered again as another operation, and arrives then', async () => {
    const bench = await ready('separate');
    await bench.prepare();
    bench.site.cut('a', 'b');
    await bench.clock.settle(bench.agent('a').liveMigration(bench.moving(), bench.context()).catch(code));
    bench.site.heal('a', 'b');
    await bench.clock.settle(bench.agent('a').liveMigration(bench.moving(), bench.context()));
    expect(bench.calls).toEqual(['failed', 'post']);
    expect(bench.host('b').find(bench.uuid)?.run?.boot).toBe(1);
  });
});

it('a simulated host that stands alone lets nothing go', async () => {
  const bench = await new MoveBench('shared').spawn();
  const alone = new SimulatedHost({ clock: bench.clock, files: bench.host('a').files });
  const driver = new FakeDriver(alone);
  await bench.clock.settle(driver.spawn({ ...bench.guest }, bench.context()));
  const destCheckData = { ...(await bench.check()), blockMigration: null };
  const { context, instance, blockDeviceInfo } = bench.guest;
  const asked = driver.checkCanLiveMigrateSource({ context, instance, destCheckData, blockDeviceInfo }, queryContext());
  expect(await bench.clock.settle(asked.catch(code))).toBe('MIGRATION_PRE_CHECK_ERROR');
});

describe('steering', () => {
  it('brings a guest over that writes faster than it is copied, at the price of a pause', async () => {
    const bench = await ready('shared');
    await bench.prepare();
    bench.host('a').busyGuests.add(bench.uuid);
    const agent = bench.agent('a');
    const moving = agent.liveMigration(bench.moving(), bench.context());
    await bench.clock.advance(20_000);
    const progress = await bench.clock.settle(agent.migrationProgress(bench.uuid, queryContext()));
    expect(progress).toMatchObject({ phase: 'copying', expectedEndMs: null, memory: { total: 512 * 2 ** 20 } });
    await bench.clock.settle(agent.steerMigration(bench.uuid, 'forceComplete', bench.context()));
    await bench.clock.settle(moving);
    await bench.clock.settle(bench.agent('b').postLiveMigrationAtDestination(bench.arriving(), bench.context()));
    expect(await bench.observe('b')).toMatchObject(here);
    expect(await bench.clock.settle(agent.migrationProgress(bench.uuid, queryContext()))).toBeNull();
  });

  it('switches to post-copy where that is allowed', async () => {
    const liveMigration = {
      postCopy: true,
      landing: 'running',
      lockManager: 'lockd',
      forceComplete: 'postCopy',
    } as const;
    const options = { liveMigration };
    const bench = await new MoveBench('shared', options).spawn();
    await bench.check();
    await bench.prepare();
    bench.host('a').busyGuests.add(bench.uuid);
    const agent = bench.agent('a');
    const moving = agent.liveMigration(bench.moving(), bench.context());
    await bench.clock.advance(20_000);
    await bench.clock.settle(agent.steerMigration(bench.uuid, 'forceComplete', bench.context()));
    await bench.clock.settle(moving);
    expect(bench.calls).toEqual(['post']);
    expect(await bench.observe('b')).toMatchObject(here);
  });

  it('waits for a post-copy that broke off, whoever waits, and brings it on when that is ordered', async () => {
    const bench = await inPostCopy();
    const source = bench.agent('a');
    const recover = (to: string) =>
      bench.clock.settle(source.recoverMigration(bench.uuid, to, bench.context()).then(() => 'ordered', code));
    const progress = () => bench.clock.settle(source.migrationProgress(bench.uuid, queryContext()));
    const op = bench.context();
    const moving = bench.agent('a').liveMigration(bench.moving(), op);
    await bench.clock.advance(20_000);
    await bench.clock.settle(source.steerMigration(bench.uuid, 'postCopy', bench.context()));
    expect(await progress()).toMatchObject({ phase: 'post-copy' });
    expect(await recover('b')).toBe('INSTANCE_INVALID_STATE');
    bench.site.resetStreams('a', 'b');
    await bench.clock.advance(90_000);
    for (const side of ['a', 'b'] as const)
      expect(await bench.observe(side)).toMatchObject({
        busy: POST_COPY_FAILED,
        power: side === 'a' ? 'paused' : 'on',
      });
    expect(await progress()).toMatchObject({ phase: POST_COPY_FAILED });
    expect(bench.calls).toEqual([]);
    // Another agent joins under the same operation, and waits as well.
    const joined = bench.agent('a').liveMigration(bench.moving(), op);
    await bench.clock.advance(90_000);
    expect(bench.calls).toEqual([]);
    expect(await recover('nowhere')).toBe('INSTANCE_INVALID_STATE');
    expect(await recover('b')).toBe('ordered');
    await bench.clock.settle(Promise.all([moving, joined]));
    expect(bench.calls).toEqual(['post', 'post']);
    expect(await bench.observe('a')).toMatchObject({ domain: 'absent' });
    await bench.clock.settle(bench.agent('b').postLiveMigrationAtDestination(bench.arriving(), bench.context()));
    expect(await bench.observe('b')).toMatchObject(here);
  });

  it('has moved where its post-copy ended unattended, though a definition stays behind', async () => {
    const bench = await inPostCopy();
    const moving = bench.agent('a').liveMigration(bench.moving(), bench.context());
    await bench.clock.advance(20_000);
    await bench.clock.settle(bench.agent('a').steerMigration(bench.uuid, 'postCopy', bench.context()));
    bench.site.cut('a', 'b');
    await bench.clock.advance(60_000);
    expect(bench.calls).toEqual([]);
    bench.site.heal('a', 'b');
    await bench.clock.settle(moving);
    expect(bench.calls).toEqual(['post']);
    expect(await bench.observe('a')).toMatchObject({ domain: 'defined', power: 'off', reason: 'migrated' });
    expect(await bench.observe('b')).toMatchObject(here);
  });

  it('is refused where nothing moves, and for what the move does not allow for', async () => {
    const bench = await ready('shared');
    const agent = bench.agent('a');
    const refusal = (how: 'abort' | 'postCopy') =>
      bench.clock.settle(agent.steerMigration(bench.uuid, how, bench.context()).catch(code));
    expect(await refusal('abort')).toBe('INSTANCE_INVALID_STATE');
    await bench.prepare();
    bench.host('a').busyGuests.add(bench.uuid);
    void agent.liveMigration(bench.moving(), bench.context()).catch(code);
    await bench.clock.advance(5000);
    expect(await refusal('postCopy')).toBe('INSTANCE_INVALID_STATE');
    expect(await refusal('abort')).toBeUndefined();
  });

  it('refuses settings that do not go together', () => {
    const { site } = new MoveBench('shared');
    expect(() => new FakeDriver(site.host('a'), { liveMigration: { postCopy: true } })).toThrow('landing "running"');
    expect(() => new FakeDriver(site.host('a'), { liveMigration: { landing: 'running' } })).toThrow(
      'liveMigration.landing: "running" can leave two copies',
    );
    expect(() => new FakeDriver(site.host('a'), { liveMigration: { forceComplete: 'postCopy' } })).toThrow('allowed');
  });
});
