#!/usr/bin/env node
/**
 * Builds the small guest that tests and the demonstration boot: `node tools/guest-image/build.mjs` prints where it lies.
 * Cached under the hash of all that goes into it (these scripts, the guest's files, the packages' versions).
 */
// oxlint-disable unicorn/no-array-sort -- toSorted is missing in Node 18, and the arrays are our own
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createHash } from 'node:crypto';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { cacheDir } from '../setup/places.mjs';
import { makeDisk } from './disk.mjs';
import { initramfs } from './initramfs.mjs';
import { guestParts, keptParts } from './parts.mjs';

const HERE = dirname(fileURLToPath(import.meta.url));
/**
 * `no_timer_check`: whether the timer's interrupt comes is tried by the kernel for some hundredths of a second. On a busy machine QEMU gives
 * the emulated timer no turn for so long now and then, and the kernel gives up: "IO-APIC + timer doesn't work!".
 */
const KERNEL_ARGUMENTS = 'console=tty0 console=ttyS0 quiet no_timer_check';

/** @typedef {{ directory: string, disk: string, kernel: string, initrd: string, hash: string, built: boolean }} GuestImage `built`: false when it came from the cache */

/**
 * The guest image, built when the cache has none of today's inputs (about 2 s; the first time also a download of its parts).
 * @param {(line: string) => void} [say]
 * @returns {Promise<GuestImage>}
 */
export async function guestImage(say = () => {}) {
  const parts = await guestParts(say);
  const hash = inputsHash(parts);
  const directory = join(cacheDir('guest'), hash);
  const built = !existsSync(directory);
  if (built) await build(parts, directory);
  const file = (/** @type {string} */ name) => join(directory, name);
  return { directory, disk: file('disk.qcow2'), kernel: file('vmlinuz'), initrd: file('initrd'), hash, built };
}

/** Whether the cache holds the image of today's inputs. */
export function guestImageReady() {
  const parts = keptParts();
  return parts !== undefined && existsSync(join(cacheDir('guest'), inputsHash(parts)));
}

/**
 * Into a directory of its own first, renamed when whole: nobody ever sees half an image.
 * @param {import('./parts.mjs').GuestParts} parts @param {string} directory
 */
async function build(parts, directory) {
  const work = `${directory}.${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  try {
    copyFileSync(join(parts.root, `boot/vmlinuz-${parts.kernelVersion}`), join(work, 'vmlinuz'));
    writeFileSync(join(work, 'initrd'), await initramfs(parts));
    await makeDisk(parts, work, KERNEL_ARGUMENTS);
    if (!existsSync(directory)) renameSync(work, directory);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** @param {import('./parts.mjs').GuestParts} parts */
function inputsHash(parts) {
  const hash = createHash('sha256').update(JSON.stringify([parts.kernelVersion, parts.versions, KERNEL_ARGUMENTS]));
  for (const path of files(HERE).filter((name) => !name.endsWith('.test.ts')))
    hash.update(`\0${relative(HERE, path)}\0`).update(readFileSync(path));
  return hash.digest('hex').slice(0, 24);
}

/** @param {string} directory @returns {string[]} */
function files(directory) {
  return readdirSync(directory)
    .sort()
    .flatMap((name) => {
      const path = join(directory, name);
      return statSync(path).isDirectory() ? files(path) : [path];
    });
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const start = performance.now();
  const image = await guestImage((line) => console.error(line));
  console.log(image.disk);
  console.error(`${image.built ? 'built' : 'cached'} in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}
