/** What may not be left in the lab when every instance was deleted. */
import { existsSync, readdirSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import type { LabSystem } from './lab-system.ts';

/** Everything of instances that is still there, in a person's words; empty when nothing is. Both hosts have to be on. */
export function leftOfInstances({ two, hosts }: LabSystem): string[] {
  const files = [...two.hosts.map(({ instancesOutside }) => instancesOutside), two.storage].flatMap((directory) =>
    (existsSync(directory) ? readdirSync(directory) : [])
      .filter((name) => !name.startsWith('_'))
      .map((name) => `${name} in ${directory}`),
  );
  const onHosts = hosts.flatMap(({ host }) => {
    const domains = output('virsh', '-q', '-c', host.uri, 'list', '--all', '--name').filter(
      (line) => line.trim() !== '',
    );
    const [file = '', ...words] = host.inside(['ip', '-o', 'link']);
    const taps = output(file, ...words).flatMap((line) => /^\d+: ((?:cvtap|vnet)[^:@]*)/.exec(line)?.[1] ?? []);
    return [
      ...domains.map((name) => `domain ${name.trim()} on ${host.name}`),
      ...taps.map((name) => `interface ${name} on ${host.name}`),
      ...[...host.guestPids().keys()].map((name) => `QEMU of ${name} on ${host.name}`),
    ];
  });
  return [...files, ...onHosts];
}

function output(file: string, ...args: string[]): string[] {
  return spawnSync(file, args, { encoding: 'utf8' }).stdout.split('\n');
}
