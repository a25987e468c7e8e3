import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { DirectoryImageStore, ImageNotFoundError, ImageUnacceptableError } from './index.ts';

let dir = '';
beforeAll(async () => void (dir = await mkdtemp(join(tmpdir(), 'store-'))));
afterAll(() => rm(dir, { recursive: true, force: true }));

async function* chunks(...parts: (string | Error)[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (part instanceof Error) throw part;
    yield Buffer.from(part);
  }
}
const signal = new AbortController().signal;

it('gives back what it took, by the hash of the content', async () => {
  const store = new DirectoryImageStore(join(dir, 'a'));
  const stored = await store.put(chunks('boot ', 'me'));
  expect(stored).toMatchObject({ format: 'raw', bytes: 7, virtualBytes: 512 });
  let read = '';
  for await (const chunk of await store.open(stored.sha256, signal)) read += Buffer.from(chunk).toString();
  expect(read).toBe('boot me');
});

it('stores nothing of an image that is refused or that breaks off', async () => {
  const store = new DirectoryImageStore(join(dir, 'b'));
  await expect(store.put(chunks('KDMV is no disk'))).rejects.toThrow(ImageUnacceptableError);
  await expect(store.put(chunks('half', new Error('line cut')))).rejects.toThrow('line cut');
  expect(await readdir(join(dir, 'b'))).toEqual([]);
});

it('says so when it does not hold an image, and takes no path for a hash', async () => {
  const store = new DirectoryImageStore(join(dir, 'c'));
  await expect(store.open('0'.repeat(64), signal)).rejects.toThrow(ImageNotFoundError);
  await expect(store.open('../../etc/shadow', signal)).rejects.toThrow('sha256');
});
