import { readFileSync } from 'node:fs';

/** The kernel's boot id: a new one proves that nothing of before runs. Where there is none (no Linux), the process stands for it. */
export function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return `process-${process.pid}`;
  }
}
