/** Whether the machine has room for the system: the numbers are checked before anything is fetched. */
import { readFileSync, statSync, statfsSync } from 'node:fs';

const MIB = 1 << 20;

/** Measured need plus some air. Disk: what set-up would still fetch and unpack. Memory: NATS, libvirt, our processes, guests of 128 MiB. */
export const NEEDS = {
  modulesMiB: 700, //       node_modules 440 MiB and npm's own cache
  cacheMiB: 600, //         guest parts and image 170 MiB, NATS with Go's module cache 300 MiB
  stateMiB: 300, //         journal and instances' disks
  start: { memoryMiB: 1024 },
  test: { memoryMiB: 2048 },
};

/** The machine is too small or of the wrong kind; the message has the numbers. */
export class MachineTooSmall extends Error {
  code = 'SETUP_MACHINE_TOO_SMALL';
}

/**
 * @param {{ purpose: 'start' | 'test', places: { path: string, needMiB: number, what: string }[] }} check
 * @returns {string} what was found
 * @throws {MachineTooSmall}
 */
export function checkMachine({ purpose, places }) {
  if (process.platform !== 'linux') throw new MachineTooSmall(`needs Linux, this is ${process.platform}`);
  if (process.arch !== 'x64')
    throw new MachineTooSmall(`needs a machine of type x86-64, this is ${process.arch}: the test guest is made for it`);
  const memoryMiB = availableMemoryMiB(readFileSync('/proc/meminfo', 'utf8'));
  const disks = places.map(({ path, needMiB, what }) => ({
    what,
    path,
    needMiB,
    freeMiB: freeMiB(path),
    device: deviceOf(path),
  }));
  const found = shortages({ memoryMiB, needMemoryMiB: NEEDS[purpose].memoryMiB, disks });
  if (found.length > 0) throw new MachineTooSmall(found.join('\n'));
  const least = Math.min(...disks.map((disk) => disk.freeMiB));
  return `${memoryMiB} MiB of memory available, ${least} MiB of disk free`;
}

/** @typedef {{ what: string, path: string, needMiB: number, freeMiB: number, device: string }} Disk */

/**
 * What is too little, one sentence each. Places on one file system share its free space.
 * @param {{ memoryMiB: number, needMemoryMiB: number, disks: Disk[] }} found
 * @returns {string[]}
 */
export function shortages({ memoryMiB, needMemoryMiB, disks }) {
  const sentences = [];
  if (memoryMiB < needMemoryMiB)
    sentences.push(
      `memory: ${memoryMiB} MiB available, ${needMemoryMiB} MiB needed: end other programs or give the machine more`,
    );
  for (const device of new Set(disks.map((disk) => disk.device))) {
    const together = disks.filter((disk) => disk.device === device);
    const need = together.reduce((sum, disk) => sum + disk.needMiB, 0);
    const free = together[0]?.freeMiB ?? 0;
    if (free < need) {
      const parts = together
        .filter((disk) => disk.needMiB > 0)
        .map((disk) => `${disk.needMiB} MiB for ${disk.what} in ${disk.path}`);
      sentences.push(
        `disk: ${free} MiB free, ${need} MiB needed (${parts.join(', ')}): make room, or move it with CHRONOVIRT_CACHE and CHRONOVIRT_STATE`,
      );
    }
  }
  return sentences;
}

/** @param {string} meminfo @returns {number} */
export function availableMemoryMiB(meminfo) {
  return Math.floor(Number(/^MemAvailable:\s+(\d+) kB$/m.exec(meminfo)?.[1] ?? 0) / 1024);
}

/** @param {string} path */
function freeMiB(path) {
  const { bavail, bsize } = statfsSync(path);
  return Math.floor((bavail * bsize) / MIB);
}

/** @param {string} path */
const deviceOf = (path) => String(statSync(path).dev);
