import { CLUSTER } from '@chronovirt/contract';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { json, route, type Route } from '../route.ts';

export function hostRoutes(context: ApiContext): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/hosts',
      operation: 'listHosts',
      tag: 'Hosts',
      summary:
        'The hosts that report, with what they have, what is placed on them, and whether their agents are alive.',
      answers: { 200: { description: 'The hosts.', schema: z.object({ hosts: z.array(z.json()) }) } },
      handle() {
        const placed = placedOn(context);
        const hosts = context
          .hosts()
          .toSorted((a, b) => (a.report.host < b.report.host ? -1 : 1))
          .map(({ report, alive, silentMs }) => ({
            ...report,
            alive,
            silentMs,
            placed: placed.get(report.host) ?? nothing,
          }));
        return json({ hosts });
      },
    }),
  ];
}

interface Placed {
  instances: number;
  vcpus: number;
  memoryMiB: number;
}
const nothing: Placed = { instances: 0, vcpus: 0, memoryMiB: 0 };

/** What the instances that hosts hold were promised. */
function placedOn({ model }: ApiContext): Map<string, Placed> {
  const placed = new Map<string, Placed>();
  for (const entry of model.entries()) {
    const { host } = entry;
    const flavor = entry.segment?.spec?.flavor;
    if (host === null || host === CLUSTER || entry.isDeleted || flavor === undefined) continue;
    const sum = placed.get(host) ?? nothing;
    placed.set(host, {
      instances: sum.instances + 1,
      vcpus: sum.vcpus + flavor.vcpus,
      memoryMiB: sum.memoryMiB + flavor.memoryMiB,
    });
  }
  return placed;
}
