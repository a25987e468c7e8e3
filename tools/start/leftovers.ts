/** What may not be left when everything was deleted: domains, disks, taps, processes of instances. */
import { readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import type { System } from './system.ts';

/** Everything of the instances that is still there, in a person's words; empty when nothing is. */
export function leftovers(system: System): string[] {
  const domains = system.hypervisor.domains().filter((name) => name.startsWith('instance-'));
  const directories = readdirSync(system.instancesDirectory).filter((name) => !name.startsWith('_'));
  const processes = processesWith(system.instancesDirectory);
  return [
    ...domains.map((name) => `domain ${name}`),
    ...directories.map((name) => `directory ${name} of an instance`),
    ...processes.map(({ pid, name }) => `process ${pid} (${name})`),
    ...Object.keys(networkInterfaces())
      .filter((name) => name.startsWith('cvtap'))
      .map((name) => `network interface ${name}`),
  ];
}

/** Processes whose command line names something under a directory: QEMU, qemu-img. */
function processesWith(directory: string): { pid: number; name: string }[] {
  const found: { pid: number; name: string }[] = [];
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const command = readFileSync(`/proc/${entry}/cmdline`, 'utf8').split('\0');
      if (/qemu/.test(command[0] ?? '') && command.some((word) => word.includes(directory)))
        found.push({ pid: Number(entry), name: command[0] ?? '' });
    } catch {
      // It ended while the list was read.
    }
  }
  return found;
}
