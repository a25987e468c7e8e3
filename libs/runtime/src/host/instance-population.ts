import type { Command, InstanceSpec, InstanceState, TurnMessage } from '@chronovirt/contract';
import { defaultPolicy, type Link } from '@chronovirt/machines';
import type { Actor } from '../actor/actor.ts';
import type { Revivable } from '../actor/actor-host.ts';
import type { ActorItem } from '../actor/aggregate.ts';
import { instanceAggregate } from '../actor/instance-aggregate.ts';
import type { HostContext } from './host-context.ts';
import { lastReadableState } from './last-readable.ts';
import { populate } from './populate.ts';
import type { Population } from './population.ts';
import type { Specs } from './specs.ts';

export type InstanceActor = Actor<InstanceState, Command, Link, InstanceSpec>;
export type InstancePopulation = Population<InstanceState, Command, Link, InstanceSpec>;

/** The instances of a host, none yet. `specs` learns from what they store. */
export function instancePopulation(context: HostContext, specs: Specs): InstancePopulation {
  const { executor, boot, chartPolicy = defaultPolicy, onStored } = context.options;
  const actors: InstancePopulation = populate(context, instanceAggregate(chartPolicy, boot), executor, specs, {
    onStored: (seq, message) => {
      const turn = message as TurnMessage;
      specs.learn(turn);
      onStored?.(seq, turn);
      actors.dropIfOver(turn.instance, turn.state, () => specs.forget(turn.instance));
    },
    reviveForDelete: (actor, item) => reviveForDelete(context, actor, item),
  });
  return actors;
}

async function reviveForDelete(
  { journal, host, log }: HostContext,
  actor: Revivable<InstanceState>,
  item: ActorItem<Command, Link>,
): Promise<boolean> {
  if (item.kind !== 'command' || item.command.name !== 'delete') return false;
  const found = await lastReadableState(journal, host, actor.id);
  if (found === null) return false;
  actor.revive(found.state, found.seq);
  log.warn({ instance: actor.id }, 'a halted instance is deleted from its last readable state');
  return true;
}
