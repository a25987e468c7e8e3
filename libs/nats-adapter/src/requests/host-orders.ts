/**
 * Orders to the agent of a host that concern no single instance: `rpc.<host>.host.<method>`. Each is safe to ask again but a power
 * action; whoever orders one sends it once (`once`), and a silence then means that it may have been taken.
 */
import { ChronovirtError, hostOrderSubject } from '@chronovirt/contract';
import { checkPlace } from '@chronovirt/runtime';
import { z } from 'zod';
import { coreOf } from '../connection/core.ts';
import type { NatsConnection } from '../connection/handle.ts';
import { askPatiently, type Patience, type Unreachable } from './ask.ts';
import { parseBody } from './parse-body.ts';
import type { Json } from './queries.ts';
import { serve, type ErrorReply, type Serving } from './serve.ts';

const order = z.strictObject({ args: z.record(z.string(), z.json()), deadlineMs: z.int().positive().max(3_600_000) });

const orderReply = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('result'), value: z.json() }),
  z.object({
    kind: z.literal('error'),
    code: z.string(),
    message: z.string(),
    retry: z.enum(['later', 'never']).optional(),
  }),
]);

/** Carries out one order; `deadlineMs` is what the sender will wait. */
export type HostOrderHandler = (method: string, args: Record<string, Json>, deadlineMs: number) => Promise<unknown>;

/** Serves orders to a host. The handler checks the arguments; undefined as a result is told as null. */
export function serveHostOrders(connection: NatsConnection, host: string, handle: HostOrderHandler): Serving {
  checkPlace(host);
  return serve(connection, hostOrderSubject(host, '*'), async (msg) => {
    const { args, deadlineMs } = parseBody(order, msg.data, 'order');
    const method = msg.subject.slice(msg.subject.lastIndexOf('.') + 1);
    return { kind: 'result', value: (await handle(method, args, deadlineMs)) ?? null };
  });
}

/** Gives an order and waits for its end, for `patienceMs`. */
export async function requestHostOrder(
  connection: NatsConnection,
  host: string,
  method: string,
  args: Record<string, Json>,
  patience: Patience & { readonly once?: boolean },
): Promise<{ readonly kind: 'result'; readonly value: Json } | ErrorReply | Unreachable> {
  checkPlace(host);
  if (!/^[A-Za-z]{1,64}$/.test(method)) throw new ChronovirtError('INVALID_INPUT', 'method: expected 1-64 letters');
  const deadlineMs = Math.max(1, Math.min(3_600_000, Math.trunc(patience.patienceMs)));
  const payload = Buffer.from(JSON.stringify({ args, deadlineMs }));
  const { patienceMs, signal, once = false } = patience;
  const tries = { patienceMs, signal, tryMs: once ? patienceMs : Math.min(patienceMs, 60_000) };
  const reply = await askPatiently(coreOf(connection), hostOrderSubject(host, method), payload, tries);
  if ('kind' in reply) return reply;
  const said = parseBody(orderReply, reply.data, `reply of ${host}`, 'REPLY_UNREADABLE');
  if (said.kind === 'result') return said;
  const { retry, ...error } = said;
  return retry === undefined ? error : { ...error, retry };
}
