/**
 * Where set-up keeps things. Two directories, and nothing outside them:
 *
 *   cache   what can be made again on this machine for every checkout (guest image, NATS servers, probe results)
 *   state   what belongs to this checkout's running system (journal, keys, instances' disks)
 */
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The root of the checkout that these scripts lie in. */
export const checkout = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * The cache directory, made when missing: `$CHRONOVIRT_CACHE`, else `$XDG_CACHE_HOME/chronovirt`, else `~/.cache/chronovirt`.
 * @param {...string} inside further path elements, made too
 * @returns {string}
 */
export function cacheDir(...inside) {
  const base =
    process.env.CHRONOVIRT_CACHE ||
    join(absolute(process.env.XDG_CACHE_HOME) ?? join(homedir(), '.cache'), 'chronovirt');
  return made(join(resolve(base), ...inside), 0o755);
}

/**
 * The state directory, made when missing and readable by its owner alone: `$CHRONOVIRT_STATE`, else `.chronovirt/` in the checkout.
 * @param {...string} inside further path elements, made too
 * @returns {string}
 */
export function stateDir(...inside) {
  return made(join(resolve(process.env.CHRONOVIRT_STATE || join(checkout, '.chronovirt')), ...inside), 0o700);
}

/** The XDG rule: a relative path in the variable counts as not set. @param {string | undefined} path */
function absolute(path) {
  return path && isAbsolute(path) ? path : undefined;
}

/** @param {string} path @param {number} mode */
function made(path, mode) {
  mkdirSync(path, { recursive: true, mode });
  return path;
}
