/** How the cluster speaks to the hosts. */
import type { ActorRequest, InstanceUuid } from '@chronovirt/contract';
import type { CommandReply } from '@chronovirt/runtime';

/**
 * Sends a request to an actor of a host and waits for the stored answer. `unreachable`: no answer within the patience; only with
 * `taken: false` is it sure that nothing was done.
 */
export type SendToActor = (
  host: string,
  instance: InstanceUuid,
  request: ActorRequest,
  options: { patienceMs: number; signal: AbortSignal },
) => Promise<CommandReply | { kind: 'unreachable'; taken: boolean }>;

/** Asks a host's driver past every mailbox. Throws `HOST_UNREACHABLE` (retry later) without an answer, else the host's own error. */
export type AskHost = (
  host: string,
  method: string,
  args: Readonly<Record<string, unknown>>,
  options: { patienceMs: number; signal: AbortSignal },
) => Promise<unknown>;
