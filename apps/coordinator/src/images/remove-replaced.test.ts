import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Backup } from '@chronovirt/contract';
import { isReadable } from '@chronovirt/runtime';
import { get, post, runs } from '../testing/requests.ts';
import { SimulatedCloud } from '../testing/simulated-cloud.ts';

let cloud: SimulatedCloud;
beforeEach(async () => {
  cloud = await new SimulatedCloud().start();
});
afterEach(() => cloud.stop());

/** The backups that an instance keeps once another one was made. */
async function backedUp(name: string, rotation = 1): Promise<readonly Backup[]> {
  const answer = await post(cloud, `/v1/instances/${name}/commands`, {
    name: 'backup',
    args: { name: 'nightly', rotation },
  });
  if (answer.status !== 202) throw new Error(JSON.stringify(answer.body));
  const since = `${String(answer.body['host'])}:${String(answer.body['seq'])}`;
  await expect
    .poll(async () => (await get(cloud, `/v1/instances/${name}?since=${since}`)).body['imageWork'])
    .toBeNull();
  const [uuid] = [...cloud.model.entries()].filter((entry) => entry.name === name).map((entry) => entry.uuid);
  const last = await cloud.journal.last('h1', uuid as never);
  return last !== null && isReadable(last) ? (last.message.state.parts.backups ?? []) : [];
}

/** Brings what was made into the store, as the host does. */
async function stored({ sha256 }: Backup, by = 'agent-h1'): Promise<string> {
  const facts = { format: 'qcow2' as const, bytes: 8, virtualBytes: 8 };
  const record = { sha256, name: 'nightly', ...facts, uploaded: Date.now(), by };
  await cloud.images.put(record, () => Readable.from([Buffer.from('its disk')]));
  return sha256;
}

const isThere = async (sha256: string): Promise<boolean> => (await cloud.images.find(sha256)) !== null;

test('a backup that a newer one replaces leaves the store; the newer one stays', async () => {
  await runs(cloud, 'web');
  const first = await stored((await backedUp('web'))[0]!);
  const kept = await backedUp('web');
  expect(kept).toHaveLength(1);
  const second = await stored(kept[0]!);
  expect(second).not.toBe(first);
  await expect.poll(() => isThere(first)).toBe(false);
  expect(await isThere(second)).toBe(true);
});

test('what a person brought in stays, and what could not be removed goes with the next', async () => {
  await runs(cloud, 'web');
  const first = await stored((await backedUp('web'))[0]!, 'ada');
  await backedUp('web');
  const { images } = cloud;
  const remove = images.remove.bind(images);
  let refused = 0;
  images.remove = async () => {
    refused += 1;
    throw new Error('the store is away');
  };
  const [second] = await backedUp('web');
  await stored(second!);
  await backedUp('web');
  await expect.poll(() => refused).toBeGreaterThan(0);
  expect(await isThere(second!.sha256)).toBe(true);
  images.remove = remove;
  await backedUp('web');
  await expect.poll(() => isThere(second!.sha256)).toBe(false);
  expect(await isThere(first)).toBe(true);
});

test('one that an instance was made from stays as long as that is there', async () => {
  await runs(cloud, 'web');
  const first = await stored((await backedUp('web'))[0]!);
  const made = { name: 'copy', image: first, flavor: { vcpus: 1, memoryMiB: 128 } };
  expect(await post(cloud, '/v1/instances', made)).toMatchObject({ status: 202 });
  const second = await stored((await backedUp('web'))[0]!);
  await backedUp('web');
  await expect.poll(() => isThere(second)).toBe(false);
  expect(await isThere(first)).toBe(true);
});
