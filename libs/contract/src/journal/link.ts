import { z } from 'zod';
import { commandId, hostName, instanceUuid } from '../data/identifiers.ts';
import { instanceSpec } from '../data/instance-spec.ts';
import { command } from './command.ts';
import { by } from './message.ts';
import { failure, instanceState } from './state.ts';

/** Where another segment of a history is: a message of another host's stream. */
export const segmentEnd = z.strictObject({ host: hostName, seq: z.int().nonnegative() });

const tie = {
  instance: instanceUuid,
  /** The epoch that this link is about: the one granted (adopt), the one that ended (returned). */
  epoch: z.int().nonnegative(),
  from: segmentEnd,
  command: commandId.nullable(),
  by,
};

/**
 * What ties the segments of an instance's history together, told to an actor by the other side:
 *
 * - `adopt`: the spine has granted `epoch` to this host; the state to go on from, and the spec (stored again in this host's stream).
 * - `returned`: a host has released the instance after a clean failed build, or has deleted it; the spine owns it again, or closes.
 */
export const link = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('adopt'), ...tie, spec: instanceSpec, state: instanceState }),
  z.strictObject({
    kind: z.literal('returned'),
    ...tie,
    outcome: z.enum(['released', 'deleted']),
    failure: failure.nullable(),
    /** Whether another host may be tried. */
    retry: z.boolean(),
  }),
]);
export type Link = z.infer<typeof link>;

/** A request to an instance's actor (`rpc.<host>.cmd.<instance>`): a person's command or a link of its history. */
export const actorRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('command'), command }),
  z.strictObject({ kind: z.literal('link'), link }),
]);
export type ActorRequest = z.infer<typeof actorRequest>;
