/**
 * NATS servers. The best at hand is taken, in this order: one on PATH that is new enough, one built by Go, Debian's own (which
 * syncs to disk once a minute and must not be clustered). Debian's is unpacked, never installed: installing it would start it.
 */
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { unpackedDirectory, unpackPackages } from './debian-packages.mjs';
import { cacheDir } from './places.mjs';
import { ask, run, which } from './run-command.mjs';

/** Older ones have lost whole streams when their process was killed. */
export const NEW_ENOUGH = '2.10.23';
/** What Go builds. */
export const PINNED = '2.12.15';

/** @typedef {{ version: string, path: string, origin: 'path' | 'built' | 'debian' }} NatsServerProgram */

/**
 * Every server at hand, newest first; nothing is fetched.
 * @returns {NatsServerProgram[]}
 */
export function natsServers() {
  /** @type {[string | undefined, NatsServerProgram['origin']][]} */
  const places = [
    [which('nats-server'), 'path'],
    [builtPath(), 'built'],
    [debianPath(), 'debian'],
  ];
  /** @type {NatsServerProgram[]} */
  const found = [];
  for (const [path, origin] of places) {
    const version = path && existsSync(path) ? versionOf(path) : undefined;
    if (path && version && !found.some((other) => other.version === version)) found.push({ version, path, origin });
  }
  return found.sort((a, b) => compareVersions(b.version, a.version)); // oxlint-disable-line unicorn/no-array-sort -- Node 18
}

/**
 * The server to run: the newest at hand.
 * @throws {Error} when there is none yet
 */
export function bestNatsServer() {
  const best = natsServers()[0];
  if (best) return best;
  throw new Error('no nats-server is at hand: run "node tools/setup/setup.mjs"');
}

/** Whether what a purpose needs is at hand: for tests both a current server and an old one, since the journal is proved on both. @param {'start' | 'test'} purpose */
export function natsServersReady(purpose) {
  const servers = natsServers();
  const current = servers.some(({ version }) => compareVersions(version, NEW_ENOUGH) >= 0);
  const old = servers.some(({ version }) => compareVersions(version, '2.10.0') < 0);
  return purpose === 'start' ? current || (old && !which('go')) : (current || !which('go')) && old;
}

/**
 * Gets what is missing.
 * @param {'start' | 'test'} purpose
 * @param {(line: string) => void} say
 */
export async function getNatsServers(purpose, say) {
  const isCurrent = () => natsServers().some(({ version }) => compareVersions(version, NEW_ENOUGH) >= 0);
  if (!isCurrent()) {
    if (which('go'))
      await build(say).catch((error) => say(`nats-server ${PINNED} could not be built: ${error.message}`));
    if (!isCurrent()) {
      say(
        `WARNING: no nats-server of ${NEW_ENOUGH} or newer, using Debian's: after a power cut up to a minute of history may be missing, and`,
      );
      say(
        `WARNING: it must run as a single node. Better: put a newer nats-server on PATH, or install Go and start again.`,
      );
    }
  }
  if (
    (purpose === 'test' || !isCurrent()) &&
    !natsServers().some(({ version }) => compareVersions(version, '2.10.0') < 0)
  ) {
    await unpackPackages(['nats-server'], unpackedDirectory('nats-server').directory, undefined, say);
  }
}

/** @param {(line: string) => void} say */
async function build(say) {
  say(`building nats-server ${PINNED} with Go`);
  const work = join(cacheDir('nats-server'), `build.${process.pid}`);
  mkdirSync(work, { recursive: true });
  try {
    const env = { ...process.env, GOBIN: work, CGO_ENABLED: '0' };
    await run(['go', 'install', `github.com/nats-io/nats-server/v2@v${PINNED}`], { env, cwd: work });
    mkdirSync(join(builtPath(), '..'), { recursive: true });
    renameSync(join(work, 'nats-server'), builtPath());
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

const builtPath = () => join(cacheDir('nats-server'), PINNED, 'nats-server');

const debianPath = () => join(unpackedDirectory('nats-server').directory, 'usr/sbin/nats-server');

/** @param {string} path */
const versionOf = (path) => /v(\d+\.\d+\.\d+)/.exec(ask([path, '--version'], { timeoutMs: 5_000 }).stdout)?.[1];

/**
 * Below zero when `a` is older.
 * @param {string} a @param {string} b
 */
export function compareVersions(a, b) {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  const place = [0, 1, 2].find((index) => left?.[index] !== right?.[index]);
  return place === undefined ? 0 : (left?.[place] ?? 0) - (right?.[place] ?? 0);
}
