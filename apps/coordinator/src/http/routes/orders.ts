import {
  CLUSTER,
  commandNames,
  methodNames,
  type By,
  type CommandName,
  type InstanceSpec,
  type InstanceState,
  type InstanceUuid,
} from '@chronovirt/contract';
import { explain, ofMoves, settled, type Explanation } from '@chronovirt/machines';
import { isReadable, lastReadableState, specIn, whyUnreadable } from '@chronovirt/runtime';
import { z } from 'zod';
import type { InstanceEntry } from '../../read-model/instance-entry.ts';
import { formatPosition } from '../../read-model/position.ts';
import { instanceSince, type ApiContext } from '../context.ts';
import { Problem } from '../problem.ts';
import { flag, json, route, type Route } from '../route.ts';
import { argumentsOf, sendOrder } from '../send-command.ts';
import { accepted, badInput, notFound, orderProblems, since } from './shared-docs.ts';

/** At this fill of a stream new commands are refused; the rest is for outcomes. */
const fullAt = 0.95;
const clusterMethods: ReadonlySet<string> = new Set(['place', 'order', 'destroy']);
const orderNames = commandNames.filter((name) => name !== 'create');

const orderBody = z.strictObject({
  name: z.enum(orderNames as [CommandName, ...CommandName[]]).describe('The command.'),
  args: z
    .record(z.string(), z.json())
    .default({})
    .describe(
      'Its arguments; images and flavors may be given by name. A password (`adminPassword` of `rescue` and `rebuild`) is given as text, at most 255 characters, and sealed before anything is stored. A `rescue` without one gets one made: `adminPassword` of the answer.',
    ),
  ifSeq: z
    .int()
    .nonnegative()
    .optional()
    .describe('Refuse unless this is the sequence of the last message of the instance.'),
});

export function orderRoutes(context: ApiContext): Route[] {
  return [
    route({
      method: 'post',
      path: '/v1/instances/{instance}/commands',
      operation: 'sendCommand',
      tag: 'Instances',
      summary: 'Orders something of an instance.',
      description:
        'Accepted when the intent is stored, before the hypervisor is touched. With `Idempotency-Key` the same order may be sent again: it gets the same answer, but for a password that was made for it, which is told once.',
      query: z.strictObject({
        dryRun: flag.describe('Only check the arguments, and answer whether it would be taken now.'),
        since,
      }),
      body: orderBody,
      answers: {
        200: { description: 'Dry run: the explanation.', schema: z.json() },
        202: { description: 'Accepted and stored.', schema: accepted },
        ...orderProblems,
      },
      async handle({ params, query, body, by, idempotencyKey, signal }) {
        const entry = await instanceSince(context, params['instance'], query.since, signal);
        if (query.dryRun === true) {
          const { args } = await argumentsOf(context, body);
          return json(await explained(context, entry, by, body.name, args));
        }
        const position = formatPosition(context.model.position);
        return json({ ...(await sendOrder(context, entry, body, by, idempotencyKey)), position }, 202);
      },
    }),
    route({
      method: 'get',
      path: '/v1/instances/{instance}/explain',
      operation: 'explainCommand',
      tag: 'Instances',
      summary:
        'Says whether a command would be taken now, or why not and what to do first. Without a command: all of them.',
      description:
        'Without arguments: `dependsOn` names those that the answer rests on, where there are any. With arguments: `POST /v1/instances/{instance}/commands?dryRun`. `away`: who would have to take it is a host that cannot be told anything now, and why (`h1 is lost`); given now it would end with 503 or 504.',
      query: z.strictObject({ command: z.enum(orderNames as [CommandName, ...CommandName[]]).optional(), since }),
      answers: { 200: { description: 'The explanations.', schema: z.json() }, 400: badInput, 404: notFound },
      async handle({ params, query, by, signal }) {
        const entry = await instanceSince(context, params['instance'], query.since, signal);
        return json(await explained(context, entry, by, query.command));
      },
    }),
  ];
}

/** Whether a command would be taken now with these arguments, and why not; of all commands when none is named. */
async function explained(
  context: ApiContext,
  entry: InstanceEntry,
  by: By,
  command?: CommandName,
  args: Readonly<Record<string, unknown>> = {},
): Promise<object> {
  const present = await presentOf(context, entry, entry.host, command);
  // What moves an instance is asked of the spine, which knows of moves and hosts.
  const spine = await presentOf(context, entry, CLUSTER);
  const explanation = (name: CommandName): Explanation & { command: CommandName; away?: string } => {
    const taker = context.commands.taker({ name, instance: entry.uuid as InstanceUuid }, present.host);
    // So is a delete, for a host that cannot do it any more.
    const { state, env } = ofMoves.has(name) || taker === CLUSTER ? spine : present;
    const answer = explain(state, name, { ...env, by, args });
    const away = answer.allowed ? awayOf(context, taker) : null;
    return { command: name, ...answer, ...(away !== null && { away }) };
  };
  const about = {
    instance: entry.uuid,
    name: entry.name,
    state: present.state.value,
    host: present.host,
    seq: present.seq,
    reachable: reachable(context, present.host),
  };
  return command === undefined
    ? { ...about, commands: orderNames.map(explanation) }
    : { ...about, ...explanation(command) };
}

interface Present {
  readonly host: string;
  readonly seq: number;
  readonly state: InstanceState;
  readonly env: Parameters<typeof explain>[2];
}

/** The state that the owner has stored last, and what its guards look at. A delete goes on from what can be read. */
async function presentOf(
  context: ApiContext,
  entry: InstanceEntry,
  host: string | null,
  command?: CommandName,
): Promise<Present> {
  const stored = host === null ? null : await context.journal.last(host, entry.uuid);
  if (host === null || stored === null) throw new Problem(404, 'NO_SUCH_INSTANCE', 'the instance has no history');
  const state = isReadable(stored)
    ? settled(stored.message.state, stored.seq)
    : command === 'delete'
      ? (await lastReadableState(context.journal, host, entry.uuid))?.state
      : undefined;
  if (state === undefined) {
    throw new Problem(
      423,
      'HALTED',
      `the instance is halted at ${host}:${stored.seq}: ${whyUnreadable(stored)?.text}; only delete is taken`,
      { host, seq: stored.seq },
    );
  }
  const halted = entry.of(host)?.halted ?? null;
  if (halted !== null && command !== 'delete')
    throw new Problem(423, 'HALTED', `the instance is halted (${halted.code}): ${halted.text}; only delete is taken`, {
      host,
      seq: halted.seq,
    });
  const report = context.hosts().find((view) => view.report.host === host)?.report;
  // Of a host that was lost before this process began nobody has said what its driver lacks.
  const methods = host === CLUSTER ? clusterMethods : new Set(report?.implements ?? methodNames);
  const facts: Present['env']['facts'] = {
    implements: methods,
    full: context.journal.fill(host) >= fullAt,
    proofOf: context.proofOf,
    lockOf: ({ host: holder, epoch }) => entry.lockOn(holder, epoch),
  };
  const spec = await specOf(context, host, state.actor.spec);
  return { host, seq: stored.seq, state, env: { host: host as never, facts, ...(spec === undefined ? {} : { spec }) } };
}

async function specOf({ journal }: ApiContext, host: string, seq: number): Promise<InstanceSpec | undefined> {
  const stored = await journal.get(host, seq);
  return stored !== null && isReadable(stored) ? specIn(stored.message) : undefined;
}

/** Why a host takes nothing just now, as far as is known: `h1 is lost`; null = it may be asked. */
function awayOf(context: ApiContext, host: string): string | null {
  if (host === CLUSTER) return null;
  const reach = context.fleet.state(host)?.state.value ?? 'reachable';
  if (reach !== 'reachable') return `${host} is ${reach}`;
  return reachable(context, host) ? null : `${host} is silent`;
}

function reachable({ hosts }: ApiContext, host: string): boolean {
  return host === CLUSTER || (hosts().find(({ report }) => report.host === host)?.alive ?? false);
}
