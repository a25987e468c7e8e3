import { readFileSync, readdirSync } from 'node:fs';
import { until } from './until.ts';

/**
 * Stops a process where it is (SIGSTOP) and waits until it stands still as a whole. The signal stops one thread, which has to run to
 * stop the others: on a busy machine these work on for a quarter of a second.
 */
export async function standStill(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  await until(() => isStopped(pid), { what: `process ${pid} stands still`, everyMs: 1 });
}

/** Whether nothing of a process runs: each of its threads is stopped, or it is gone. */
export function isStopped(pid: number): boolean {
  return threads(pid).every((thread) => {
    const state = statOf(`${pid}/task/${thread}`)?.[0];
    return state === undefined || 'TtXZ'.includes(state);
  });
}

/** What the kernel tells of a process or thread, from its state on; undefined: gone. A process may go while we look. */
export function statOf(of: number | string): string[] | undefined {
  try {
    const stat = readFileSync(`/proc/${of}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

function threads(pid: number): string[] {
  try {
    return readdirSync(`/proc/${pid}/task`);
  } catch {
    return [];
  }
}
