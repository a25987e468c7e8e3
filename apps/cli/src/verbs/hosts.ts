import type { HostView } from '../api/types.ts';
import { gibibytes, mebibytes } from '../output/bytes.ts';
import { table } from '../output/table.ts';
import { age } from '../output/time.ts';
import type { Verb } from './verb.ts';

export const hostsVerb: Verb = {
  name: 'hosts',
  group: 'Images, flavors, hosts',
  summary: 'List the hosts, what they have, and whether their agents are alive.',
  args: [],
  options: [],
  examples: [['hosts', 'the machines']],
  async run({ client, io, paint, print }) {
    const { hosts } = await client.json<{ hosts: HostView[] }>('/v1/hosts');
    print(hosts, () => {
      if (hosts.length === 0) return ['no host has reported yet; start an agent'];
      const rows = hosts.map((host) => [
        paint.bold(host.host),
        host.alive
          ? host.enabled
            ? paint.green('up')
            : paint.yellow('disabled')
          : paint.red(`silent for ${age(host.silentMs)}`),
        host.driver,
        host.acceleration.kind,
        `${host.placed.vcpus}/${host.vcpus}`,
        `${mebibytes(host.placed.memoryMiB)} of ${mebibytes(host.memoryMiB)}`,
        `${gibibytes(host.freeDiskGiB)} free`,
        String(host.placed.instances),
        host.hypervisor,
        host.waitingFor ?? '',
      ]);
      const columns = [
        { title: 'HOST' },
        { title: 'STATE' },
        { title: 'DRIVER' },
        { title: 'ACCEL' },
        { title: 'VCPUS', align: 'right' as const },
        { title: 'MEMORY', align: 'right' as const },
        { title: 'DISK', align: 'right' as const },
        { title: 'INSTANCES', align: 'right' as const },
        { title: 'HYPERVISOR', shrinkTo: 8 },
        { title: 'WAITS FOR', shrinkTo: 8 },
      ];
      return table(columns, rows, io.columns, paint.dim);
    });
  },
};
