import { leafNames, parents, restingStates, UNPLACED } from '@chronovirt/machines';
import { z } from 'zod';
import { formatPosition } from '../../read-model/position.ts';
import { awaitSince, instanceSince, type ApiContext } from '../context.ts';
import { createBody } from '../create-body.ts';
import { InstanceMaker } from '../create-instance.ts';
import { count, flag, json, jsonBytes, jsonText, route, type Route } from '../route.ts';
import { sendOrder } from '../send-command.ts';
import { accepted, badInput, notFound, orderProblems, since } from './shared-docs.ts';

/** What an instance may be: resting states, transient ones whole and by their first part. */
const stateNames: ReadonlySet<string> = new Set([UNPLACED, ...restingStates, ...Object.keys(parents), ...leafNames]);

export function instanceRoutes(context: ApiContext): Route[] {
  const maker = new InstanceMaker(context);
  return [
    route({
      method: 'get',
      path: '/v1/instances',
      operation: 'listInstances',
      tag: 'Instances',
      summary: 'Lists instances with their details, in order of name.',
      query: z.strictObject({
        all: flag.describe('Deleted ones too.'),
        name: z.string().max(63).optional().describe('Only this name; `*` stands for anything.'),
        host: z.string().max(64).optional(),
        state: z
          .string()
          .max(64)
          .refine((text) => stateNames.has(text), {
            error: `expected one of ${[...restingStates, ...Object.keys(parents)].join(', ')}, or a transient state whole (building.spawn)`,
          })
          .optional()
          .describe('`running`, or a transient state whole (`building.spawn`) or by its first part.'),
        limit: count(1, 100_000),
        after: z
          .string()
          .max(64)
          .optional()
          .describe('UUID of the last instance of the page before (`next` of its answer).'),
        since,
      }),
      answers: {
        200: {
          description: 'The instances, the position that they show, and `next` when there are more.',
          schema: z.object({ instances: z.array(z.json()), position: z.string(), next: z.string().nullable() }),
        },
        400: badInput,
      },
      async handle({ query, signal }) {
        const { all, since: wanted, limit, name, host, state, after } = query;
        await awaitSince(context, wanted, signal);
        const position = formatPosition(context.model.position);
        const isWhole = [all, name, host, state, after, limit].every((one) => one === undefined || one === false);
        if (isWhole) return listBody(context.model.listBytes(), position, null);
        const filter = Object.fromEntries(
          Object.entries({ all, name, host, state, after, limit: limit === undefined ? undefined : limit + 1 }).filter(
            ([, value]) => value !== undefined,
          ),
        );
        const texts: string[] = [];
        let last: string | null = null;
        let next: string | null = null;
        for (const entry of context.model.list(filter)) {
          if (texts.length === limit) next = last;
          else texts.push(entry.json);
          last = entry.uuid;
        }
        return listBody([Buffer.from(texts.join(','))], position, next);
      },
    }),
    route({
      method: 'post',
      path: '/v1/instances',
      operation: 'createInstance',
      tag: 'Instances',
      summary: 'Orders a new instance.',
      description:
        'Accepted when the order is stored; the building goes on from there. With `Idempotency-Key` the same create may be sent again.',
      query: z.strictObject({ dryRun: flag.describe('Only check, and answer what it would be made from.') }),
      body: createBody,
      answers: {
        200: { description: 'Dry run: the spec that it would be made from.', schema: 'InstanceSpec' },
        202: { description: 'Accepted and stored.', schema: accepted },
        ...orderProblems,
      },
      async handle({ query, body, by, idempotencyKey }) {
        if (query.dryRun === true) return json({ spec: await maker.preview(body) });
        const position = formatPosition(context.model.position);
        const { uuid, ...created } = await maker.create(body, by, idempotencyKey);
        return json({ instance: uuid, ...created, position }, 202, { location: `/v1/instances/${uuid}` });
      },
    }),
    route({
      method: 'get',
      path: '/v1/instances/{instance}',
      operation: 'showInstance',
      tag: 'Instances',
      summary: 'Shows one instance, by UUID or by name.',
      description: 'A name means the instance that bears it now, else the deleted one that bore it last.',
      query: z.strictObject({ since }),
      answers: { 200: { description: 'The instance.', schema: z.json() }, 404: notFound },
      async handle({ params, query, signal }) {
        const entry = await instanceSince(context, params['instance'], query.since, signal);
        return jsonText(entry.json, 200, { 'chronovirt-position': formatPosition(context.model.position) });
      },
    }),
    route({
      method: 'delete',
      path: '/v1/instances/{instance}',
      operation: 'deleteInstance',
      tag: 'Instances',
      summary: 'Orders an instance to be deleted; legal in every state. Its history is kept.',
      query: z.strictObject({ ifSeq: count(0, Number.MAX_SAFE_INTEGER), since }),
      answers: { 202: { description: 'Accepted and stored.', schema: accepted }, ...orderProblems },
      async handle({ params, query, by, idempotencyKey, signal }) {
        const entry = await instanceSince(context, params['instance'], query.since, signal);
        const position = formatPosition(context.model.position);
        const order = { name: 'delete', args: {}, ifSeq: query.ifSeq } as const;
        return json({ ...(await sendOrder(context, entry, order, by, idempotencyKey)), position }, 202);
      },
    }),
  ];
}

/** The list as one array of bytes: the server sends it in one go, which is several times faster than a stream of pieces. */
function listBody(instances: readonly Uint8Array[], position: string, next: string | null): Response {
  const tail = `],"position":${JSON.stringify(position)},"next":${JSON.stringify(next)}}`;
  const bytes = Buffer.concat([Buffer.from('{"instances":['), ...instances, Buffer.from(tail)]);
  return jsonBytes(bytes, { 'chronovirt-position': position });
}
