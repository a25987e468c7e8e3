/** Commands and links to the actors of a host: `rpc.<host>.cmd.<instance>`. The answer rests on a stored message. */
import {
  actorRequest,
  answer,
  ChronovirtError,
  commandSubject,
  hostName,
  instanceState,
  instanceUuid,
  type InstanceUuid,
  type ActorRequest,
} from '@chronovirt/contract';
import { checkPlace, type CommandReply } from '@chronovirt/runtime';
import { z } from 'zod';
import { coreOf } from '../connection/core.ts';
import type { NatsConnection } from '../connection/handle.ts';
import { askPatiently, type Patience, type Unreachable } from './ask.ts';
import { parseBody } from './parse-body.ts';
import { serve, type Serving } from './serve.ts';

const commandReply = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('answer'),
    answer,
    host: hostName,
    seq: z.int().nonnegative(),
    state: instanceState.nullable(),
  }),
  z.object({ kind: z.literal('linked'), host: hostName, seq: z.int().nonnegative(), state: instanceState.nullable() }),
  z.object({ kind: z.literal('error'), code: z.string(), message: z.string() }),
]);

/**
 * Serves the actors of a host. A request that is none, or that speaks of another instance than its subject, is answered with
 * `INVALID_INPUT` and never reaches `handle`.
 */
export function serveActors(
  connection: NatsConnection,
  host: string,
  handle: (instance: InstanceUuid, request: ActorRequest) => Promise<CommandReply>,
): Serving {
  checkPlace(host);
  return serve(connection, commandSubject(host, '*'), (msg) => {
    const request = parseBody(actorRequest, msg.data, 'request');
    const named = instanceUuid.safeParse(msg.subject.slice(msg.subject.lastIndexOf('.') + 1));
    if (!named.success)
      throw new ChronovirtError('INVALID_INPUT', `subject ${msg.subject}: expected an instance's UUID at its end`);
    const instance = named.data;
    const meant = instanceOf(request);
    if (meant !== null && meant !== instance) {
      throw new ChronovirtError(
        'INVALID_INPUT',
        `instance: the request speaks of ${meant}, its subject of ${instance}`,
      );
    }
    return handle(instance, request);
  });
}

/**
 * Sends a request to an actor and waits for the stored answer, for `patienceMs`; the same id on every try, so that it is done once.
 * `unreachable` with `taken: false` means: nothing was done. Throws `REPLY_UNREADABLE` when the host speaks another version.
 */
export async function requestActor(
  connection: NatsConnection,
  host: string,
  instance: string,
  request: ActorRequest,
  patience: Patience,
): Promise<CommandReply | Unreachable> {
  checkPlace(host, instance);
  const subject = commandSubject(host, instance);
  const reply = await askPatiently(coreOf(connection), subject, Buffer.from(JSON.stringify(request)), patience);
  return 'kind' in reply ? reply : parseBody(commandReply, reply.data, `reply of ${host}`, 'REPLY_UNREADABLE');
}

/** The instance that a request names; a return or a fence names none, its subject does. */
function instanceOf(request: ActorRequest): string | null {
  if (request.kind === 'command') return request.command.instance;
  return request.link.kind === 'adopt' ? request.link.spec.uuid : null;
}
