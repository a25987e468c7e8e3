#!/usr/bin/env node
/**
 * Everything between a fresh clone and a system that can start: `node tools/setup/setup.mjs [--for start|test]`.
 * Plain JavaScript without packages, for Node 18 and newer: it runs before there is anything else.
 * Each step looks first; when all is in place the whole takes less than a second.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { guestImage, guestImageReady } from '../guest-image/build.mjs';
import { installPackages, missingPackages } from './debian-packages.mjs';
import { checkMachine, NEEDS } from './machine-check.mjs';
import { bestNatsServer, getNatsServers, natsServers, natsServersReady } from './nats-server.mjs';
import { installNodePackages, nodePackagesReady, pinnedNode } from './node-packages.mjs';
import { cacheDir, checkout, stateDir } from './places.mjs';
import { locked } from './setup-lock.mjs';

/** @typedef {'start' | 'test'} Purpose */
/** @typedef {{ name: string, ready: () => boolean, work: (say: (line: string) => void) => Promise<unknown>, found?: () => string }} Step */

/**
 * Runs every step that is not satisfied yet.
 * @param {{ for?: Purpose, say?: (line: string) => void }} [options] `say` gets the progress, line by line
 * @throws whatever a step cannot do; its message says what a person has to do
 */
export async function setup({ for: purpose = 'start', say = (line) => console.log(line) } = {}) {
  await locked(join(cacheDir(), 'setup.lock'), () => runSteps(steps(purpose), say), say);
}

export { bestNatsServer, natsServers, pinnedNode, cacheDir, stateDir, guestImage };

/** @param {Purpose} purpose @returns {Step[]} */
function steps(purpose) {
  const packages = missingPackages(purpose);
  const modules = nodePackagesReady();
  const cached = existsSync(join(cacheDir(), 'guest')) && natsServersReady(purpose);
  return [
    {
      name: 'machine',
      ready: () => {
        checkMachine({
          purpose,
          places: [
            { path: checkout, needMiB: modules ? 0 : NEEDS.modulesMiB, what: 'node_modules' },
            { path: cacheDir(), needMiB: cached ? 0 : NEEDS.cacheMiB, what: 'the cache' },
            { path: stateDir(), needMiB: NEEDS.stateMiB, what: 'the state' },
          ],
        });
        return true;
      },
      work: async () => {},
    },
    {
      name: `Debian packages${packages.length > 0 ? ` (${packages.map(({ name }) => name).join(', ')})` : ''}`,
      ready: () => packages.length === 0,
      work: (tell) => installPackages(packages, tell),
    },
    { name: 'node packages', ready: () => modules, work: installNodePackages },
    {
      name: 'NATS server',
      ready: () => natsServersReady(purpose),
      work: (tell) => getNatsServers(purpose, tell),
      found: () =>
        natsServers()
          .map(({ version, path }) => `${version} (${path})`)
          .join(', '),
    },
    { name: 'guest image', ready: guestImageReady, work: guestImage },
  ];
}

/** @param {Step[]} all @param {(line: string) => void} say */
async function runSteps(all, say) {
  for (const { name, ready, work, found } of all) {
    if (ready()) continue;
    say(`• ${name} …`);
    const start = Date.now();
    await work((line) => say(`    ${line}`));
    say(`✓ ${name}, ${((Date.now() - start) / 1000).toFixed(1)} s${found ? `: ${found()}` : ''}`);
  }
}

/** @param {string[]} args @returns {Purpose | undefined} */
export function purposeOf(args) {
  if (args.length === 0) return 'start';
  const [flag, value] = args;
  return flag === '--for' && args.length === 2 && (value === 'start' || value === 'test') ? value : undefined;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const purpose = purposeOf(process.argv.slice(2));
  if (!purpose) {
    console.error(`usage: node tools/setup/setup.mjs [--for start|test]\n  got: ${process.argv.slice(2).join(' ')}`);
    process.exitCode = 2;
  } else {
    const start = Date.now();
    try {
      await setup({ for: purpose });
      console.log(`set-up is complete (${((Date.now() - start) / 1000).toFixed(1)} s)`);
    } catch (error) {
      console.error(error instanceof Error && 'code' in error ? `set-up: ${error.message}` : error);
      process.exitCode = 1;
    }
  }
}
