/** Orders for instances that exist: arguments made whole, sent to the owner, the stored answer given back. */
import { randomUUID } from 'node:crypto';
import {
  commandArguments,
  type By,
  type Command,
  type CommandName,
  type InstanceUuid,
  type SecretRef,
} from '@chronovirt/contract';
import { isReadable, type Journal } from '@chronovirt/runtime';
import { secretsIn } from '../cluster/secrets-of-orders.ts';
import { findImage, refOf } from '../images/find-image.ts';
import type { InstanceEntry } from '../read-model/instance-entry.ts';
import { checkHost, type ApiContext } from './context.ts';
import { chooseFlavor } from './choose-flavor.ts';
import { flavorChoice } from './create-body.ts';
import { sealOrderSecret, takeSecret, type OrderSecret } from './order-secret.ts';
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
  /** The password that was made for it; told with the first acceptance and never again. */
  readonly adminPassword?: string;
}

/** Sends an order; resolves with its stored acceptance. Throws `Problem`: refused, unreachable, halted, bad arguments. */
export async function sendOrder(
  context: ApiContext,
  entry: InstanceEntry,
  order: Order,
  by: By,
  key: string | null,
): Promise<Accepted> {
  const { args, secret } = await argumentsOf(context, order);
  const { host: owner } = entry;
  if (owner === null) throw new Problem(503, 'NO_OWNER', 'it is not known yet which host has the instance; try again');
  const uuid = entry.uuid as InstanceUuid;
  const sealed = secret === null ? null : await sealOrderSecret(context.secrets, uuid, order.name, secret);
  const command = {
    id: key ?? randomUUID(),
    instance: entry.uuid,
    name: order.name,
    args: secret === null ? args : { ...args, [secret.argument]: sealed },
    by,
    ...(order.ifSeq === undefined ? {} : { ifSeq: order.ifSeq }),
  } as unknown as Command;
  const reply = await toOwner(context, owner, command);
  const isOurs = sealed === null || (await isTaken(context, reply, sealed));
  const problem = problemOfReply(reply);
  if (problem !== null) throw problem;
  if (reply.kind !== 'answer') throw new Error('unreachable: every other reply is a problem');
  return {
    instance: entry.uuid,
    command: command.id,
    host: reply.host,
    seq: reply.answer.seq || reply.seq,
    ...(secret?.isMade === true && isOurs && { adminPassword: secret.text }),
  };
}

/**
 * Whether the order that was taken is the one that this secret was sealed for. Where it is known that none ever will, the secret goes
 * again; of an unknown fate it stays, since the order may need it, and goes with the instance.
 */
async function isTaken(
  { journal, secrets, log }: ApiContext,
  reply: OrderReply,
  { object }: SecretRef,
): Promise<boolean> {
  const named = await isNamed(journal, reply, object);
  if (named === false)
    await secrets.remove(object).catch((error: unknown) => {
      log.warn(
        { object, error: String(error) },
        'what was sealed for an order that was not taken could not be removed',
      );
    });
  return named === true;
}

/** Null: it is not known. The same order sent again is answered by the message of the first one, which names the first one's secret. */
async function isNamed(journal: Journal, reply: OrderReply, object: string): Promise<boolean | null> {
  if (reply.kind === 'unreachable') return reply.taken ? null : false;
  if (reply.kind === 'error') return null;
  if (reply.answer.kind === 'refused') return false;
  if (secretsIn(reply.state?.context.request).includes(object)) return true;
  const stored = await journal.get(reply.host, reply.answer.seq || reply.seq).catch(() => null);
  if (stored === null || !isReadable(stored)) return null;
  return stored.message.events.some(({ data }) => secretsIn(data?.['request']).includes(object));
}

/** The arguments of an order, with images and flavors that were given by name looked up, and its secret apart. */
export async function argumentsOf(
  context: ApiContext,
  { name, args }: Order,
): Promise<{ readonly args: Record<string, unknown>; readonly secret: OrderSecret | null }> {
  const { args: plain, secret } = takeSecret(name, args);
  const whole = { ...plain };
  if (typeof whole['image'] === 'string')
    whole['image'] = refOf(await findImage(context.images, whole['image'], 'args.image'));
  if (typeof whole['host'] === 'string') checkHost(context, whole['host'], 'args.host');
  const flavor = flavorChoice.safeParse(whole['flavor']);
  if (flavor.success) whole['flavor'] = chooseFlavor(flavor.data, context.config.flavors);
  const parsed = commandArguments[name].safeParse(whole);
  if (!parsed.success) throw invalid('args', parsed.error);
  return { args: parsed.data, secret };
}

/** The owner as the model knows it; where the instance has just been handed over, the one that the answer names. */
async function toOwner({ commands }: ApiContext, host: string, command: Command): Promise<OrderReply> {
  const reply = await commands.send(command, host);
  if (reply.kind !== 'answer' || reply.answer.kind !== 'refused' || reply.answer.guard !== 'roleOwner') return reply;
  const role = reply.state?.actor.role;
  if (role?.kind !== 'granted' || role.host === host) return reply;
  return commands.send(command, role.host);
}
