import { expect, test } from 'vitest';
import { Bench } from '../testing/bench.ts';

const demands = { image_os_require_quiesce: 'yes', image_hw_qemu_guest_agent: 'yes' };

/** What a snapshot of a guest that runs ends with; its image demands frozen file systems. */
async function snapshotOf(bench: Bench): Promise<unknown> {
  const { driver, context } = bench.agent();
  const instance = { ...bench.guest.instance, systemMetadata: demands };
  const order = { ...bench.guest, instance, imageId: 'evening', updateTaskState: async () => {} };
  return await bench.clock.settle(driver.snapshot(order, context).catch((error: unknown) => error));
}

async function running(): Promise<Bench> {
  const bench = new Bench('lively');
  await bench.prepare((driver, guest, context) => driver.spawn(guest, context));
  return bench;
}

test('where an agent answers, a snapshot that demands frozen file systems is made, and hands the demand on', async () => {
  const bench = await running();
  bench.host.agentGuests.add(bench.uuid);
  expect(await snapshotOf(bench)).toMatchObject({
    name: 'evening',
    properties: { os_require_quiesce: 'yes', hw_qemu_guest_agent: 'yes' },
  });
});

test('where none does, or the guest stands still, there is none', async () => {
  const bench = await running();
  expect(await snapshotOf(bench)).toMatchObject({ code: 'INSTANCE_QUIESCE_FAILED' });
  bench.host.agentGuests.add(bench.uuid);
  await bench.prepare((driver, guest, context) => driver.pause(guest, context));
  expect(await snapshotOf(bench)).toMatchObject({ code: 'INSTANCE_QUIESCE_FAILED' });
  expect(bench.host.files.images()).toEqual([]);
  expect(await bench.observe()).toMatchObject({ power: 'paused', leftovers: [] });
});
