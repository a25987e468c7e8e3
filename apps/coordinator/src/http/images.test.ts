import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { HEADER_BYTES, writeEmptyQcow2 } from '@chronovirt/images';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { Readable } from 'node:stream';
import type { ImageRef } from '@chronovirt/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { answered, get, post, remove, restsIn, runs, type Answered } from '../testing/requests.ts';
import { SimulatedCloud } from '../testing/simulated-cloud.ts';

let cloud: SimulatedCloud;
beforeAll(async () => {
  cloud = await new SimulatedCloud({ config: { maxImageBytes: 4 * 1024 * 1024 } }).start();
});
afterAll(() => cloud.stop());

const incoming = (): string[] => {
  const directory = join(cloud.directory, 'incoming');
  return existsSync(directory) ? readdirSync(directory) : [];
};

/** Random bytes under a boot sector's signature. */
function someDisk(bytes = 8192): Buffer {
  const disk = randomBytes(bytes);
  disk.writeUInt16LE(0xaa55, 510);
  return disk;
}

async function upload(content: Uint8Array, query: string): Promise<Answered> {
  return answered(await cloud.fetch(`/v1/images?${query}`, { method: 'POST', body: new Uint8Array(content) }));
}

async function qcow2(backing?: { file: string; format: 'qcow2' | 'raw' }): Promise<Buffer> {
  const directory = await mkdtemp(join(tmpdir(), 'chronovirt-image-'));
  try {
    const handle = await open(join(directory, 'disk'), 'wx+');
    await writeEmptyQcow2(handle, 1024 ** 3, ...(backing === undefined ? [] : [backing as never]));
    await handle.close();
    return await readFile(join(directory, 'disk'));
  } finally {
    await rm(directory, { recursive: true });
  }
}

test('an image is taken in once: hashed, its format read from its content, then found by hash and by name', async () => {
  const content = await qcow2();
  const sha256 = createHash('sha256').update(content).digest('hex');
  const first = await upload(content, 'name=debian');
  expect(first).toMatchObject({
    status: 201,
    body: { sha256, name: 'debian', format: 'qcow2', bytes: content.length, virtualBytes: 1024 ** 3 },
  });
  expect(await upload(content, 'name=other')).toMatchObject({ status: 200, body: { sha256, name: 'debian' } });
  expect(await get(cloud, '/v1/images/debian')).toMatchObject({ body: { sha256 } });
  expect(await get(cloud, `/v1/images/${sha256}`)).toMatchObject({ body: { name: 'debian' } });
  expect(incoming()).toEqual([]);
});

test('an image says what its guests are like; other properties than it has are not slipped in later', async () => {
  const content = someDisk();
  const properties = { hw_qemu_guest_agent: 'yes', os_require_quiesce: 'yes' };
  const query = 'name=quiet&hw_qemu_guest_agent=yes&os_require_quiesce=yes';
  expect(await upload(content, query)).toMatchObject({ status: 201, body: { properties } });
  expect(await get(cloud, '/v1/images/quiet')).toMatchObject({ body: { properties } });
  expect(await upload(content, query)).toMatchObject({ status: 200, body: { properties } });
  expect(await upload(content, 'name=again')).toMatchObject({ status: 200, body: { properties } });
  expect(await upload(content, 'name=loud&os_require_quiesce=no')).toMatchObject({
    status: 409,
    body: { code: 'IMAGE_EXISTS', field: 'os_require_quiesce', detail: expect.stringContaining('upload it again') },
  });
  const plain = someDisk();
  expect((await upload(plain, 'name=plain')).body).not.toHaveProperty('properties');
  expect(await upload(plain, 'name=plain&hw_qemu_guest_agent=yes')).toMatchObject({ status: 409 });
  const made = await cloud.fetch('/v1/instances?dryRun=true', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'quiet', image: 'quiet', flavor: { vcpus: 1, memoryMiB: 128 } }),
  });
  expect(await answered(made)).toMatchObject({ body: { spec: { image: { properties } } } });
});

test('an image may say how long its guests get to shut down, in seconds', async () => {
  const content = someDisk();
  for (const wrong of ['soon', '-1', '3601', '1.5'])
    expect(await upload(content, `name=slow&os_shutdown_timeout=${wrong}`)).toMatchObject({
      status: 400,
      body: { field: 'os_shutdown_timeout' },
    });
  const properties = { os_shutdown_timeout: '300' };
  expect(await upload(content, 'name=slow&os_shutdown_timeout=300')).toMatchObject({
    status: 201,
    body: { properties },
  });
});

test('an image that points to a file of the host is refused with the reason, and nothing is left of it', async () => {
  const before = (await get(cloud, '/v1/images')).body['images'] as unknown[];
  const answer = await upload(await qcow2({ file: '/etc/shadow', format: 'raw' }), 'name=evil');
  expect(answer).toMatchObject({ status: 400, body: { code: 'IMAGE_UNACCEPTABLE' } });
  expect(String(answer.body['detail'])).toMatch(/backing file/);
  expect((await get(cloud, '/v1/images')).body['images']).toHaveLength(before.length);
  expect(incoming()).toEqual([]);
});

test.each([
  ['name=a&format=qcow2', 'IMAGE_UNACCEPTABLE', /said to be qcow2 but its content is raw/],
  [`name=b&sha256=${'0'.repeat(64)}`, 'INVALID_INPUT', /hashes to/],
  ['format=raw', 'INVALID_INPUT', /name/],
  ['name=c&sha256=xyz', 'INVALID_INPUT', /64 hexadecimal/],
  ['name=d&os_require_quiesce=yes', 'INVALID_INPUT', /os_require_quiesce: needs hw_qemu_guest_agent=yes/],
  ['name=d&os_require_quiesce=maybe', 'INVALID_INPUT', /os_require_quiesce: expected one of yes, no/],
  ['name=d&hw_disk_bus=scsi', 'INVALID_INPUT', /hw_disk_bus/],
])('an upload that is not what it says (%s) is refused', async (query, code, reason) => {
  const answer = await upload(someDisk(4096), query);
  expect(answer).toMatchObject({ status: 400, body: { code } });
  expect(String(answer.body['detail'])).toMatch(reason);
  expect(incoming()).toEqual([]);
});

test('nobody takes for a raw disk what does not look like one, unless it is said; a page of the web is none whatever is said', async () => {
  const odd = randomBytes(4096);
  const refused = await upload(odd, 'name=odd');
  expect(refused).toMatchObject({ status: 400, body: { code: 'IMAGE_UNACCEPTABLE' } });
  expect(String(refused.body['detail'])).toMatch(/^the image is no qcow2, and nothing .* in the API format=raw$/);
  expect(await upload(odd, 'name=odd&format=raw')).toMatchObject({ status: 201, body: { format: 'raw' } });
  expect(await upload(odd, 'name=odd')).toMatchObject({ status: 200 });
  const page = Buffer.from('<html>404 Not Found</html>');
  for (const query of ['name=page', 'name=page&format=raw', 'name=page&format=qcow2'])
    expect(String((await upload(page, query)).body['detail'])).toMatch(/^the image is a page of the web/);
});

test('an empty one, a compressed one and one that is too large are refused', async () => {
  expect(String((await upload(new Uint8Array(0), 'name=empty')).body['detail'])).toMatch(/empty|expected the bytes/);
  expect(
    String(
      (await upload(Buffer.concat([Buffer.from([0x1f, 0x8b, 8]), randomBytes(HEADER_BYTES)]), 'name=gz')).body[
        'detail'
      ],
    ),
  ).toMatch(/gunzip/);
  expect(await upload(Buffer.alloc(5 * 1024 * 1024, 1), 'name=large')).toMatchObject({ status: 413 });
  expect(incoming()).toEqual([]);
});

test('an upload that breaks off leaves nothing', async () => {
  const before = (await get(cloud, '/v1/images')).body['images'] as unknown[];
  const controller = new AbortController();
  const body = new ReadableStream<Uint8Array>({
    start: (stream) => stream.enqueue(randomBytes(100_000)),
    pull: () => controller.abort(),
  });
  const request = cloud.fetch('/v1/images?name=broken', {
    method: 'POST',
    body,
    signal: controller.signal,
    duplex: 'half',
  } as RequestInit);
  await expect(request).rejects.toThrow();
  await expect.poll(incoming).toEqual([]);
  expect((await get(cloud, '/v1/images')).body['images']).toHaveLength(before.length);
});

test('two images of one name are told apart by their hash', async () => {
  const [a, b] = [someDisk(4096), someDisk(4096)];
  await upload(a, 'name=twice');
  await upload(b, 'name=twice');
  const answer = await get(cloud, '/v1/images/twice');
  expect(answer).toMatchObject({ status: 400, body: { field: 'image' } });
  expect(String(answer.body['detail'])).toMatch(/2 images are called "twice" \([0-9a-f]{16}…, [0-9a-f]{16}…\)/);
  const sha256 = createHash('sha256').update(a).digest('hex');
  for (const digits of [8, 16, 63])
    expect(await get(cloud, `/v1/images/${sha256.slice(0, digits)}`)).toMatchObject({ status: 200, body: { sha256 } });
  expect(await get(cloud, `/v1/images/${sha256.slice(0, 7)}`)).toMatchObject({ status: 404 });
  expect(await get(cloud, '/v1/images/00000000')).toMatchObject({ status: 404 });
});

test('an image in use is not removed unless it is forced', async () => {
  await runs(cloud, 'user-of-it');
  const answer = await remove(cloud, '/v1/images/disk-of-user-of-it');
  expect(answer).toMatchObject({ status: 409, body: { code: 'IN_USE' } });
  expect(String(answer.body['detail'])).toMatch(/1 instances? .*user-of-it/);
  expect(await remove(cloud, '/v1/images/disk-of-user-of-it?force')).toMatchObject({ status: 200 });
  expect(await get(cloud, '/v1/images/disk-of-user-of-it')).toMatchObject({ status: 404 });
});

test('what shelving made of a disk is in use as long as the instance is on the shelf', async () => {
  await runs(cloud, 'on-the-shelf');
  expect(await post(cloud, '/v1/instances/on-the-shelf/commands', { name: 'shelve' })).toMatchObject({ status: 202 });
  await restsIn(cloud, 'on-the-shelf', 'shelved');
  const { body } = await get(cloud, '/v1/instances/on-the-shelf/history');
  const entries = body['entries'] as { message: { events: { data?: { spec?: { shelved?: ImageRef } } }[] } }[];
  const [made] = entries.flatMap(({ message }) => message.events.flatMap(({ data }) => data?.spec?.shelved ?? []));
  // As an agent brings it into the store.
  const record = { ...made!, uploaded: Date.now(), by: 'agent-h1' };
  await cloud.images.put(record, () => Readable.from([Buffer.from('its disk')]));
  const answer = await remove(cloud, '/v1/images/on-the-shelf-shelved');
  expect(answer).toMatchObject({ status: 409, body: { code: 'IN_USE' } });
  expect(String(answer.body['detail'])).toContain('on-the-shelf');
  const on = (host: string): Promise<Answered> =>
    post(cloud, '/v1/instances/on-the-shelf/commands', { name: 'unshelve', args: { host } });
  expect(await on('nowhere')).toMatchObject({ status: 400, body: { field: 'args.host' } });
  expect(await on('h1')).toMatchObject({ status: 202 });
  await restsIn(cloud, 'on-the-shelf', 'running');
  expect(await remove(cloud, '/v1/images/on-the-shelf-shelved')).toMatchObject({ status: 200 });
});

test('a dry run is about the order with its arguments', async () => {
  await runs(cloud, 'backed-up');
  const path = '/v1/instances/backed-up/commands';
  const backup = (name: string, rotation: number): object => ({ name: 'backup', args: { name, rotation } });
  const { body } = await post(cloud, path, backup('nightly', 2));
  const since = `since=${String(body['host'])}:${String(body['seq'])}`;
  await expect
    .poll(async () => (await get(cloud, `/v1/instances/backed-up?${since}`)).body['imageWork'], { timeout: 5_000 })
    .toBeNull();
  expect((await post(cloud, `${path}?dryRun`, backup('nightly', 32))).body).toMatchObject({ allowed: true });
  const tooMany = backup('weekly', 32);
  const told = (await post(cloud, `${path}?dryRun`, tooMany)).body;
  expect(told).toMatchObject({ command: 'backup', allowed: false, guard: 'backupRoom' });
  expect((await post(cloud, path, tooMany)).body).toMatchObject({ guard: 'backupRoom', detail: told['fact'] });
});

test('a root disk that the image does not fit on is refused with what would fit', async () => {
  await upload(await qcow2(), 'name=debian');
  const init = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: 'tight', image: 'debian', flavor: { vcpus: 1, memoryMiB: 128, rootGiB: 0.5 } }),
  };
  const answer = await answered(await cloud.fetch('/v1/instances', init));
  expect(answer).toMatchObject({ status: 400, body: { field: 'flavor.rootGiB' } });
  expect(String(answer.body['detail'])).toMatch(
    /has a disk of \S+ [MG]iB, which does not fit on 512 MiB; ask for \d+ GiB or more/,
  );
});
