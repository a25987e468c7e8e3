#!/usr/bin/env node
/**
 * Builds a cloud image of Debian 12 as Debian publishes them, for the test that boots one: `node tools/cloud-image/build.mjs` prints
 * where it lies. As root; about two minutes. Cached under the hash of these scripts.
 */
// oxlint-disable unicorn/no-array-sort -- toSorted is missing in Node 18, and the arrays are our own
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { createHash, randomUUID } from 'node:crypto';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { cacheDir } from '../setup/places.mjs';
import { makeDisk } from './disk.mjs';
import { makeRoot } from './root.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));

/**
 * The image as qcow2; built when the cache has none of today's scripts.
 * @param {(line: string) => void} [say]
 * @returns {Promise<{ disk: string, built: boolean }>} `built`: false when it came from the cache
 */
export async function cloudImage(say = () => {}) {
  const directory = join(cacheDir('cloud-image'), inputsHash());
  const built = !existsSync(directory);
  if (built) await build(directory, say);
  return { disk: join(directory, 'disk.qcow2'), built };
}

/**
 * Into a directory of its own first, renamed when whole: nobody ever sees half an image.
 * @param {string} directory @param {(line: string) => void} say
 */
async function build(directory, say) {
  const work = `${directory}.${process.pid}`;
  const root = join(work, 'root');
  const rootUuid = randomUUID();
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  try {
    say('a Debian root file system from packages');
    await makeRoot(root, rootUuid, say);
    say('its disk');
    await makeDisk(root, rootUuid, work);
    rmSync(root, { recursive: true });
    if (!existsSync(directory)) renameSync(work, directory);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function inputsHash() {
  const hash = createHash('sha256');
  for (const name of readdirSync(HERE)
    .filter((file) => file.endsWith('.mjs'))
    .sort())
    hash.update(`\0${name}\0`).update(readFileSync(join(HERE, name)));
  return hash.digest('hex').slice(0, 24);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const start = performance.now();
  const image = await cloudImage((line) => console.error(line));
  console.log(image.disk);
  console.error(`${image.built ? 'built' : 'cached'} in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
