/**
 * QEMU's guest agent for the test guest, as a file that a test hands to the few guests that need it: in the image it would cost every guest
 * memory and time to boot. Made from Debian's packages, which are unpacked under the cache and never installed.
 */
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, realpathSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { unpackedDirectory, unpackPackages } from '../setup/debian-packages.mjs';
import { run } from '../setup/run-command.mjs';
import { guestParts } from './parts.mjs';

/** The agent and the libraries that the guest does not have; its C library is that of the guest's packages. */
const PACKAGES = ['qemu-guest-agent', 'libglib2.0-0', 'libpcre2-8-0', 'libnuma1', 'libudev1', 'liburing2'];
const LIBRARIES = ['lib/x86_64-linux-gnu', 'usr/lib/x86_64-linux-gnu'];

/**
 * A gzip'ed tar with `qemu-ga` and, in `lib`, all that it loads; fetched when it is not in the cache (about 2 MB, once). In the guest:
 * `lib/ld-linux-x86-64.so.2 --library-path lib qemu-ga`.
 * @param {(line: string) => void} [say]
 * @returns {Promise<string>} its path
 */
export async function guestAgent(say = () => {}) {
  const parts = await guestParts(say);
  const key = createHash('sha256')
    .update(JSON.stringify([PACKAGES, parts.versions]))
    .digest('hex')
    .slice(0, 16);
  const { directory } = unpackedDirectory(`guest-agent-${key}`);
  const archive = join(directory, 'guest-agent.tar.gz');
  if (!existsSync(archive)) await unpackPackages(PACKAGES, directory, (root) => pack(root, parts.root), say);
  return archive;
}

/** @param {string} root of the agent's packages @param {string} guest of the guest's */
async function pack(root, guest) {
  const stage = join(root, 'stage');
  mkdirSync(join(stage, 'lib'), { recursive: true });
  const program = join(root, 'usr/sbin/qemu-ga');
  const places = [root, guest].flatMap((from) => LIBRARIES.map((path) => join(from, path)));
  const loader = places.map((place) => join(place, 'ld-linux-x86-64.so.2')).find((path) => existsSync(path));
  if (loader === undefined) throw new Error("none of the guest's packages holds ld-linux-x86-64.so.2");
  const listing = await run([loader, '--library-path', places.join(':'), '--list', program]);
  for (const [, path = ''] of listing.matchAll(/=> (\/\S+)/g)) {
    if (!path.startsWith(root) && !path.startsWith(guest))
      throw new Error(`qemu-ga needs ${path}, which is in none of the guest's packages`);
    copyFileSync(realpathSync(path), join(stage, 'lib', basename(path)));
  }
  copyFileSync(realpathSync(loader), join(stage, 'lib', basename(loader)));
  copyFileSync(program, join(stage, 'qemu-ga'));
  await run(['tar', '-czf', join(root, 'guest-agent.tar.gz'), '-C', stage, '.']);
  rmSync(stage, { recursive: true });
}
