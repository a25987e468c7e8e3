/** A guest stands still, in memory (pause) or on disk (suspend), and goes on. */
import { InstanceNotFoundError, type EffectContext } from '@chronovirt/contract';
import type { HostConnection } from '../world/connection.ts';
import type { DomainView } from '../world/domain-view.ts';
import { definitionOf, type GuestArguments } from './definition-of.ts';
import { Effect, type Step } from './effect.ts';
import { failure } from './failure.ts';
import type { Seen } from './seen.ts';
import { Steps } from './steps.ts';

export function pause(connection: HostConnection, context: EffectContext): Promise<void> {
  return settle(connection, context, (_seen, domain, steps) => {
    if (domain.state === 'running') return steps.suspend();
    if (domain.state === 'paused') return null;
    throw notActive('pause', domain);
  });
}

export function unpause(connection: HostConnection, context: EffectContext): Promise<void> {
  return settle(connection, context, (seen, domain, steps) => {
    if (domain.live === null || domain.state === 'crashed') throw notActive('unpause', domain);
    return steps.wakeUp(seen);
  });
}

/** A guest that was paused is saved as one; an image that exists is never written over. */
export function suspend(connection: HostConnection, context: EffectContext): Promise<void> {
  return settle(connection, context, (_seen, domain, steps) => {
    if (domain.live === null && domain.saved !== null) return null;
    if (domain.state !== 'running' && domain.state !== 'paused') throw notActive('suspend', domain);
    return steps.managedSave();
  });
}

/** From the saved memory, or from a pause that the guest was saved in. Without saved memory there is nothing to go on from. */
export function resume(connection: HostConnection, args: GuestArguments, context: EffectContext): Promise<void> {
  return settle(connection, context, (seen, domain, steps) => {
    if (domain.live !== null && domain.state !== 'crashed') return steps.wakeUp(seen);
    if (domain.saved === null) throw notActive('resume', domain);
    return steps.start(seen, definitionOf(args, context.mark), 'continue');
  });
}

/** A guest that lost its stored definition goes on, and has it again. */
export function define(connection: HostConnection, context: EffectContext): Promise<void> {
  return settle(connection, context, () => null);
}

/** Looks past what is under way, then takes the steps of the method. */
async function settle(
  connection: HostConnection,
  context: EffectContext,
  next: (seen: Seen, domain: DomainView, steps: Steps) => Step | null,
): Promise<void> {
  const steps = new Steps(new Effect(connection, context));
  await steps.effect.reach((seen) => {
    if (seen.domain === null) throw new InstanceNotFoundError(seen.instance);
    if (seen.busy !== null) return steps.barrier();
    return steps.keepDefinition(seen) ?? next(seen, seen.domain, steps);
  });
}

function notActive(method: string, { state, reason }: DomainView): Error {
  return failure('HYPERVISOR_ERROR', `cannot ${method} the guest: it is ${state} (${reason})`);
}
