import { readFileSync } from 'node:fs';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { bestNatsServer } from '../setup/setup.mjs';

/** Where and when it was measured, and what else the machine was doing. */
export interface Machine {
  readonly date: string;
  readonly cpu: string;
  readonly cpus: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly system: string;
  readonly node: string;
  readonly natsServer: string;
  /** Load averages over one minute, before and after. Far above zero before: others were at work too. */
  readonly loadBefore: number;
  loadAfter: number;
}

export function thisMachine(): Machine {
  const [first] = cpus();
  return {
    date: new Date().toISOString(),
    cpu: first?.model ?? 'unknown',
    cpus: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    system: /^PRETTY_NAME="?([^"\n]*)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown',
    node: process.version,
    natsServer: bestNatsServer().version,
    loadBefore: load(),
    loadAfter: Number.NaN,
  };
}

export const load = (): number => Math.round((loadavg()[0] ?? 0) * 100) / 100;
