import { randomUUID } from 'node:crypto';
import {
  CLUSTER,
  hostCommandArguments,
  hostCommandNames,
  hostName,
  hostTokenOf,
  type HostCommandName,
  type HostName,
  type HostOrder,
  type HostState,
} from '@chronovirt/contract';
import { describeHost, isHostTurn, verifyHost, type HostTurn } from '@chronovirt/machines';
import { isOfHost, whyUnreadable } from '@chronovirt/runtime';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { drainOf, drainView } from '../drain-view.ts';
import { invalid, Problem, problemOfReply } from '../problem.ts';
import { json, route, type Route } from '../route.ts';
import type { OrderReply } from '../ports.ts';
import { badInput, orderProblems, problem } from './shared-docs.ts';

const noHost = problem('No such host has ever reported.');

const orderBody = z.strictObject({
  name: z.enum(hostCommandNames as [HostCommandName, ...HostCommandName[]]).describe('The order.'),
  args: z.record(z.string(), z.json()).default({}).describe('Its arguments.'),
  ifSeq: z
    .int()
    .nonnegative()
    .optional()
    .describe('Refuse unless this is the sequence of the last message of the host.'),
});

const accepted = z.object({
  host: z.string(),
  command: z.string().describe('Id of the order; the same id gets the same answer.'),
  seq: z.int().describe('Sequence of its acceptance in the spine’s stream.'),
});

export function hostRoutes(context: ApiContext): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/hosts',
      operation: 'listHosts',
      tag: 'Hosts',
      summary:
        'The hosts that report, with what they have, what is placed on them, and whether their agents are alive; and those that are lost.',
      answers: { 200: { description: 'The hosts.', schema: z.object({ hosts: z.array(z.json()) }) } },
      handle() {
        const placed = placedOn(context);
        const reports = new Map(context.hosts().map((view) => [view.report.host as string, view]));
        const names = new Set([...reports.keys(), ...[...context.fleet.all()].map(({ host }) => host as string)]);
        const hosts = [...names].toSorted().map((host) => {
          const view = reports.get(host);
          return {
            host,
            ...view?.report,
            alive: view?.alive ?? false,
            silentMs: view?.silentMs ?? null,
            placed: placed.get(host) ?? nothing,
            ...shortly(context, host),
          };
        });
        return json({ hosts });
      },
    }),
    route({
      method: 'get',
      path: '/v1/hosts/{host}',
      operation: 'showHost',
      tag: 'Hosts',
      summary:
        'A host: what it reports, what is recorded of it, and what proves that it runs no guest, if anything does.',
      description:
        'With how far its drain is, or what came of it; how far it is, is asked of the hosts and never stored.',
      answers: {
        200: { description: 'The host.', schema: z.looseObject({ host: z.string(), drain: drainView.nullable() }) },
        404: noHost,
      },
      async handle({ params }) {
        const { host, view, known } = hostAt(context, params['host']);
        return json({
          host,
          report: view?.report ?? null,
          alive: view?.alive ?? false,
          silentMs: view?.silentMs ?? null,
          placed: placedOn(context).get(host) ?? nothing,
          seq: known?.seq ?? 0,
          ...shortly(context, host),
          proof: context.fleet.proofOf(host),
          drain: await drainOf(context, host),
          record: known === undefined ? null : recordOf(known.state),
          orders: hostCommandNames.map((name) => {
            const refusal = context.fleet.check(host, name, sampleArguments[name] ?? {});
            return refusal === null ? { name, allowed: true } : { name, allowed: false, ...refusal };
          }),
        });
      },
    }),
    route({
      method: 'get',
      path: '/v1/hosts/{host}/history',
      operation: 'readHostHistory',
      tag: 'Hosts',
      summary: 'The history of a host, oldest first, folded again with the charts of today.',
      answers: {
        200: {
          description: 'Every stored message, and whether they agree with the charts.',
          schema: z.object({ host: z.string(), entries: z.array(z.json()), verdict: z.json() }),
        },
        404: noHost,
      },
      async handle({ params }) {
        const { host } = hostAt(context, params['host']);
        const entries: { seq: number; message?: HostTurn; unreadable?: unknown }[] = [];
        for await (const stored of context.journal.read(CLUSTER, hostTokenOf(host))) {
          const turn = isOfHost(stored) && isHostTurn(stored.hostMessage) ? stored.hostMessage : null;
          entries.push(
            turn === null ? { seq: stored.seq, unreadable: whyUnreadable(stored) } : { seq: stored.seq, message: turn },
          );
        }
        const readable = entries.flatMap(({ seq, message }) => (message === undefined ? [] : [{ seq, message }]));
        return json({ host, entries, verdict: verifyHost(readable) });
      },
    }),
    route({
      method: 'get',
      path: '/v1/hosts/{host}/drain',
      operation: 'previewDrain',
      tag: 'Hosts',
      summary:
        'What a drain of the host would do now: how each instance would leave, and which cannot and why. Orders nothing.',
      answers: {
        200: {
          description:
            'A step per instance. `lockedBy`: who locked it; a lock keeps users out, and a drain moves what is locked as well.',
          schema: z.object({ host: z.string(), steps: z.array(z.json()), stay: z.int() }),
        },
        404: noHost,
      },
      async handle({ params }) {
        const { host } = hostAt(context, params['host']);
        const steps = await context.fleet.preview(host);
        return json({ host, steps, stay: steps.filter(({ how }) => how === null).length });
      },
    }),
    route({
      method: 'post',
      path: '/v1/hosts/{host}/commands',
      operation: 'orderHost',
      tag: 'Hosts',
      summary: 'Orders something of a host.',
      description:
        'Accepted when the intent is stored. With `Idempotency-Key` the same order may be sent again: it gets the same answer.',
      body: orderBody,
      answers: {
        202: { description: 'Accepted and stored.', schema: accepted },
        ...orderProblems,
        404: noHost,
        400: badInput,
      },
      async handle({ params, body, by, idempotencyKey }) {
        const { host } = hostAt(context, params['host']);
        const args = hostCommandArguments[body.name].safeParse(body.args);
        if (!args.success) throw invalid('args', args.error);
        const id = (idempotencyKey ?? randomUUID()) as HostOrder['id'];
        const { ifSeq } = body;
        const reply = await context.fleet.order({
          id,
          host,
          name: body.name,
          args: args.data as HostOrder['args'],
          by,
          ...(ifSeq !== undefined && { ifSeq }),
        });
        // Its answers are told as an instance's are; the state inside is not looked at.
        const refusal = problemOfReply(reply as unknown as OrderReply);
        if (refusal !== null) throw refusal;
        const seq = reply.kind === 'answer' ? reply.answer.seq || reply.seq : 0;
        return json({ host, command: id, seq }, 202);
      },
    }),
  ];
}

/** Arguments with which an order is asked about where nobody gave any. */
const sampleArguments: Partial<Record<HostCommandName, HostOrder['args']>> = {
  maintenance: { on: true },
  power: { action: 'reboot' },
};

function hostAt(context: ApiContext, ref: string | undefined) {
  const name = hostName.safeParse(ref ?? '');
  const view = context.hosts().find(({ report }) => report.host === name.data);
  const known = name.success ? context.fleet.state(name.data) : undefined;
  if (name.success && (view !== undefined || known !== undefined)) return { host: name.data as HostName, view, known };
  throw new Problem(404, 'NO_SUCH_HOST', `no host is called ${JSON.stringify((ref ?? '').slice(0, 80))}`, {
    field: 'host',
  });
}

/** What a list tells of a host's history. */
function shortly({ fleet }: ApiContext, host: string): object {
  const state = fleet.state(host)?.state;
  if (state === undefined) return { state: null, closed: null, maintenance: null, alarm: null };
  const { maintenance, alarm } = state.parts;
  return { state: state.value, closed: fleet.whyClosed(host), maintenance: maintenance.value, alarm };
}

function recordOf({ value, context, parts }: HostState): object {
  return { value, means: describeHost('reach', value), ...context, parts };
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
