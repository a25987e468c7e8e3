import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DirectoryImageStore, ImageNotFoundError, ImageUnacceptableError } from './index.ts';
import { notedImages, setAside, settleAside } from './made-note.ts';

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
  const stored = await store.put(chunks('boot ', 'me'), 'raw');
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
    const kept = await store.keep(copy, leave, {
      announce: async (image) => {
        expect(image.sha256).toBe(sha256);
        expect(await readdir(join(dir, 'd'))).toEqual(['copy.tmp']);
      },
    });
    expect(kept).toEqual({ sha256, file: join(dir, 'd', sha256), format: 'raw', bytes: 6, virtualBytes: 512 });
    expect(await readdir(join(dir, 'd'))).toEqual([sha256, `${sha256}.json`]);
    expect(await store.find(sha256)).toEqual(kept);
    expect(await store.remove(sha256)).toBe(true);
    expect(await store.remove(sha256)).toBe(false);
    expect(await store.find(sha256)).toBe(null);
    expect(await readdir(join(dir, 'd'))).toEqual([]);
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

describe('an image that the system made', () => {
  const leave = { signal, check: () => {} };
  const [web, db] = ['0b6e0d0e-0000-4000-8000-000000000001', '0b6e0d0e-0000-4000-8000-000000000002'] as never[];
  const sha256 = createHash('sha256').update('a disk').digest('hex');
  let store: DirectoryImageStore;
  let at = '';
  let n = 0;
  beforeEach(() => void (store = new DirectoryImageStore((at = join(dir, `made-${(n += 1)}`)))));

  async function keep(madeFor?: never): Promise<void> {
    const file = join(dir, `copy-${n}.tmp`);
    await writeFile(file, 'a disk');
    await store.keep(file, leave, { madeFor });
  }
  const isThere = async (): Promise<boolean> => (await store.find(sha256)) !== null;

  it('is listed with the instances that it was made for, and goes as it was listed, with all that was kept beside it', async () => {
    expect(await store.made()).toEqual([]);
    await keep(web);
    await keep(db);
    await keep(web);
    const [made] = await store.made();
    expect(made).toEqual({ sha256, madeFor: [web, db], revision: expect.any(String) as string });
    expect(await store.removeMade(made!)).toBe(true);
    expect(await readdir(at)).toEqual([]);
    expect(await store.removeMade(made!)).toBe(false);
  });

  it('stays when it was made again since it was listed, for the same instance or by a person, whose it then stays', async () => {
    await keep(web);
    const [first] = await store.made();
    await keep(web);
    expect(await store.removeMade(first!)).toBe(false);
    expect(await isThere()).toBe(true);
    const [second] = await store.made();
    await keep();
    expect(await store.made()).toEqual([]);
    expect(await store.removeMade(second!)).toBe(false);
    await keep(web);
    expect(await store.made()).toEqual([]);
    expect(await isThere()).toBe(true);
  });

  it('is a person’s where it lay without a note, or with one that nobody can read', async () => {
    await keep(web);
    await rm(join(at, `${sha256}.json`));
    await keep(web);
    expect(await store.made()).toEqual([]);
    await writeFile(join(at, `${sha256}.json`), '{"v":2}');
    expect(await store.made()).toEqual([]);
    await keep(web);
    expect(await store.made()).toEqual([]);
  });

  it('goes also where an earlier removal was broken off, at whatever point', async () => {
    await keep(web);
    const [made] = await store.made();
    const file = join(at, sha256);
    await rename(file, `${file}.1.gone`);
    expect(await store.made()).toEqual([made]);
    expect(await store.removeMade(made!)).toBe(true);
    // Another removal may be about to put it back; not for an hour.
    expect(await readdir(at)).toEqual([`${sha256}.1.gone`]);
    await notedImages(at, Date.now() + 3_700_000);
    expect(await readdir(at)).toEqual([]);
    await keep(web);
    await rm(file);
    const [noted] = await store.made();
    expect(await store.removeMade(noted!)).toBe(true);
    expect(await readdir(at)).toEqual([]);
  });

  it('is not lost to a removal that goes on while it is made again, whichever comes first', async () => {
    await keep(web);
    const [first] = await store.made();
    const before = await setAside(at, first!);
    await keep(web);
    expect(await settleAside(at, first!, before)).toBe(false);
    expect(await isThere()).toBe(true);
    const [second] = await store.made();
    await keep(web);
    const after = await setAside(at, second!);
    expect(await isThere()).toBe(false);
    expect(await settleAside(at, second!, after)).toBe(false);
    expect(await isThere()).toBe(true);
    expect((await readdir(at)).toSorted()).toEqual([sha256, `${sha256}.json`]);
  });
});
