/** One set-up at a time: a file that names the process which holds it. A holder that died does not hold it. */
import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { bootId, hasEnded, startTime } from './private-libvirt/processes.mjs';

/**
 * Runs work while holding the lock; waits for another holder and says so once.
 * @template T
 * @param {string} path
 * @param {() => Promise<T>} work
 * @param {(line: string) => void} [say]
 * @returns {Promise<T>}
 */
export async function locked(path, work, say = () => {}) {
  const mine = JSON.stringify({ pid: process.pid, start: startTime(process.pid), boot: bootId() });
  for (let said = false; !take(path, mine); await delay(100)) {
    const holder = holderOf(path);
    if (holder && !said) {
      say(`another set-up runs (process ${holder}): waiting for it`);
      said = true;
    }
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** @param {string} path @param {string} mine */
function take(path, mine) {
  try {
    const file = openSync(path, 'wx');
    writeSync(file, mine);
    closeSync(file);
    return true;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EEXIST') throw error;
    return false;
  }
}

/** The process that holds the lock; a lock of a dead one is taken away. @param {string} path @returns {number | undefined} */
function holderOf(path) {
  try {
    const text = readFileSync(path, 'utf8');
    if (text === '') return undefined; // just made, its name comes next
    const { pid, start, boot } = JSON.parse(text);
    if (boot === bootId() && startTime(pid) === start && !hasEnded(pid)) return pid;
    rmSync(path, { force: true });
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error;
  }
  return undefined;
}
