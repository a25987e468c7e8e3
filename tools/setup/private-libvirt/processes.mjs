/** Processes of a namespace as /proc shows them from outside: their ids here, not the ones they see themselves. */
import { existsSync, readFileSync, readdirSync, readlinkSync } from 'node:fs';

/** @typedef {{ pid: number, insidePid: number, name: string, command: string[] }} InsideProcess */

/**
 * All processes in the same process namespace as `pid`, it included.
 * @param {number} pid
 * @returns {InsideProcess[]}
 */
export function processesBeside(pid) {
  const namespace = read(() => readlinkSync(`/proc/${pid}/ns/pid`));
  if (!namespace) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      if (read(() => readlinkSync(`/proc/${name}/ns/pid`)) !== namespace) return [];
      const status = read(() => readFileSync(`/proc/${name}/status`, 'utf8'));
      if (!status || hasEnded(Number(name))) return [];
      const insidePid = Number(/^NSpid:.*\s(\d+)$/m.exec(status)?.[1]);
      return [
        {
          pid: Number(name),
          insidePid,
          name: /^Name:\s+(.*)$/m.exec(status)?.[1] ?? '',
          command: commandOf(name),
        },
      ];
    });
}

/**
 * All processes that a process has started and that still run, at any depth.
 * @param {number} pid
 * @returns {{ pid: number, command: string[] }[]}
 */
export function descendants(pid) {
  /** @type {Map<number, number>} */
  const parents = new Map();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const stat = read(() => readFileSync(`/proc/${name}/stat`, 'utf8'));
    if (stat) parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const below = (/** @type {number} */ child) => {
    for (let at = parents.get(child); at; at = parents.get(at)) if (at === pid) return true;
    return false;
  };
  return [...parents.keys()].filter(below).map((child) => ({ pid: child, command: commandOf(child) }));
}

/** @param {number | string} pid */
function commandOf(pid) {
  return (read(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ?? '').split('\0').slice(0, -1);
}

/**
 * Whether a process has ended: it is gone, or a zombie whose last thread has let go of its files. A killed daemon's first thread
 * is a zombie some moments before its listening socket closes.
 * @param {number} pid
 */
export function hasEnded(pid) {
  const stat = read(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  if (!stat) return true;
  const state = stat.slice(stat.lastIndexOf(')') + 2)[0];
  return (state === 'Z' || state === 'X') && (read(() => readdirSync(`/proc/${pid}/task`)) ?? []).length <= 1;
}

/**
 * When a process started, in clock ticks since boot; with its id this names it for good. Undefined when it is gone.
 * @param {number} pid
 * @returns {string | undefined}
 */
export function startTime(pid) {
  const stat = read(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

/** This boot of the machine. */
export const bootId = () =>
  existsSync('/proc/sys/kernel/random/boot_id') ? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim() : '';

/** A process may go while we look. @template T @param {() => T} look @returns {T | undefined} */
function read(look) {
  try {
    return look();
  } catch {
    return undefined;
  }
}
