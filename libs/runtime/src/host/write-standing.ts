import {
  CLUSTER,
  hostTokenOf,
  MESSAGE_VERSION,
  type HostName,
  type Incarnation,
  type MessageId,
  type StatelessHostMessage,
} from '@chronovirt/contract';
import { foldStanding, HOST_MACHINE_VERSION } from '@chronovirt/machines';
import { isOfHost, type Journal } from '../ports/journal.ts';

export interface StandingToWrite {
  readonly host: HostName;
  readonly term: number;
  readonly serves: boolean;
  /** For whoever reads it there. */
  readonly why: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Of the coordinator that writes it. */
  readonly incarnation: Incarnation;
}

/**
 * Makes the host's own stream say that its term goes on or is over, by compare-and-set; once it returns, every later read by the host's
 * agent finds it. `superseded`: the stream knows a later term already, and nothing was written. The stream is made when it is missing.
 */
export async function writeStanding(
  journal: Journal,
  standing: StandingToWrite,
  signal?: AbortSignal,
): Promise<'written' | 'superseded'> {
  const { host, term, serves, incarnation } = standing;
  await journal.provision(host);
  for (let tries = 0; ; tries++) {
    const last = await journal.last(host, hostTokenOf(host));
    const known = last !== null && isOfHost(last) ? last.hostMessage.state : null;
    if (known?.aggregate === 'standing') {
      if (known.term > term) return 'superseded';
      if (known.term === term && known.serves === serves) return 'written';
    }
    const event = { type: serves ? 'termGiven' : 'termEnded', to: serves ? 'serving' : 'barred' };
    const turn: StatelessHostMessage = {
      v: MESSAGE_VERSION,
      id: `standing.${host}.${term}.${serves ? 'on' : 'over'}.${incarnation}.${last?.seq ?? 0}.${tries}` as MessageId,
      instance: hostTokenOf(host),
      host,
      epoch: term,
      incarnation,
      at: standing.at,
      by: { kind: 'coordinator', name: CLUSTER },
      command: null,
      cause: `term ${term}`,
      machine: HOST_MACHINE_VERSION,
      events: [{ ...event, data: { term, why: standing.why } }],
    };
    const appended = await journal.append({ ...turn, state: foldStanding(turn) }, last?.seq ?? 0, signal);
    if (appended.kind === 'stored') return 'written';
  }
}
