import { z } from 'zod';
import { commandId, hostName } from '../data/identifiers.ts';
import { instanceSpec } from '../data/instance-spec.ts';
import { command } from './command.ts';
import { failure, instanceState, lifeContext, lock } from './state.ts';

const epoch = z.int().nonnegative();

/** A message of another segment of the same history. */
export const segmentEnd = z.strictObject({ host: hostName, seq: z.int().nonnegative() });

/** The part of a state that goes along when another actor takes an instance over. */
export const handedState = z.strictObject({
  value: instanceState.shape.value,
  context: lifeContext,
  /** The taker's ops go on from here, so that no mark is ever written twice under one epoch. */
  op: z.int().nonnegative(),
  parts: z.strictObject({ lock: lock.nullable() }),
});
export type HandedState = z.infer<typeof handedState>;

/** To a host: the instance is yours from `epoch` on; `from` is where its history comes from, `spec` is stored again in this host's stream. */
export const adoptOrder = z.strictObject({
  kind: z.literal('adopt'),
  epoch,
  from: segmentEnd,
  spec: instanceSpec,
  state: handedState,
  command: commandId.nullable(),
});
export type AdoptOrder = z.infer<typeof adoptOrder>;

/** To the spine: a host does not hold the instance any more. `seq`: its last message; `retry`: whether another host may be tried. */
export const returned = z.strictObject({
  kind: z.literal('returned'),
  host: hostName,
  epoch,
  seq: z.int().nonnegative(),
  outcome: z.enum(['released', 'deleted', 'offloaded']),
  failure: failure.nullable(),
  hostsTried: z.array(hostName),
  retry: z.boolean(),
  command: commandId.nullable(),
});
export type Returned = z.infer<typeof returned>;

/** To a host: from now on only an epoch above `epoch` may act; what is there is cleared away. */
export const fence = z.strictObject({ kind: z.literal('fence'), epoch });
export type Fence = z.infer<typeof fence>;

/** What ties the segments of an instance's history together, told to an actor by the other side. Only a newer epoch is ever taken. */
export const link = z.discriminatedUnion('kind', [adoptOrder, returned, fence]);
export type Link = z.infer<typeof link>;

/** A request to an instance's actor (`rpc.<host>.cmd.<instance>`, which names the instance): a person's command or a link of its history. */
export const actorRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('command'), command }),
  z.strictObject({ kind: z.literal('link'), link }),
]);
export type ActorRequest = z.infer<typeof actorRequest>;
