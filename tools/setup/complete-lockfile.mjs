#!/usr/bin/env node
/**
 * Puts back what npm leaves out of package-lock.json when it runs against a registry mirror that lacks some platforms' binaries
 * (`@oxlint/binding-win32-x64-msvc` and its like): `npm ci` refuses a lock without them, on every machine. The entries carry no
 * checksum, since nobody here has seen the files; npm fills it in where it can.
 *
 *   node tools/setup/complete-lockfile.mjs [--check]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkout } from './places.mjs';

/** @typedef {{ version?: string, dev?: boolean, optional?: boolean, os?: string[], cpu?: string[], libc?: string[], optionalDependencies?: Record<string, string> }} LockEntry */
/** @typedef {{ packages: Record<string, LockEntry> }} Lockfile */

const SYSTEMS = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32'];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];

/**
 * The entries that a lock lacks.
 * @param {Lockfile} lock
 * @returns {Record<string, LockEntry>} by path
 * @throws {Error} when a missing package's platform cannot be read off its name
 */
export function missingEntries({ packages }) {
  /** @type {Record<string, LockEntry>} */
  const missing = {};
  for (const [path, entry] of Object.entries(packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (packages[`${path}/node_modules/${name}`] ?? packages[`node_modules/${name}`]) continue;
      missing[`node_modules/${name}`] = {
        version,
        ...platformOf(name),
        ...(entry.dev && { dev: true }),
        optional: true,
      };
    }
  }
  return missing;
}

/** @param {string} name like "@oxlint/binding-linux-arm64-musl" @returns {Pick<LockEntry, 'os' | 'cpu' | 'libc'>} */
function platformOf(name) {
  const words = name.split(/[/-]/);
  const os = SYSTEMS.find((system) => words.includes(system));
  const cpu = PROCESSORS.find((processor) => words.includes(processor));
  if (!os || !cpu)
    throw new Error(
      `package-lock.json lacks ${name}, and its name does not tell its platform: run npm install where the registry has it`,
    );
  const libc = words.includes('musl') || words.includes('musleabihf') ? 'musl' : 'glibc';
  return { cpu: [cpu], ...(os === 'linux' && { libc: [libc] }), os: [os] };
}

/** @param {Lockfile} lock */
function completed(lock) {
  // oxlint-disable-next-line unicorn/no-array-sort -- toSorted is missing in Node 18
  const packages = Object.entries({ ...lock.packages, ...missingEntries(lock) }).sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...lock, packages: Object.fromEntries(packages) };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const path = join(checkout, 'package-lock.json');
  const lock = JSON.parse(readFileSync(path, 'utf8'));
  const missing = Object.keys(missingEntries(lock));
  if (missing.length > 0 && !process.argv.includes('--check'))
    writeFileSync(path, `${JSON.stringify(completed(lock), null, 2)}\n`);
  console.log(missing.length === 0 ? 'package-lock.json is whole' : `package-lock.json lacked:\n${missing.join('\n')}`);
  if (missing.length > 0 && process.argv.includes('--check')) process.exitCode = 1;
}
