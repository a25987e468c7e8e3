import { diff, verify } from '@chronovirt/machines';
import { isReadable, whyUnreadable, type Stored } from '@chronovirt/runtime';
import { z } from 'zod';
import { readChain } from '../../history/chain.ts';
import { parseMoment, stateAt } from '../../history/moment.ts';
import type { InstanceEntry } from '../../read-model/instance-entry.ts';
import { formatPosition } from '../../read-model/position.ts';
import { instanceSince, type ApiContext } from '../context.ts';
import { json, route, type Route } from '../route.ts';
import { badInput, notFound, since } from './shared-docs.ts';

const moment = z.string().min(1).max(100);
const momentText = 'A sequence (`57`), `host:sequence` where it is in more than one stream, or a time in ISO 8601.';

export function historyRoutes(context: ApiContext): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/instances/{instance}/history',
      operation: 'readHistory',
      tag: 'History',
      summary: 'The whole history of an instance over all hosts that had it, oldest first; also after it was deleted.',
      query: z.strictObject({ since }),
      answers: {
        200: {
          description: 'Every stored message. One that this version cannot read is shown raw, with the reason.',
          schema: z.object({
            instance: z.string(),
            name: z.string().nullable(),
            position: z.string(),
            entries: z.array(
              z.object({
                host: z.string(),
                seq: z.int(),
                message: z.json().optional(),
                unreadable: z.json().optional(),
                raw: z.string().optional(),
              }),
            ),
          }),
        },
        404: notFound,
      },
      async handle({ params, query, signal }) {
        const entry = await instanceSince(context, params['instance'], query.since, signal);
        const position = formatPosition(context.model.position);
        const entries = (await chainOf(context, entry)).map((stored) =>
          isReadable(stored)
            ? { host: stored.host, seq: stored.seq, message: stored.message }
            : {
                host: stored.host,
                seq: stored.seq,
                unreadable: whyUnreadable(stored),
                ...('raw' in stored && { raw: stored.raw }),
              },
        );
        return json({ instance: entry.uuid, name: entry.name, position, entries });
      },
    }),
    route({
      method: 'get',
      path: '/v1/instances/{instance}/state',
      operation: 'stateAt',
      tag: 'History',
      summary: 'The state of an instance at any moment of its history.',
      query: z.strictObject({ at: moment.describe(momentText), since }),
      answers: {
        200: {
          description: 'The state, and the message that it was reached by.',
          schema: z.object({ host: z.string(), seq: z.int(), at: z.int(), state: z.json() }),
        },
        400: badInput,
        404: notFound,
      },
      async handle({ params, query, signal }) {
        const wanted = parseMoment(query.at, 'at');
        const entry = await instanceSince(context, params['instance'], query.since, signal);
        const found = stateAt(await chainOf(context, entry), wanted, 'at');
        return json({ instance: entry.uuid, name: entry.name, ...found });
      },
    }),
    route({
      method: 'get',
      path: '/v1/instances/{instance}/diff',
      operation: 'diffStates',
      tag: 'History',
      summary: 'What differs between the states at two moments.',
      query: z.strictObject({ a: moment.describe(momentText), b: moment.describe(momentText), since }),
      answers: {
        200: { description: 'The fields that differ, by path.', schema: z.json() },
        400: badInput,
        404: notFound,
      },
      async handle({ params, query, signal }) {
        const [momentA, momentB] = [parseMoment(query.a, 'a'), parseMoment(query.b, 'b')];
        const entry = await instanceSince(context, params['instance'], query.since, signal);
        const chain = await chainOf(context, entry);
        const [a, b] = [stateAt(chain, momentA, 'a'), stateAt(chain, momentB, 'b')];
        const { state: before, ...from } = a;
        const { state: after, ...to } = b;
        // JSON knows no undefined: a field that is missing on one side shows as null there.
        const changes = diff(before, after).map(({ path, before: was, after: is }) => ({
          path,
          before: was ?? null,
          after: is ?? null,
        }));
        return json({ instance: entry.uuid, name: entry.name, a: from, b: to, changes });
      },
    }),
    route({
      method: 'get',
      path: '/v1/instances/{instance}/verify',
      operation: 'verifyHistory',
      tag: 'History',
      summary: 'Folds the stored history with the charts of today and compares every state with what was recorded.',
      query: z.strictObject({ since }),
      answers: { 200: { description: 'The verdict per segment.', schema: z.json() }, 404: notFound },
      async handle({ params, query, signal }) {
        const entry = await instanceSince(context, params['instance'], query.since, signal);
        const segments = verdicts(await chainOf(context, entry));
        return json({ instance: entry.uuid, name: entry.name, ok: segments.every(({ ok }) => ok), segments });
      },
    }),
  ];
}

async function chainOf({ journal }: ApiContext, entry: InstanceEntry): Promise<Stored[]> {
  const hosts = entry.segments.map(({ host }) => host);
  const chain: Stored[] = [];
  for await (const stored of readChain(journal, entry.uuid, hosts)) chain.push(stored);
  return chain;
}

/** A verdict for each host's part of a chain. What cannot be read disagrees. */
function verdicts(chain: readonly Stored[]): ({ host: string } & ReturnType<typeof verify>)[] {
  const hosts = [...new Set(chain.map(({ host }) => host))];
  return hosts.map((host) => {
    const segment = chain.filter((stored) => stored.host === host);
    for (const stored of segment) {
      const why = whyUnreadable(stored);
      if (why !== null) return { host, ok: false, at: stored.seq, difference: why.text, details: [] };
    }
    return { host, ...verify(segment.filter(isReadable)) };
  });
}
