/** A create that takes an image out of the cache while it is cleared, here or on another host of the same storage. */
import { mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { InstanceUuid } from '@chronovirt/contract';
import { DirectoryImageStore } from '@chronovirt/images';
import { silentLog } from '@chronovirt/runtime';
import { tempDir } from '@chronovirt/testing/lab';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { effectContext, hostContext } from '../testing/effect-context.ts';
import { instanceRecord, someUuid } from '../testing/records.ts';
import { BaseImages } from './base-image.ts';
import { manageImageCache } from './image-cache.ts';
import { ensureDirectory, ensureDisks } from './instance-disks.ts';
import { InstanceDirectory } from './instance-directory.ts';

const DAY = 86_400;
const context = { requestId: 'req-cache', userId: null, projectId: null, isAdmin: true };

let dir: ReturnType<typeof tempDir>;
let instances: string;
let store: DirectoryImageStore;
let image: { readonly sha256: string; readonly format: 'raw' };
let file: string;
let aside: string;
let fetched = 0;
beforeEach(async () => {
  dir = tempDir('cache');
  instances = join(dir.path, 'instances');
  store = new DirectoryImageStore(join(dir.path, 'store'));
  const content = async function* () {
    yield Buffer.alloc(65_536, 'image');
  };
  image = { sha256: (await store.put(content(), 'raw')).sha256, format: 'raw' };
  mkdirSync(join(instances, '_base'), { recursive: true });
  file = join(instances, '_base', `${image.sha256}.raw`);
  aside = `${file}.gone`;
  fetched = 0;
});
afterEach(() => dir.remove());

const source = {
  open: (sha256: string, signal: AbortSignal) => {
    fetched += 1;
    return store.open(sha256, signal);
  },
};
const clear = (images: readonly string[] = [], settings: { imageCacheAgeSeconds?: number } = {}): Promise<void> =>
  manageImageCache(
    { settings: { instancesDirectory: instances, log: silentLog, ...settings } as never },
    { context, allInstances: images.map((imageRef) => instanceRecord({ imageRef })) },
    hostContext(),
  );
/** As an agent does it: another one for another host. */
async function create(images = new BaseImages({ find: async () => null }, source, null)): Promise<InstanceUuid> {
  const uuid = someUuid();
  const effect = effectContext(uuid);
  const directory = new InstanceDirectory(instances, uuid);
  const root = {
    role: 'root',
    file: 'disk',
    format: 'qcow2',
    bytes: 2 ** 20,
    backing: image,
    fileSystem: null,
  } as const;
  const record = { v: 1, machine: 'pc', nicModel: 'virtio', disks: [{ ...root, madeBy: effect.mark }] } as const;
  await ensureDirectory(directory, effect);
  await ensureDisks(directory, record as never, images, effect, { mayMake: () => true, contentOf: () => null });
  return uuid;
}
function place(path: string, ageSeconds: number): void {
  writeFileSync(path, Buffer.alloc(65_536, 'image'));
  const then = Date.now() / 1000 - ageSeconds;
  utimesSync(path, then, then);
}
const cached = (): string[] => readdirSync(join(instances, '_base'));

it('removes what was wanted last a day ago, and what another host set aside so and did not remove', async () => {
  place(file, DAY + 60);
  await clear();
  expect(cached()).toEqual([]);
  place(aside, DAY + 60);
  await clear();
  expect(cached()).toEqual([]);
});

it('gives an image back that was touched after it had been found old, and set aside', async () => {
  place(aside, 0);
  await clear();
  expect(cached()).toEqual([`${image.sha256}.raw`]);
});

it('gives an image back that turned out to be in use', async () => {
  place(aside, DAY + 60);
  await clear([image.sha256]);
  expect(cached()).toEqual([`${image.sha256}.raw`]);
  await create();
  expect(fetched).toBe(0);
  place(aside, DAY + 60);
  rmSync(file);
  await clear();
  expect(cached()).toEqual([`${image.sha256}.raw`]);
});

it('a create that comes after an image was set aside fetches it again, and is not robbed of it', async () => {
  place(aside, DAY + 60);
  await create();
  expect(fetched).toBe(1);
  await clear();
  expect(cached()).toEqual([`${image.sha256}.raw`]);
});

it('counts from the moment at which it was wanted last, be it in use or not', async () => {
  place(file, 30);
  await clear([], { imageCacheAgeSeconds: 60 });
  expect(cached()).toHaveLength(1);
  place(file, 90);
  await clear([], { imageCacheAgeSeconds: 60 });
  expect(cached()).toEqual([]);
});

it('never leaves a disk without its image, whenever they meet', async () => {
  const turns = async (count: number): Promise<void> => {
    for (let turn = 0; turn < count; turn += 1) await setImmediate();
  };
  for (let round = 0; round < 80; round += 1) {
    place(file, DAY + 60);
    // Two hosts clear, at any moment of the create.
    const passes = [turns(round % 40).then(() => clear()), turns((round * 7) % 40).then(() => clear())];
    const uuid = await create();
    await Promise.all(passes);
    expect(cached(), `round ${round}`).toEqual([`${image.sha256}.raw`]);
    rmSync(join(instances, uuid), { recursive: true });
  }
  // Each came first at times.
  expect(fetched).toBeGreaterThan(0);
  expect(fetched).toBeLessThan(80);
});
