/** Ends every process of a control group, those of its children included. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Processes in a control group and below it; none where there is no such group. */
export function processesIn(directory: string): number[] {
  try {
    const here = readFileSync(join(directory, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
    const below = readdirSync(directory, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .flatMap(({ name }) => processesIn(join(directory, name)));
    return [...here, ...below];
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

/** Kills what is in it; in one go where the kernel can (`cgroup.kill`), else process by process. Returns how many there were. */
export function killAll(directory: string): number {
  const found = processesIn(directory);
  if (found.length === 0) return 0;
  const atOnce = join(directory, 'cgroup.kill');
  if (existsSync(atOnce)) writeFileSync(atOnce, '1');
  else for (const pid of found) kill(pid);
  return found.length;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** A group, or a process in it, that went away while it was read. */
function isGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENODEV';
}
