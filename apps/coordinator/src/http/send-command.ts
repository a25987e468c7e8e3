/** Orders for instances that exist: arguments made whole, sent to the owner, the stored answer given back. */
import { randomUUID } from 'node:crypto';
import { commandArguments, type By, type Command, type CommandName } from '@chronovirt/contract';
import { findImage, refOf } from '../images/find-image.ts';
import type { InstanceEntry } from '../read-model/instance-entry.ts';
import { checkHost, type ApiContext } from './context.ts';
import { chooseFlavor } from './choose-flavor.ts';
import { flavorChoice } from './create-body.ts';
import { invalid, Problem, problemOfReply } from './problem.ts';
import type { OrderReply } from './ports.ts';

export interface Order {
  readonly name: CommandName;
  readonly args: Readonly<Record<string, unknown>>;
  readonly ifSeq?: number | undefined;
}

export interface Accepted {
  readonly instance: string;
  readonly command: string;
  readonly host: string;
  readonly seq: number;
}

/** Sends an order; resolves with its stored acceptance. Throws `Problem`: refused, unreachable, halted, bad arguments. */
export async function sendOrder(
  context: ApiContext,
  entry: InstanceEntry,
  order: Order,
  by: By,
  key: string | null,
): Promise<Accepted> {
  const args = await argumentsOf(context, order);
  const command = {
    id: key ?? randomUUID(),
    instance: entry.uuid,
    name: order.name,
    args,
    by,
    ...(order.ifSeq === undefined ? {} : { ifSeq: order.ifSeq }),
  } as unknown as Command;
  const reply = await toOwner(context, entry, command);
  const problem = problemOfReply(reply);
  if (problem !== null) throw problem;
  if (reply.kind !== 'answer') throw new Error('unreachable: every other reply is a problem');
  return { instance: entry.uuid, command: command.id, host: reply.host, seq: reply.answer.seq || reply.seq };
}

/** The arguments of an order, with images and flavors that were given by name looked up. */
export async function argumentsOf(context: ApiContext, { name, args }: Order): Promise<Record<string, unknown>> {
  const whole = { ...args };
  if (typeof whole['image'] === 'string')
    whole['image'] = refOf(await findImage(context.images, whole['image'], 'args.image'));
  if (typeof whole['host'] === 'string') checkHost(context, whole['host'], 'args.host');
  const flavor = flavorChoice.safeParse(whole['flavor']);
  if (flavor.success) whole['flavor'] = chooseFlavor(flavor.data, context.config.flavors);
  const parsed = commandArguments[name].safeParse(whole);
  if (!parsed.success) throw invalid('args', parsed.error);
  return parsed.data;
}

/** The owner as the model knows it; where the instance has just been handed over, the one that the answer names. */
async function toOwner({ commands }: ApiContext, entry: InstanceEntry, command: Command): Promise<OrderReply> {
  if (entry.host === null)
    throw new Problem(503, 'NO_OWNER', 'it is not known yet which host has the instance; try again');
  const reply = await commands.send(command, entry.host);
  if (reply.kind !== 'answer' || reply.answer.kind !== 'refused' || reply.answer.guard !== 'roleOwner') return reply;
  const role = reply.state?.actor.role;
  if (role?.kind !== 'granted' || role.host === entry.host) return reply;
  return commands.send(command, role.host);
}
