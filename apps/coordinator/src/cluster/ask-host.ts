/** Questions to a host's driver over NATS. They change nothing, or nothing that would not bear to be asked for twice. */
import { ChronovirtError } from '@chronovirt/contract';
import { requestQuery, type NatsConnection } from '@chronovirt/nats-adapter';
import type { Hosts } from '../hosts/hosts.ts';
import type { AskHost } from './host-requests.ts';

/**
 * A question may take as long as its patience: checks of a move are no quick ones, so silence alone says nothing. But a process that has
 * ended answers nothing any more: as soon as another one reports for its host, that one is asked, in what is left of the patience.
 */
export function askHost(nats: NatsConnection, hosts: Pick<Hosts, 'endOfProcess'>): AskHost {
  return async (host, method, args, { patienceMs, signal }) => {
    const end = performance.now() + patienceMs;
    for (let left = patienceMs; left > 0; left = end - performance.now()) {
      const ended = hosts.endOfProcess(host);
      const over = ended === null ? signal : AbortSignal.any([signal, ended]);
      const asked = requestQuery(nats, host, method, args as never, { patienceMs: left, signal: over });
      const reply = await asked.catch((error: unknown) => {
        if (signal.aborted || ended?.aborted !== true) throw error;
        return null;
      });
      if (reply?.kind === 'result') return reply.value;
      if (reply?.kind === 'error') throw new ChronovirtError(reply.code, reply.message);
      if (reply?.kind === 'unreachable') break;
    }
    throw new ChronovirtError('HOST_UNREACHABLE', `host ${host} does not answer`, { retry: 'later' });
  };
}
