import { existsSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type { LibvirtHost } from './libvirt-host.ts';

/**
 * What there is to know of a guest that says nothing: libvirt's word of it, where its processors stand (twice, so that a loop is told from
 * a halt), and its last words. For the message of a test that waited in vain.
 */
export async function silentGuest(host: LibvirtHost, name: string, consoleFile: string): Promise<string> {
  const virsh = (...args: string[]): Promise<string> =>
    host.virsh(...args).catch((error: unknown) => (error instanceof Error ? error.message : String(error)));
  const registers = async (): Promise<string> => {
    const told = await virsh('qemu-monitor-command', name, '--hmp', 'info registers -a');
    return told.match(/\b[RE]IP=[0-9a-f]+.*$/gm)?.join(' | ') ?? lastOf(told);
  };
  const first = await registers();
  await delay(500);
  const facts = {
    state: (await virsh('domstate', name, '--reason')).trim(),
    processors: [first, await registers()],
    block: lastOf(await virsh('domblkinfo', name, '--all', '--human')),
    console: existsSync(consoleFile) ? lastOf(readFileSync(consoleFile, 'latin1')) : 'none',
  };
  return Object.entries(facts)
    .map(([what, told]) => `${what}: ${JSON.stringify(told)}`)
    .join('\n');
}

const lastOf = (text: string): string => text.trimEnd().slice(-600);
