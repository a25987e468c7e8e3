import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

describe('a finished file', () => {
  const leave = { signal, check: () => {} };
  async function finished(name: string, content = 'a disk'): Promise<string> {
    await mkdir(join(dir, name), { recursive: true });
    await writeFile(join(dir, name, 'copy.tmp'), content);
    return join(dir, name, 'copy.tmp');
  }

  it('is taken over by its hash, said just before, found, and taken out again', async () => {
    const store = new DirectoryImageStore(join(dir, 'd'));
    const sha256 = createHash('sha256').update('a disk').digest('hex');
    const copy = await finished('d');
    const kept = await store.keep(copy, leave, async (image) => {
      expect(image.sha256).toBe(sha256);
      expect(await readdir(join(dir, 'd'))).toEqual(['copy.tmp']);
    });
    expect(kept).toEqual({ sha256, file: join(dir, 'd', sha256), format: 'raw', bytes: 6, virtualBytes: 512 });
    expect(await readdir(join(dir, 'd'))).toEqual([sha256]);
    expect(await store.find(sha256)).toEqual(kept);
    expect(await store.remove(sha256)).toBe(true);
    expect(await store.remove(sha256)).toBe(false);
    expect(await store.find(sha256)).toBe(null);
  });

  it('stays where it is when it must not be booted, or the right to go on is gone', async () => {
    const store = new DirectoryImageStore(join(dir, 'e'));
    await expect(store.keep(await finished('e', 'KDMV is no disk'), leave)).rejects.toThrow(ImageUnacceptableError);
    const gone = {
      signal,
      check: () => {
        throw new Error('no longer due');
      },
    };
    await expect(store.keep(await finished('e'), gone)).rejects.toThrow('no longer due');
    expect(await readdir(join(dir, 'e'))).toEqual(['copy.tmp']);
  });
});
