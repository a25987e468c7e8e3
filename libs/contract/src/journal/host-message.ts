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

/** Whatever a journal stores. */
export type AnyMessage = TurnMessage | HostMessage;
