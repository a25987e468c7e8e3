/**
 * The Debian packages that the guest is made of, unpacked under the cache and never installed: a test guest must not change
 * the machine's own kernel or boot loader. They are fetched by `apt-get download`, so apt checks their signatures.
 */
// oxlint-disable unicorn/no-array-sort -- toSorted is missing in Node 18, and the arrays are our own
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { refreshPackageLists, unpackedDirectory, unpackPackages } from '../setup/debian-packages.mjs';
import { ask, run } from '../setup/run-command.mjs';

/** Packages by use. The kernel's own package is found through the meta package, which always names the newest. */
const KERNEL = 'linux-image-cloud-amd64';
const PACKAGES = [
  'busybox-static', // the guest's whole user land
  'dropbear-bin', // ssh in the guest
  'libc6', // the five libraries of dropbear; taken from packages so that the image does not depend on the machine
  'libcrypt1',
  'libtomcrypt1',
  'libtommath1',
  'libgmp10',
  'zlib1g',
  'syslinux', // boot loader and its installer
  'syslinux-common', // the boot record
  'mtools', // writes files into a FAT image; syslinux calls it
  'dosfstools', // makes the FAT file system
];

/** @typedef {{ root: string, kernelVersion: string, versions: Record<string, string> }} GuestParts */

/**
 * The unpacked packages; downloads them when they are not in the cache (about 45 MB, once).
 * @param {(line: string) => void} [say]
 * @returns {Promise<GuestParts>}
 * @throws {Error} when apt cannot fetch them; the message says what to run
 */
export async function guestParts(say = () => {}) {
  const kept = keptParts();
  if (kept) return kept;
  say(`fetching ${PACKAGES.length + 1} Debian packages for the guest`);
  const kernel = kernelPackage() ?? ((await refreshPackageLists(say)) ? kernelPackage() : undefined);
  if (!kernel)
    throw new Error(`apt knows no package ${KERNEL}: run "apt-get update" as root (on amd64 Debian), then try again`);
  await unpackPackages([kernel, ...PACKAGES], partsDirectory(), writeManifest, say);
  return /** @type {GuestParts} */ (keptParts());
}

/** The parts when they are in the cache. @returns {GuestParts | undefined} */
export function keptParts() {
  const root = partsDirectory();
  const manifest = join(root, 'parts.json');
  return existsSync(manifest) ? { root, ...JSON.parse(readFileSync(manifest, 'utf8')) } : undefined;
}

function partsDirectory() {
  const wanted = createHash('sha256')
    .update(JSON.stringify([KERNEL, PACKAGES]))
    .digest('hex')
    .slice(0, 16);
  return unpackedDirectory(`guest-${wanted}`).directory;
}

/** @param {string} directory @param {string[]} files */
async function writeManifest(directory, files) {
  /** @type {Record<string, string>} */
  const versions = {};
  for (const file of files.sort()) {
    const [name = file, version = ''] = (
      await run(['dpkg-deb', '-W', '--showformat=${Package}\n${Version}', file])
    ).split('\n');
    versions[name] = version;
  }
  const kernelVersion = readdirSync(join(directory, 'lib/modules'))[0];
  if (!kernelVersion) throw new Error('the kernel package holds no modules');
  writeFileSync(join(directory, 'parts.json'), JSON.stringify({ kernelVersion, versions }, null, 2));
}

/**
 * An environment in which the image tools of the parts (mcopy, mkfs.fat, syslinux) are found first.
 * @param {GuestParts} [parts]
 * @returns {Promise<{ env: NodeJS.ProcessEnv }>}
 */
export async function guestTools(parts) {
  const { root } = parts ?? (await guestParts());
  const tools = ['usr/bin', 'usr/sbin', 'sbin', 'bin'].map((path) => join(root, path)).join(':');
  return { env: { ...process.env, PATH: `${tools}:${process.env.PATH}:/usr/sbin:/sbin`, MTOOLS_SKIP_CHECK: '1' } };
}

/** The kernel package that the meta package stands for today, as far as apt's lists know. */
function kernelPackage() {
  const { stdout } = ask(['apt-cache', 'depends', '--important', KERNEL]);
  return /Depends: (linux-image-\S+)/.exec(stdout)?.[1];
}
