/**
 * The root file system, as a directory: packages by mmdebstrap, then what the makers of Debian's image set. No key, no password and no
 * machine id is in it: the first boot makes those.
 */
// oxlint-disable unicorn/no-array-sort -- toSorted is missing in Node 18, and the arrays are our own
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unpackedDirectory, unpackPackages } from '../setup/debian-packages.mjs';
import { ask, run } from '../setup/run-command.mjs';
import { PACKAGES, SUITE } from './packages.mjs';

/** Nobody reads a manual in a test's guest. */
const LEFT_OUT = ['/usr/share/doc/*', '/usr/share/man/*', '/usr/share/locale/*', '/usr/share/info/*'];

/**
 * @param {string} root where to; must not exist
 * @param {string} rootUuid of the file system that it will lie in
 * @param {(line: string) => void} say
 */
export async function makeRoot(root, rootUuid, say) {
  const tool = unpackedDirectory('mmdebstrap');
  if (!tool.there) await unpackPackages(['mmdebstrap'], tool.directory, undefined, say);
  await run([
    'perl',
    join(tool.directory, 'usr/bin/mmdebstrap'),
    '--quiet',
    '--mode=root',
    '--variant=minbase',
    '--format=directory',
    '--aptopt=APT::Install-Recommends "false"',
    ...LEFT_OUT.map((path) => `--dpkgopt=path-exclude=${path}`),
    `--include=${PACKAGES.join(',')}`,
    SUITE,
    root,
    `deb ${mirror()} ${SUITE} main`,
  ]);
  for (const [path, text] of settings(rootUuid)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  for (const name of readdirSync(join(root, 'etc/ssh'))) {
    if (name.startsWith('ssh_host_')) rmSync(join(root, 'etc/ssh', name));
  }
}

/** Where this machine gets its Debian packages from. */
function mirror() {
  const { stdout } = ask(['apt-get', 'download', '--print-uris', 'base-files']);
  const found = /^'(\S+?)\/pool\//.exec(stdout)?.[1];
  if (found === undefined)
    throw new Error('apt knows no mirror of Debian: run "apt-get update" as root (on amd64 Debian), then try again');
  return found;
}

/** @param {string} rootUuid @returns {[path: string, text: string][]} */
function settings(rootUuid) {
  return [
    ['etc/fstab', `UUID=${rootUuid} / ext4 rw,discard,errors=remount-ro,x-systemd.growfs 0 1\n`],
    ['etc/hostname', 'debian\n'],
    ['etc/default/locale', 'LANG=C.UTF-8\n'],
    ['etc/machine-id', ''],
    ['etc/cloud/cloud.cfg.d/01_debian_cloud.cfg', 'manage_etc_hosts: true\n'],
    ['etc/netplan/90-default.yaml', DEFAULT_NETWORK],
  ];
}

/** What the official image asks for where cloud-init has not written anything. */
const DEFAULT_NETWORK = `network:
  version: 2
  ethernets:
    all-en:
      match: {name: en*}
      dhcp4: true
      dhcp6: true
    all-eth:
      match: {name: eth*}
      dhcp4: true
      dhcp6: true
`;
