/**
 * Whether another agent has acted on this host since the machine booted. Written down before anything is done: what a new agent of the same
 * boot then reads is true whatever became of the first.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { AgentConfig } from './config.ts';
import { bootId } from './boot-id.ts';

export interface Boot {
  readonly id: string;
  /** No other agent has acted since. */
  readonly isFirst: boolean;
}

/** The boot of this host; a simulated one boots with each process, as its guests do. Throws where nothing can be written. */
export function recordBoot({ driver, host }: Pick<AgentConfig, 'driver' | 'host'>, incarnation: string): Boot {
  if (driver.kind === 'simulated') return { id: `simulated-${incarnation}`, isFirst: true };
  const id = bootId();
  const file = join(driver.instancesDirectory, `_boot.${host}`);
  if (readBoot(file) === id) return { id, isFirst: false };
  mkdirSync(dirname(file), { recursive: true });
  const work = `${file}.${process.pid}`;
  writeFileSync(work, id);
  const handle = openSync(work, 'r');
  fsyncSync(handle);
  closeSync(handle);
  renameSync(work, file);
  return { id, isFirst: true };
}

function readBoot(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
