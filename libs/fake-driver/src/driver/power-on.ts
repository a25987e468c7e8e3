/** Guests start. A guest that runs already is left alone, whoever started it. */
import { InstanceNotFoundError, type EffectContext, type InstanceUuid, type Mark } from '@chronovirt/contract';
import type { HostConnection } from '../world/connection.ts';
import type { DomainDefinition } from '../world/definition.ts';
import { definitionOf, type GuestArguments } from './definition-of.ts';
import { Effect, type Step } from './effect.ts';
import { isRescue, RESCUE_CONFIG, RESCUE_DISK, WAY_BACK } from './rescued.ts';
import { hasFile, type Seen } from './seen.ts';
import { Steps } from './steps.ts';

/** Ends with the guest running. With nothing to start from: `InstanceNotFoundError`. */
export async function powerOn(connection: HostConnection, args: GuestArguments, context: EffectContext): Promise<void> {
  const steps = new Steps(new Effect(connection, context, args.instance.uuid));
  const isRescued = args.instance.vmState === 'rescued';
  await steps.effect.reach((seen) => nextToRunning(seen, steps, freshDefinition(seen, args, context.mark), isRescued));
}

/**
 * As `powerOn`, from the stored definition: where the caller has no more than the instance. One that was put aside in a rescue starts from
 * the definition of before it.
 */
export async function powerOnAsStored(
  connection: HostConnection,
  instance: InstanceUuid,
  context: EffectContext,
): Promise<void> {
  const steps = new Steps(new Effect(connection, context, instance));
  await steps.effect.reach((seen) => {
    if (seen.domain === null) throw new InstanceNotFoundError(instance);
    return nextToRunning(seen, steps, storedDefinition(seen, context.mark));
  });
}

function nextToRunning(seen: Seen, steps: Steps, definition: DomainDefinition | null, isRescued = false): Step | null {
  if (seen.busy !== null) return steps.barrier();
  if (seen.live !== null) return steps.keepDefinition(seen) ?? steps.wakeUp(seen);
  const back = steps.keptBack(seen);
  if (back !== null) return back;
  if (definition === null) throw new InstanceNotFoundError(seen.instance);
  return (isRescued ? null : leaveRescue(seen, steps, definition)) ?? steps.start(seen, definition, 'discard');
}

function storedDefinition({ stored, directory }: Seen, mark: Mark): DomainDefinition | null {
  const way = isRescue(stored) ? directory?.files.find(({ name }) => name === WAY_BACK) : undefined;
  if (way !== undefined) return { ...(JSON.parse(way.content) as DomainDefinition), mark };
  return stored === null ? null : { ...stored, mark };
}

/**
 * Before a guest that is off starts from its own disk: a rescue of which the record does not know, for it was given up in the middle, ends.
 * First no definition needs its files any more, then they go.
 */
export function leaveRescue(seen: Seen, steps: Steps, next: DomainDefinition): Step | null {
  // Put aside in a rescue whose way back somebody has removed: there is nothing else to start.
  if (isRescue(next)) return null;
  const left = [RESCUE_DISK, RESCUE_CONFIG, WAY_BACK].find((name) => hasFile(seen, name));
  if (left === undefined) return null;
  return isRescue(seen.stored) ? steps.define(next) : steps.removeFile(left);
}

/**
 * The definition that a start shall use: made anew from the arguments, so that it is never stale; a guest that is recorded as rescued keeps
 * the one of its rescue. Null when there is neither a domain nor a disk to make one for.
 */
export function freshDefinition(seen: Seen, args: GuestArguments, mark: Mark): DomainDefinition | null {
  const { stored } = seen;
  const isRescued = args.instance.vmState === 'rescued';
  if (isRescued && stored !== null && isRescue(stored) && hasFile(seen, WAY_BACK)) return { ...stored, mark };
  const definition = definitionOf(args, mark);
  const bootable = args.instance.imageRef === null || hasFile(seen, 'root');
  return seen.domain === null && !bootable ? null : definition;
}
