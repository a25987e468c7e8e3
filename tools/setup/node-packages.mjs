/**
 * node_modules as package-lock.json says, and the pinned Node in it.
 *
 * No package's install script runs but one: the package `node` fetches its binary by such a script, and whether npm runs it
 * depends on npm's version and settings. So scripts are off for all, and this one is run by us.
 */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkout } from './places.mjs';
import { ask, run } from './run-command.mjs';

/** The Node that runs the sources. */
export const pinnedNode = join(checkout, 'node_modules/.bin/node');

const modules = join(checkout, 'node_modules');
const stamp = join(modules, '.chronovirt-setup');

/** Whether node_modules is what the lock says, with the pinned Node in place. */
export function nodePackagesReady() {
  return wantedNode() === foundNode() && (stamped() || installedAsLocked());
}

/** @returns {Promise<void>} */
export async function installNodePackages() {
  if (!stamped() && !installedAsLocked())
    await run(['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: checkout });
  if (wantedNode() !== foundNode()) await fetchNode();
  writeFileSync(stamp, lockHash());
}

/** Runs the install script of the package `node`, and links the program as npm would have. */
async function fetchNode() {
  await run([process.execPath, 'installArchSpecificPackage.js'], { cwd: join(modules, 'node') });
  mkdirSync(join(modules, '.bin'), { recursive: true });
  rmSync(pinnedNode, { force: true });
  symlinkSync('../node/bin/node', pinnedNode);
  const found = foundNode();
  if (found !== wantedNode())
    throw new Error(
      `the pinned Node ${wantedNode()} is not in ${pinnedNode} (${found ?? 'it does not run'}): remove node_modules and start again`,
    );
}

const wantedNode = () => JSON.parse(readFileSync(join(checkout, 'package.json'), 'utf8')).devDependencies.node;

const foundNode = () =>
  existsSync(pinnedNode) ? ask([pinnedNode, '--version']).stdout.trim().replace(/^v/, '') || undefined : undefined;

const stamped = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === lockHash();

const lockHash = () =>
  createHash('sha256')
    .update(readFileSync(join(checkout, 'package-lock.json')))
    .digest('hex');

/** A node_modules that somebody's own `npm install` made, with each locked version in it, is as good as ours. */
function installedAsLocked() {
  const note = join(modules, '.package-lock.json');
  if (!existsSync(note)) return false;
  return sameVersions(packagesOf(join(checkout, 'package-lock.json')), packagesOf(note));
}

/** @param {string} lockfile */
const packagesOf = (lockfile) => JSON.parse(readFileSync(lockfile, 'utf8')).packages;

/**
 * @param {Record<string, { version?: string, optional?: boolean, link?: boolean }>} locked
 * @param {Record<string, { version?: string }>} installed
 */
export function sameVersions(locked, installed) {
  const wanted = Object.entries(locked).filter(([path, { optional }]) => path.startsWith('node_modules/') && !optional);
  return wanted.every(([path, { version }]) => installed[path] && installed[path]?.version === version);
}
