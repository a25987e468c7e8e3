import { CLUSTER } from '@chronovirt/contract';
import { z } from 'zod';
import type { InstanceEntry } from '../../read-model/instance-entry.ts';
import { instanceSince, type ApiContext } from '../context.ts';
import { Problem } from '../problem.ts';
import { copyOf, effects, progressOf } from '../progress-of.ts';
import { count, json, route, type Route } from '../route.ts';
import { notFound, problem, since } from './shared-docs.ts';

const unreachable = problem('The host cannot be asked just now.');
const noGuest = problem('No host holds the instance, so there is no guest to ask.');

const consoleOutput = z.object({ text: z.string() });
const addresses = z.object({
  addresses: z.array(
    z.object({
      mac: z.string(),
      address: z.string(),
      family: z.enum(['ipv4', 'ipv6']),
      source: z
        .enum(['lease', 'agent', 'arp'])
        .describe(
          'Who knows it: `lease` = libvirt’s DHCP server, which gave it; `agent` = the QEMU guest agent in the guest; `arp` = the neighbour table of its host, which knows only guests that the host has spoken with lately.',
        ),
    }),
  ),
});

const moving = z.object({
  migration: z.json().nullable().describe('The move under way, or that waits to be settled; null = none.'),
  progress: z
    .json()
    .nullable()
    .describe('Bytes, bytes per second, milliseconds; null while nothing is being copied live.'),
});

const underWay = z.object({
  effects: effects.describe('What running effects say of themselves; those that say nothing are left out.'),
  copy: moving.shape.progress,
});

export function guestRoutes(context: ApiContext): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/instances/{instance}/console-log',
      operation: 'consoleLog',
      tag: 'Guests',
      summary: 'The end of what the guest wrote to its serial console.',
      query: z.strictObject({
        bytes: count(1, 102_400).describe('At most this many bytes; 102,400 when not given.'),
        since,
      }),
      answers: {
        200: { description: 'The text, oldest first.', type: 'text/plain' },
        404: notFound,
        409: noGuest,
        503: unreachable,
      },
      async handle({ params, query, signal }) {
        const entry = await instanceSince(context, params['instance'], query.since, signal);
        const answer = await context.queries.query(holder(entry), 'consoleOutput', {
          instance: entry.uuid,
          bytes: query.bytes ?? 102_400,
        });
        return new Response(consoleOutput.parse(answer).text, {
          headers: { 'content-type': 'text/plain; charset=utf-8' },
        });
      },
    }),
    route({
      method: 'get',
      path: '/v1/instances/{instance}/addresses',
      operation: 'addresses',
      tag: 'Guests',
      summary: "The addresses that the guest's NICs are known to have just now.",
      description:
        'Of a NIC on one of libvirt’s networks with DHCP the lease; on a bridge what the QEMU guest agent in the guest says (it is given two seconds), else what the host’s neighbour table says. A host that has not spoken with the guest, as after a live migration, knows nothing there. IPv6 addresses of the link alone are left out.',
      query: z.strictObject({ since }),
      answers: {
        200: {
          description: 'The addresses, each with its `source`: `lease`, `agent` or `arp`; none while nobody knows one.',
          schema: addresses,
        },
        404: notFound,
        409: noGuest,
        503: unreachable,
      },
      async handle({ params, query, signal }) {
        const entry = await instanceSince(context, params['instance'], query.since, signal);
        const answer = await context.queries.query(holder(entry), 'addresses', { instance: entry.uuid });
        return json({ instance: entry.uuid, name: entry.name, ...addresses.parse(answer) });
      },
    }),
    route({
      method: 'get',
      path: '/v1/instances/{instance}/migration',
      operation: 'migration',
      tag: 'Guests',
      summary: 'The move of an instance to another host, and how far its copy is: numbers to look at, never stored.',
      query: z.strictObject({ since }),
      answers: { 200: { description: 'The move and its progress.', schema: moving }, 404: notFound, 503: unreachable },
      async handle({ params, query, signal }) {
        const entry = await instanceSince(context, params['instance'], query.since, signal);
        const { migration } = entry;
        const progress = await copyOf(context, entry);
        return json({ instance: entry.uuid, name: entry.name, ...moving.parse({ migration, progress }) });
      },
    }),
    route({
      method: 'get',
      path: '/v1/instances/{instance}/progress',
      operation: 'progress',
      tag: 'Guests',
      summary: 'How far what is under way has come: numbers to look at, never stored.',
      description: 'A host that does not answer is left out.',
      query: z.strictObject({ since }),
      answers: { 200: { description: 'What is known of it.', schema: underWay }, 404: notFound },
      async handle({ params, query, signal }) {
        const entry = await instanceSince(context, params['instance'], query.since, signal);
        const progress = await progressOf(context, entry);
        return json({ instance: entry.uuid, name: entry.name, ...underWay.parse(progress) });
      },
    }),
  ];
}

function holder(entry: InstanceEntry): string {
  const { host, state } = entry;
  if (host !== null && host !== CLUSTER && !entry.isDeleted) return host;
  throw new Problem(
    409,
    'NO_GUEST',
    `no host holds ${entry.name ?? entry.uuid} (it is ${state ?? 'unknown'}), so there is no guest to ask`,
  );
}
