import type { Command, InstanceSpec, InstanceState, InstanceUuid } from '@chronovirt/contract';
import {
  decide,
  differs,
  dueEffects,
  evolve,
  MACHINE_VERSION,
  needsSpecForDeadline,
  policyWakesAt,
  settled,
  waitsForCluster,
  type Link,
  type Policy,
} from '@chronovirt/machines';
import { isReadable } from '../ports/journal.ts';
import type { Aggregate, TurnEnv } from './aggregate.ts';
import { atRest } from './at-rest.ts';

/** Instances as the runtime leads them. `policy`: what the deployment chose about their charts; `boot`: of this host, where it is known. */
export function instanceAggregate(
  policy: Policy,
  boot?: string,
): Aggregate<InstanceState, Command, Link, InstanceSpec> {
  const idOf = ({ id }: Pick<TurnEnv, 'id'>): InstanceUuid => id as InstanceUuid;
  return {
    machine: MACHINE_VERSION,
    messageIn: (stored) => (isReadable(stored) ? stored.message : null),
    decide: (state, item, env, spec) =>
      decide(state, item, {
        ...env,
        ...(boot !== undefined && { boot }),
        instance: idOf(env),
        policy,
        spec: spec ?? null,
      }),
    evolve: (state, event, message) => evolve(state, event, { ...message, instance: idOf({ id: message.instance }) }),
    // What is opened gets its deadline now, and effects that copy or shut down get it by what the guest is made from.
    wantsSpec: (before, decision) => {
      if (decision.kind !== 'turn' || decision.events.some(({ data }) => data?.['spec'] !== undefined)) return false;
      const op = before?.actor.op ?? 0;
      return decision.next.actor.due.some((due) => due.op > op && needsSpecForDeadline(due.method));
    },
    settled,
    atRest,
    due: dueEffects,
    laneOf: () => 'instance',
    isOver: ({ actor }) => actor.role.kind === 'closed' && dueEffects({ actor }).length === 0,
    waits: (state) => dueEffects(state).length === 0 && waitsForCluster(state),
    // A missing entry means that the hypervisor knows no such domain.
    differs: (state, seen) => differs(state, seen, boot),
    wakesAt: (state) => policyWakesAt(state, policy),
    specSeq: ({ actor }) => actor.spec,
  };
}
