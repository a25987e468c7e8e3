import type { Command, InstanceSpec, InstanceState, InstanceUuid } from '@chronovirt/contract';
import { decide, dueEffects, evolve, MACHINE_VERSION, settled, type Link, type Policy } from '@chronovirt/machines';
import { isReadable } from '../ports/journal.ts';
import type { Aggregate, TurnEnv } from './aggregate.ts';
import { atRest } from './at-rest.ts';

/** Instances as the runtime leads them. `policy`: deadlines and back-off of their charts. */
export function instanceAggregate(policy: Policy): Aggregate<InstanceState, Command, Link, InstanceSpec> {
  const idOf = ({ id }: Pick<TurnEnv, 'id'>): InstanceUuid => id as InstanceUuid;
  return {
    machine: MACHINE_VERSION,
    messageIn: (stored) => (isReadable(stored) ? stored.message : null),
    decide: (state, item, env, spec) =>
      decide(state, item, { ...env, instance: idOf(env), policy, spec: spec ?? null }),
    evolve: (state, event, message) => evolve(state, event, { ...message, instance: idOf({ id: message.instance }) }),
    settled,
    atRest,
    due: dueEffects,
    laneOf: () => 'instance',
    isOver: ({ actor }) => actor.role.kind === 'closed' && dueEffects({ actor }).length === 0,
    // A missing entry means that the hypervisor knows no such domain.
    differs: ({ parts }, seen) => parts.power !== (seen?.power ?? 'absent'),
    specSeq: ({ actor }) => actor.spec,
  };
}
