/** What the system made for itself goes where it lies, once nobody needs it: in a whole cloud with the HTTP API. */
import { Readable } from 'node:stream';
import type { Backup, InstanceSpec } from '@chronovirt/contract';
import { isReadable, specIn } from '@chronovirt/runtime';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { get, post, remove, restsIn, runs } from '../testing/requests.ts';
import { SimulatedCloud } from '../testing/simulated-cloud.ts';

let cloud: SimulatedCloud;
beforeEach(async () => {
  cloud = await new SimulatedCloud().start();
});
afterEach(() => cloud.stop());

/** A pass begins a moment after what caused it. */
const eventually = <T>(look: () => T | Promise<T>) => expect.poll(look, { timeout: 10_000 });

const uuidOf = (name: string): string => [...cloud.model.entries()].find((entry) => entry.name === name)?.uuid ?? '';

async function order(instance: string, name: string, args: object = {}): Promise<void> {
  const answer = await post(cloud, `/v1/instances/${instance}/commands`, { name, args });
  if (answer.status !== 202) throw new Error(JSON.stringify(answer.body));
  const since = `${String(answer.body['host'])}:${String(answer.body['seq'])}`;
  await expect
    .poll(async () => (await get(cloud, `/v1/instances/${instance}?since=${since}`)).body['imageWork'])
    .toBeNull();
}

/** The backups that an instance keeps once another one was made. */
async function backedUp(name: string, rotation = 1): Promise<readonly Backup[]> {
  await order(name, 'backup', { name: 'nightly', rotation });
  const last = await cloud.journal.last('h1', uuidOf(name) as never);
  return last !== null && isReadable(last) ? (last.message.state.parts.backups ?? []) : [];
}

/** The last spec that the host stored of it. */
async function specOf(name: string): Promise<InstanceSpec> {
  let found: InstanceSpec | undefined;
  for await (const stored of cloud.journal.read('h1', uuidOf(name) as never))
    found = (isReadable(stored) ? specIn(stored.message) : undefined) ?? found;
  if (found === undefined) throw new Error(`no spec of ${name}`);
  return found;
}

const inStore = async (): Promise<string[]> => (await cloud.images.list()).map(({ sha256 }) => sha256).toSorted();
const onHost = (): string[] => cloud.sim.files.images().toSorted();

/** In the store and on the host that made it. */
async function liesWhere(sha256: string): Promise<string[]> {
  return [...((await inStore()).includes(sha256) ? ['store'] : []), ...(onHost().includes(sha256) ? ['h1'] : [])];
}

describe('backups', () => {
  test('one that a newer one replaces leaves host and store; the newer one stays', async () => {
    await runs(cloud, 'web');
    const [first] = await backedUp('web');
    expect(await liesWhere(first!.sha256)).toEqual(['store', 'h1']);
    const [second] = await backedUp('web');
    await eventually(() => liesWhere(first!.sha256)).toEqual([]);
    expect(await liesWhere(second!.sha256)).toEqual(['store', 'h1']);
  });

  test('what a person brought in stays, also where the system had made it; what could not be removed goes later', async () => {
    await runs(cloud, 'web');
    const [first] = await backedUp('web');
    const record = await cloud.images.find(first!.sha256);
    await cloud.images.put({ ...record!, name: 'mine', by: 'ada', madeFor: undefined } as never, () =>
      Readable.from([]),
    );
    const { images } = cloud;
    const removeMade = images.removeMade.bind(images);
    let refused = 0;
    images.removeMade = async () => {
      refused += 1;
      throw new Error('the store is away');
    };
    const [second] = await backedUp('web');
    await backedUp('web');
    await eventually(() => refused).toBeGreaterThan(0);
    expect(await liesWhere(second!.sha256)).toContain('store');
    images.removeMade = removeMade;
    await backedUp('web');
    await eventually(() => liesWhere(second!.sha256)).toEqual([]);
    expect(await liesWhere(first!.sha256)).toEqual(['store']);
    expect(await cloud.images.find(first!.sha256)).toMatchObject({ name: 'mine', by: 'ada' });
  });

  test('one that an instance was made from stays as long as that is there; and what is kept of a deleted one stays', async () => {
    await runs(cloud, 'web');
    const [first] = await backedUp('web');
    const made = { name: 'copy', image: first!.sha256, flavor: { vcpus: 1, memoryMiB: 128 } };
    expect(await post(cloud, '/v1/instances', made)).toMatchObject({ status: 202 });
    const [second] = await backedUp('web');
    const [third] = await backedUp('web');
    await eventually(() => liesWhere(second!.sha256)).toEqual([]);
    expect(await liesWhere(first!.sha256)).toContain('store');
    await order('web', 'delete');
    await restsIn(cloud, 'copy', 'running');
    await order('copy', 'shelve');
    await restsIn(cloud, 'copy', 'shelved');
    await order('copy', 'unshelve');
    const shelves = async (): Promise<string[]> =>
      (await cloud.images.list()).filter(({ name }) => name === 'copy-shelved').map(({ sha256 }) => sha256);
    await eventually(shelves).toEqual([]);
    expect(await liesWhere(third!.sha256)).toEqual(['store', 'h1']);

    // Where a person has removed what was left, equal content that another instance makes is that one's alone.
    const left = await cloud.images.find(third!.sha256);
    expect(await remove(cloud, `/v1/images/${third!.sha256}`)).toMatchObject({ status: 200 });
    await cloud.images.put({ ...left!, madeFor: [uuidOf('copy') as never] }, () => Readable.from(['its disk']));
    await backedUp('copy');
    await backedUp('copy');
    await eventually(() => liesWhere(third!.sha256)).toEqual(['h1']);
  });
});

describe('the image of a shelf', () => {
  async function onShelf(name: string): Promise<string> {
    await runs(cloud, name);
    await order(name, 'shelve');
    await restsIn(cloud, name, 'shelved');
    const { shelved } = await specOf(name);
    expect(await liesWhere(shelved!.sha256)).toEqual(['store', 'h1']);
    return shelved!.sha256;
  }

  test('goes when its guest is started where it is, and a person’s snapshots stay', async () => {
    await runs(cloud, 'other');
    await order('other', 'snapshot', { name: 'mine' });
    const [mine] = onHost();
    const image = await onShelf('web');
    await order('web', 'unshelve');
    await restsIn(cloud, 'web', 'running');
    await eventually(() => liesWhere(image)).toEqual([]);
    expect(await liesWhere(mine!)).toEqual(['store', 'h1']);
    expect(await cloud.images.find(mine!)).not.toHaveProperty('madeFor');
  });

  test('goes with an instance that is deleted on the shelf, on its host or off it', async () => {
    const here = await onShelf('here');
    const away = await onShelf('away');
    await order('away', 'offload');
    await restsIn(cloud, 'away', 'offloaded');
    for (const name of ['here', 'away']) await order(name, 'delete');
    for (const image of [here, away]) await eventually(() => liesWhere(image)).toEqual([]);
  });

  test('is what a guest rests on that is made from it: it goes with that, and no person takes it out before', async () => {
    const image = await onShelf('web');
    await order('web', 'offload');
    await restsIn(cloud, 'web', 'offloaded');
    await order('web', 'unshelve');
    await restsIn(cloud, 'web', 'running');
    expect((await specOf('web')).restsOn?.sha256).toBe(image);
    expect(await remove(cloud, `/v1/images/${image}`)).toMatchObject({ status: 409, body: { code: 'IN_USE' } });
    await order('web', 'pause');
    await restsIn(cloud, 'web', 'paused');
    expect(await liesWhere(image)).toEqual(['store', 'h1']);
    await order('web', 'unpause');
    await restsIn(cloud, 'web', 'running');
    await order('web', 'rebuild');
    await eventually(async () => (await specOf('web')).restsOn).toBeUndefined();
    await eventually(() => liesWhere(image)).toEqual([]);
  });

  test('shows whose it is, and is a person’s once one has brought the same content', async () => {
    const image = await onShelf('web');
    expect((await get(cloud, `/v1/images/${image}`)).body).toMatchObject({
      name: 'web-shelved',
      by: 'agent-h1',
      madeFor: [uuidOf('web')],
    });
    const record = await cloud.images.find(image);
    const { madeFor: _, ...mine } = record!;
    await cloud.images.put({ ...mine, name: 'mine', by: 'ada' }, () => Readable.from([]));
    await order('web', 'unshelve');
    await eventually(() => liesWhere(image)).toEqual(['store']);
  });
});
