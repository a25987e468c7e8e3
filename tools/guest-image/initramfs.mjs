/** The guest's root file system, as the archive that its kernel unpacks: busybox, modules, dropbear and the scripts under guest/. */
// oxlint-disable unicorn/no-array-sort -- toSorted is missing in Node 18, and the arrays are our own
import { existsSync, readFileSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { run } from '../setup/run-command.mjs';
import { cpio, DIRECTORY, FILE, LINK } from './cpio.mjs';
import { modulesInLoadOrder } from './kernel-modules.mjs';

/** @typedef {import('./cpio.mjs').CpioEntry} CpioEntry */
/** @typedef {import('./parts.mjs').GuestParts} GuestParts */

/** The files that are copied into the guest as they are. */
export const GUEST_FILES = join(dirname(fileURLToPath(import.meta.url)), 'guest');

const LIBRARIES = 'lib/x86_64-linux-gnu';
const EMPTY = ['dev', 'proc', 'sys', 'run', 'tmp', 'config', 'persist', 'var', 'var/log', 'var/run', 'etc/dropbear'];

/**
 * @param {GuestParts} parts
 * @returns {Promise<Buffer>} gzip'ed
 */
export async function initramfs(parts) {
  /** @type {Map<string, CpioEntry>} */
  const entries = new Map();
  const add = (/** @type {CpioEntry} */ entry) => {
    const parent = dirname(entry.path);
    if (parent !== '.' && !entries.has(parent)) add({ path: parent, mode: DIRECTORY | 0o755 });
    if (!entries.has(entry.path)) entries.set(entry.path, entry);
  };
  const program = (/** @type {string} */ path, /** @type {string} */ from) =>
    add({ path, mode: FILE | 0o755, data: readFileSync(from) });

  add({ path: 'root', mode: DIRECTORY | 0o700 });
  add({ path: 'root/.ssh', mode: DIRECTORY | 0o700 });
  for (const path of EMPTY) add({ path, mode: DIRECTORY | 0o755 });
  for (const path of filesUnder(GUEST_FILES)) program(path, join(GUEST_FILES, path));
  for (const [path, text, mode] of ACCOUNTS) add({ path, mode: FILE | mode, data: text });

  const busybox = inParts(parts, 'bin/busybox');
  program('bin/busybox', busybox);
  for (const applet of (await run([busybox, '--list'])).split('\n').filter(Boolean)) {
    add({ path: `bin/${applet}`, mode: LINK | 0o777, data: 'busybox' });
  }

  const modules = modulesInLoadOrder(join(parts.root, 'lib/modules', parts.kernelVersion));
  for (const path of modules) add({ path: `modules/${basename(path)}`, mode: FILE | 0o644, data: readFileSync(path) });
  add({ path: 'modules/order', mode: FILE | 0o644, data: modules.map((path) => `${basename(path)}\n`).join('') });

  const dropbear = ['dropbear', 'dropbearkey'].map((name) => inParts(parts, `usr/sbin/${name}`, `usr/bin/${name}`));
  for (const path of dropbear) program(`usr/sbin/${basename(path)}`, path);
  const loader = inParts(parts, `${LIBRARIES}/ld-linux-x86-64.so.2`, `usr/${LIBRARIES}/ld-linux-x86-64.so.2`);
  program('lib64/ld-linux-x86-64.so.2', realpathSync(loader));
  for (const path of await librariesOf(parts, loader, dropbear))
    program(`${LIBRARIES}/${basename(path)}`, realpathSync(path));

  return gzipSync(cpio([...entries.values()]), { level: 1 });
}

/** No password opens the guest; the config drive may set one (`admin_pass`), for the consoles only. */
const ACCOUNTS = /** @type {const} */ ([
  ['etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n', 0o644],
  ['etc/shadow', 'root:*:19000:0:99999:7:::\n', 0o600],
  ['etc/group', 'root:x:0:\n', 0o644],
  ['etc/shells', '/bin/sh\n', 0o644],
  ['etc/hostname', 'test-guest\n', 0o644],
  ['etc/nsswitch.conf', 'passwd: files\nshadow: files\ngroup: files\nhosts: files dns\n', 0o644],
]);

/**
 * The libraries that programs need, as the loader of the same package finds them.
 * @param {GuestParts} parts @param {string} loader @param {string[]} programs
 */
async function librariesOf(parts, loader, programs) {
  const search = [LIBRARIES, `usr/${LIBRARIES}`].map((path) => join(parts.root, path)).join(':');
  const found = new Set();
  for (const program of programs) {
    const listing = await run([loader, '--library-path', search, '--list', program]);
    for (const [, path] of listing.matchAll(/=> (\/\S+)/g)) {
      if (path && path.startsWith(parts.root)) found.add(path);
      else throw new Error(`${basename(program)} needs ${path}, which is in none of the guest's packages`);
    }
  }
  return /** @type {Set<string>} */ (found);
}

/** @param {GuestParts} parts @param {...string} candidates */
function inParts(parts, ...candidates) {
  for (const candidate of candidates) {
    const path = join(parts.root, candidate);
    if (existsSync(path)) return path;
  }
  throw new Error(`none of the guest's packages holds ${candidates.join(' or ')}`);
}

/** @param {string} directory @param {string} [prefix] @returns {string[]} */
function filesUnder(directory, prefix = '') {
  return readdirSync(join(directory, prefix))
    .sort()
    .flatMap((name) => {
      const path = join(prefix, name);
      return statSync(join(directory, path)).isDirectory() ? filesUnder(directory, path) : [path];
    });
}
