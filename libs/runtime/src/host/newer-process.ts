import { isNewerIncarnation, type AnyMessage } from '@chronovirt/contract';
import type { HostContext } from './host-context.ts';

/**
 * Whether a newer process of this host wrote a message. What the coordinator writes into a host's history takes no process over; everything
 * else in it is written by processes of the host.
 */
export function isOfNewerProcess(
  message: Pick<AnyMessage, 'host' | 'incarnation' | 'events'>,
  { host, incarnation }: Pick<HostContext, 'host' | 'incarnation'>,
): boolean {
  return (
    message.host === host && isNewerIncarnation(message.incarnation, incarnation) && !message.events.some(isOfCluster)
  );
}

/** Events that the coordinator writes in the place of a host that does not answer. */
function isOfCluster({ type, data }: AnyMessage['events'][number]): boolean {
  return (
    ['fence', 'undo', 'moveOver'].includes(type) ||
    (type === 'closed' && data?.['migration'] !== undefined) ||
    (type === 'confirmMigration.requested' && data?.['asked'] === true)
  );
}
