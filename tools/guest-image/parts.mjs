/**
 * The Debian packages that the guest is made of, unpacked under the cache and never installed: a test guest must not change
 * the machine's own kernel or boot loader. They are fetched by `apt-get download`, so apt checks their signatures.
 */
// oxlint-disable unicorn/no-array-sort -- toSorted is missing in Node 18, and the arrays are our own
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { ask, run } from '../setup/run-command.mjs';
import { cacheDir } from '../setup/places.mjs';

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
  const wanted = createHash('sha256')
    .update(JSON.stringify([KERNEL, PACKAGES]))
    .digest('hex')
    .slice(0, 16);
  const root = join(cacheDir('guest-parts'), wanted);
  const manifest = join(root, 'parts.json');
  if (existsSync(manifest)) return { root, ...JSON.parse(readFileSync(manifest, 'utf8')) };

  const work = `${root}.${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(join(work, 'debs'), { recursive: true });
  try {
    const kernel = kernelPackage();
    say(`fetching ${PACKAGES.length + 1} Debian packages for the guest`);
    await run(['apt-get', 'download', '-q', '-o', 'APT::Sandbox::User=root', kernel, ...PACKAGES], {
      cwd: join(work, 'debs'),
    });
    /** @type {Record<string, string>} */
    const versions = {};
    for (const deb of readdirSync(join(work, 'debs')).sort()) {
      const path = join(work, 'debs', deb);
      const [name = deb, version = ''] = (
        await run(['dpkg-deb', '-W', '--showformat=${Package}\n${Version}', path])
      ).split('\n');
      versions[name] = version;
      await run(['dpkg', '-x', path, work]);
    }
    rmSync(join(work, 'debs'), { recursive: true });
    const kernelVersion = readdirSync(join(work, 'lib/modules'))[0];
    if (!kernelVersion) throw new Error(`the package ${kernel} holds no kernel modules`);
    writeFileSync(join(work, 'parts.json'), JSON.stringify({ kernelVersion, versions }, null, 2));
    rmSync(root, { recursive: true, force: true });
    renameSync(work, root);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return { root, ...JSON.parse(readFileSync(manifest, 'utf8')) };
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

/** The kernel package that the meta package stands for today. */
function kernelPackage() {
  const { stdout } = ask(['apt-cache', 'depends', '--important', KERNEL]);
  const name = /Depends: (linux-image-\S+)/.exec(stdout)?.[1];
  if (name) return name;
  throw new Error(`apt knows no package ${KERNEL}: run "apt-get update" as root (on amd64 Debian), then try again`);
}
