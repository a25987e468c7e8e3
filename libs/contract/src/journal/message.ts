import { z } from 'zod';
import { commandId, hostName, incarnation, instanceUuid, messageId } from '../data/identifiers.ts';
import { instanceState } from './state.ts';

/** Version of the stored message. A reader that meets a newer one halts that instance and says which version is needed. */
export const MESSAGE_VERSION = 1;

/** Who caused a turn. */
export const by = z.strictObject({
  kind: z.enum(['user', 'operator', 'agent', 'coordinator', 'hypervisor', 'policy']),
  name: z.string().max(100),
});
export type By = z.infer<typeof by>;

/**
 * One event of a turn.
 *
 * - `type`: `<method>.requested|done|failed|timedOut`, `observed.*`, or an envelope's event (`adopted`, `released`, `fence`, `refused`, `late`, `resumed`, `note`, …).
 * - `part`: what it moves; `life` unless said otherwise.
 * - `of`: the op that it speaks of (outcomes, timedOut, late, resumed).
 * - `op`, `deadline`: the effect that its transition opened, if it led into a state with one.
 * - `to`: the state of its part afterwards; a reader without the machine can follow.
 */
export const storedEvent = z.strictObject({
  type: z.string().regex(/^[a-z][A-Za-z0-9]*(\.[A-Za-z]+)?$/),
  part: z.string().max(64).optional(),
  of: z.int().nonnegative().optional(),
  op: z.int().positive().optional(),
  deadline: z.int().optional(),
  notBefore: z.int().optional(),
  data: z.record(z.string(), z.json()).optional(),
  to: z.string().max(100),
});
export type StoredEvent = z.infer<typeof storedEvent>;

/**
 * One stored message = one turn of one actor: decided, appended and folded as a whole.
 *
 * `command` is the order that all this serves; `cause` is the message, hint or alarm that led here; `at` (milliseconds since 1970)
 * never goes back within a history; `machine` names the chart version that decided.
 */
export const turnMessage = z.strictObject({
  v: z.literal(MESSAGE_VERSION),
  id: messageId,
  instance: instanceUuid,
  host: hostName,
  epoch: z.int().nonnegative(),
  incarnation,
  at: z.int().nonnegative(),
  by,
  command: commandId.nullable(),
  cause: z.string().max(200).nullable(),
  machine: z.string().max(64),
  events: z.array(storedEvent).min(1).max(64),
  state: instanceState,
});
export type TurnMessage = z.infer<typeof turnMessage>;

/** A message whose state is of an older version: its events count as ever, and its state follows from them. */
export const statelessMessage = turnMessage.omit({ state: true });
export type StatelessMessage = z.infer<typeof statelessMessage>;
