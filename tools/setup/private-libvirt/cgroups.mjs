/**
 * Control groups of a private libvirt host: one directory in each hierarchy, so that two daemons that both call their first
 * guest `qemu-1-web` do not share a group.
 */
import { existsSync, mkdirSync, readFileSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const ROOT = '/sys/fs/cgroup';
const BUSY_TIMEOUT_MS = 10_000;

/** @typedef {{ hierarchy: string, directory: string }} Cgroup */

/**
 * Makes the host's directories. Where the machine gives us none (a container with read-only control groups) the answer is
 * empty and the daemon shares what it finds.
 * @param {string} name unique on this machine
 * @returns {Cgroup[]}
 */
export function makeCgroups(name) {
  /** @type {Cgroup[]} */
  const made = [];
  try {
    for (const hierarchy of hierarchies()) {
      const directory = join(hierarchy, name);
      mkdirSync(directory, { recursive: true });
      made.push({ hierarchy, directory });
      // A new cpuset takes no process until it has processors and memory.
      for (const file of ['cpuset.cpus', 'cpuset.mems']) {
        const from = join(hierarchy, file);
        if (existsSync(from) && existsSync(join(directory, file)))
          writeFileSync(join(directory, file), readFileSync(from));
      }
    }
    return made;
  } catch {
    for (const { directory } of made) removeTree(directory);
    return [];
  }
}

/**
 * Removes the directories with all below them. A process that has just ended may hold its group for some moments more.
 * @param {Cgroup[]} groups
 */
export async function removeCgroups(groups) {
  const deadline = Date.now() + BUSY_TIMEOUT_MS;
  for (const { directory } of groups) {
    for (;;) {
      try {
        removeTree(directory);
        break;
      } catch (error) {
        if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'EBUSY' || Date.now() > deadline) throw error;
        await delay(20);
      }
    }
  }
}

/**
 * The files that a process writes its id into to be in all of them. With cgroup v2 alone it goes one level further down, where the
 * daemons are: a group that hands out controllers may hold no process.
 * @param {Cgroup[]} groups
 * @returns {string[]}
 */
export function cgroupDoors(groups) {
  return groups.map(({ hierarchy, directory }) =>
    join(directory, hierarchy === ROOT ? 'daemon/cgroup.procs' : 'cgroup.procs'),
  );
}

/** One hierarchy with cgroup v2 alone, else each controller's. */
function hierarchies() {
  if (existsSync(join(ROOT, 'cgroup.controllers'))) return [ROOT];
  return readdirSync(ROOT, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(ROOT, entry.name));
}

/** @param {string} directory */
function removeTree(directory) {
  try {
    for (const entry of readdirSync(directory, { withFileTypes: true })) {
      if (entry.isDirectory()) removeTree(join(directory, entry.name));
    }
    rmdirSync(directory);
  } catch (error) {
    // enter.sh removes them too, when it sees the host end.
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'ENOENT') throw error;
  }
}
