/** Which Debian packages the system is run and tested with, each with its reason, and their installation. */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDir } from './places.mjs';
import { ask, CommandFailed, run, which } from './run-command.mjs';

/** @typedef {'start' | 'test'} Purpose */
/** @typedef {{ name: string, why: string, program: string, only?: Purpose }} DebianPackage `program` tells on other systems whether it is there */

/** @type {DebianPackage[]} */
export const PACKAGES = [
  { name: 'libvirt-daemon-system', why: 'libvirtd with its users and directories', program: 'libvirtd' },
  { name: 'libvirt-daemon-driver-qemu', why: "libvirtd's driver for QEMU", program: 'libvirtd' },
  { name: 'libvirt-clients', why: 'virsh', program: 'virsh' },
  { name: 'qemu-system-x86', why: 'runs the guests', program: 'qemu-system-x86_64' },
  { name: 'qemu-utils', why: 'qemu-img makes and reads disks', program: 'qemu-img' },
  { name: 'dnsmasq-base', why: "addresses on libvirt's NAT network", program: 'dnsmasq' },
  { name: 'iptables', why: "rules of libvirt's NAT network", program: 'iptables' },
  { name: 'iproute2', why: 'network interfaces', program: 'ip' },
  { name: 'e2fsprogs', why: "the test guest's data partition", program: 'mke2fs' },
  { name: 'bindfs', why: 'storage that two hosts of the lab share', program: 'bindfs', only: 'test' },
  { name: 'iputils-ping', why: 'the lab pings a guest while it moves', program: 'ping', only: 'test' },
  { name: 'openssl', why: 'certificates of tests', program: 'openssl', only: 'test' },
  { name: 'perl-base', why: 'the lab listens to what passes between its hosts', program: 'perl', only: 'test' },
  { name: 'sanlock', why: 'one of the lock managers that libvirt may have', program: 'sanlock', only: 'test' },
  { name: 'libvirt-sanlock', why: 'the same', program: 'virt-sanlock-cleanup', only: 'test' },
  { name: 'procps', why: 'tests look for leftover processes', program: 'ps', only: 'test' },
  { name: 'openssh-client', why: 'tests log in to guests', program: 'ssh', only: 'test' },
  { name: 'fish', why: 'one of the shells that complete the command', program: 'fish', only: 'test' },
];

/** Set-up cannot install what is missing itself. `command` is the line that a person has to run. */
export class PackagesMissing extends Error {
  code = 'SETUP_PACKAGES_MISSING';

  /** @param {string[]} names @param {string} command @param {string} why */
  constructor(names, command, why) {
    super(`missing: ${names.join(', ')} (${why}). Run this, then start again:\n\n  ${command}\n`);
    this.names = names;
    this.command = command;
  }
}

/**
 * The packages for a purpose that are not installed. Where there is no dpkg, a package counts as there when its program is.
 * @param {Purpose} purpose
 */
export function missingPackages(purpose) {
  const wanted = PACKAGES.filter(({ only }) => only === undefined || only === purpose);
  if (!which('dpkg-query')) return wanted.filter(({ program }) => !which(program));
  const listing = ask([
    'dpkg-query',
    '-W',
    '-f',
    '${Package} ${db:Status-Status}\n',
    ...wanted.map(({ name }) => name),
  ]).stdout;
  const installed = installedNames(listing);
  return wanted.filter(({ name }) => !installed.has(name));
}

/** @param {string} listing lines "name status" of dpkg-query */
export function installedNames(listing) {
  return new Set(listing.split('\n').flatMap((line) => (line.endsWith(' installed') ? [line.split(' ')[0]] : [])));
}

/**
 * Installs packages, or says which line a person has to run.
 * @param {DebianPackage[]} packages
 * @param {(line: string) => void} say
 * @throws {PackagesMissing | CommandFailed}
 */
export async function installPackages(packages, say) {
  const names = packages.map(({ name }) => name);
  const apt = ['apt-get', '-y', '--no-install-recommends', 'install', ...names];
  if (!which('apt-get'))
    throw new PackagesMissing(
      names,
      names.join(' '),
      'this system has no apt-get: install what carries these names here',
    );
  const prefix = asRoot();
  if (!prefix)
    throw new PackagesMissing(
      names,
      `sudo sh -c 'apt-get update && ${apt.join(' ')}'`,
      'neither root nor sudo without a password',
    );
  // A simulation needs package lists but no network: when it fails, the lists are missing or too old for these names.
  if (!ask(['apt-get', '--simulate', '--no-install-recommends', 'install', ...names]).ok)
    await updateLists(prefix, say);
  const install = () => run([...prefix, ...apt], { onLine: (line) => ours(line) && say(line) });
  const ours = (/** @type {string} */ line) =>
    line.startsWith('E:') || names.includes(/^Setting up ([^ :]+)/.exec(line)?.[1] ?? '');
  try {
    await install();
  } catch (error) {
    // Lists that are some days old name files which the mirrors have replaced.
    if (!(error instanceof CommandFailed) || !/404|Unable to fetch/.test(error.output)) throw error;
    await updateLists(prefix, say);
    await install();
  }
}

/**
 * Packages unpacked under the cache and not installed: `apt-get download` needs no root, checks signatures, and starts no service.
 * @param {string[]} names
 * @param {string} directory where to; made whole or not at all
 * @param {(directory: string, files: string[]) => Promise<void> | void} [finish] runs before the directory gets its name
 * @param {(line: string) => void} [say]
 */
export async function unpackPackages(names, directory, finish = () => {}, say = () => {}) {
  const work = `${directory}.${process.pid}`;
  rmSync(work, { recursive: true, force: true });
  mkdirSync(join(work, 'debs'), { recursive: true });
  const download = () =>
    run(['apt-get', 'download', '-q', '-o', 'APT::Sandbox::User=root', ...names], { cwd: join(work, 'debs') });
  try {
    await download().catch(async (error) => {
      if (!(await refreshPackageLists(say))) throw error;
      await download();
    });
    const files = readdirSync(join(work, 'debs')).map((name) => join(work, 'debs', name));
    for (const file of files) await run(['dpkg', '-x', file, work]);
    await finish(work, files);
    rmSync(join(work, 'debs'), { recursive: true });
    rmSync(directory, { recursive: true, force: true });
    renameSync(work, directory);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/**
 * Fetches today's package lists, when we may.
 * @param {(line: string) => void} say
 * @returns {Promise<boolean>} whether it was done
 */
export async function refreshPackageLists(say) {
  const prefix = asRoot();
  if (prefix) await updateLists(prefix, say);
  return prefix !== undefined;
}

/** @param {string[]} prefix @param {(line: string) => void} say */
async function updateLists(prefix, say) {
  say('apt-get update');
  await run([...prefix, 'apt-get', '-q', 'update']);
}

/** What to put before a command that needs root; undefined when we can not become root without asking. */
function asRoot() {
  const quiet = ['env', 'DEBIAN_FRONTEND=noninteractive'];
  if (process.getuid?.() === 0) return quiet;
  return which('sudo') && ask(['sudo', '-n', 'true']).ok ? ['sudo', '-n', ...quiet] : undefined;
}

/** A directory for unpacked packages under the cache, and whether it is there already. @param {string} name */
export function unpackedDirectory(name) {
  const directory = join(cacheDir('packages'), name);
  return { directory, there: existsSync(directory) };
}
