import { hostOfToken, type HostName, type HostOrder, type HostState } from '@chronovirt/contract';
import {
  decideHost,
  dueOfHost,
  evolveHost,
  HOST_MACHINE_VERSION,
  settledHost,
  type HostFacts,
  type HostLink,
  type HostPolicy,
} from '@chronovirt/machines';
import { isOfHost, type Aggregate, type MessageOf } from '@chronovirt/runtime';

export interface HostAggregateOptions {
  readonly policy: HostPolicy;
  /** What is known of the cluster about a host. */
  readonly facts: (host: HostName) => Omit<HostFacts, 'full'>;
}

/** Hosts as the runtime leads them beside the instances of the spine. */
export function hostAggregate({
  policy,
  facts,
}: HostAggregateOptions): Aggregate<HostState, HostOrder, HostLink, null> {
  return {
    machine: HOST_MACHINE_VERSION,
    messageIn: (stored) =>
      isOfHost(stored) && stored.hostMessage.state.aggregate === 'host'
        ? (stored.hostMessage as MessageOf<HostState>)
        : null,
    decide: (state, item, { id, at, seq, incarnation, facts: { full = false } }) => {
      const of = hostOfToken(id);
      return decideHost(state, item, { of, at, seq, incarnation, policy, facts: { ...facts(of), full } });
    },
    evolve: (state, event, message) => evolveHost(state, event, { ...message, of: message.state.host }),
    settled: settledHost,
    due: dueOfHost,
    // A drain may take hours; a fence does not wait for it.
    laneOf: ({ part }) => part,
    isOver: () => false,
    differs: () => false,
    specSeq: () => 0,
  };
}
