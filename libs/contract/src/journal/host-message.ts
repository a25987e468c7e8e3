/** Messages of hosts' histories: the envelope of an instance's, with a state and a token of their own. */
import { z } from 'zod';
import { hostToken } from '../subjects.ts';
import { hostState, standing } from './host-state.ts';
import { turnMessage, type TurnMessage } from './message.ts';

/** A turn of a host (in the spine's stream), or its standing (in its own); `state.aggregate` tells which. */
export const hostMessage = turnMessage.extend({
  instance: hostToken,
  state: z.discriminatedUnion('aggregate', [hostState, standing]),
});
export type HostMessage = z.infer<typeof hostMessage>;

/** A message of a host whose state is of an older version: its events count as ever, and its state follows from them. */
export const statelessHostMessage = hostMessage.omit({ state: true });
export type StatelessHostMessage = z.infer<typeof statelessHostMessage>;

/** Whatever a journal stores. */
export type AnyMessage = TurnMessage | HostMessage;
