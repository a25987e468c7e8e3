/** Guests start. A guest that runs already is left alone, whoever started it. */
import { InstanceNotFoundError, type EffectContext, type InstanceUuid, type Mark } from '@chronovirt/contract';
import type { HostConnection } from '../world/connection.ts';
import type { DomainDefinition } from '../world/definition.ts';
import { definitionOf, type GuestArguments } from './definition-of.ts';
import { Effect, type Step } from './effect.ts';
import { isRescue, WAY_BACK } from './rescued.ts';
import { hasFile, type Seen } from './seen.ts';
import { Steps } from './steps.ts';

/** Ends with the guest running. With nothing to start from: `InstanceNotFoundError`. */
export async function powerOn(connection: HostConnection, args: GuestArguments, context: EffectContext): Promise<void> {
  const steps = new Steps(new Effect(connection, context, args.instance.uuid));
  await steps.effect.reach((seen) => nextToRunning(seen, steps, freshDefinition(seen, args, context.mark)));
}

/** As `powerOn`, from the stored definition: where the caller has no more than the instance. */
export async function powerOnAsStored(
  connection: HostConnection,
  instance: InstanceUuid,
  context: EffectContext,
): Promise<void> {
  const steps = new Steps(new Effect(connection, context, instance));
  await steps.effect.reach((seen) => {
    if (seen.domain === null) throw new InstanceNotFoundError(instance);
    return nextToRunning(seen, steps, storedDefinition(seen.stored, context.mark));
  });
}

function nextToRunning(seen: Seen, steps: Steps, definition: DomainDefinition | null): Step | null {
  if (seen.busy !== null) return steps.barrier();
  if (seen.live !== null) return steps.keepDefinition(seen) ?? steps.wakeUp(seen);
  const back = steps.keptBack(seen);
  if (back !== null) return back;
  if (definition === null) throw new InstanceNotFoundError(seen.instance);
  return steps.start(seen, definition, 'discard');
}

function storedDefinition(stored: DomainDefinition | null, mark: Mark): DomainDefinition | null {
  return stored === null ? null : { ...stored, mark };
}

/**
 * The definition that a start shall use: made anew from the arguments, so that it is never stale; a rescued guest keeps the one of
 * its rescue. Null when there is neither a domain nor a disk to make one for.
 */
export function freshDefinition(seen: Seen, args: GuestArguments, mark: Mark): DomainDefinition | null {
  const { stored } = seen;
  if (stored !== null && isRescue(stored) && hasFile(seen, WAY_BACK)) return { ...stored, mark };
  const definition = definitionOf(args, mark);
  const bootable = args.instance.imageRef === null || hasFile(seen, 'root');
  return seen.domain === null && !bootable ? null : definition;
}
