/**
 * A guest that no longer boots runs from a rescue disk, its own disks beside it.
 *
 * `unrescue.xml` in the instance's directory holds the way back: written before the definition is replaced, removed last.
 */
import {
  InstanceNotFoundError,
  type DriverError,
  type ArgsOf,
  type EffectContext,
  type Mark,
} from '@chronovirt/contract';
import type { HostConnection } from '../world/connection.ts';
import type { DomainDefinition } from '../world/definition.ts';
import { configDriveOf } from './config-drive.ts';
import { Effect, type Step } from './effect.ts';
import { failure, mayCleanUp } from './failure.ts';
import { isRescue, RESCUE_CONFIG, RESCUE_DISK, WAY_BACK } from './rescued.ts';
import { hasFile, isOf, type Seen } from './seen.ts';
import { Steps } from './steps.ts';

const LEFT_BEHIND =
  'a rescue that was given up before is still there: start the guest, or hard reboot it, which ends that rescue, and rescue it then';

/** What fails is undone, and the guest runs again if it did before; a call that is cut short is left to whoever runs it again. */
export async function rescue(
  connection: HostConnection,
  args: ArgsOf<'rescue'>,
  context: EffectContext,
): Promise<void> {
  const steps = new Steps(new Effect(connection, context));
  let ranBefore: boolean | null = null;
  let refused = false;
  try {
    await steps.effect.reach((seen) => {
      ranBefore ??= seen.live !== null;
      const { domain } = seen;
      refused = domain === null || (isRescue(domain.stored) && !isOf(context.mark, domain.stored));
      return nextOfRescue(seen, args, steps);
    });
  } catch (error) {
    if (!mayCleanUp(error, context)) throw error;
    if (refused) throw notRescuable(error);
    await steps.effect
      .reach((seen) => nextOfUnrescue(seen, context.mark, steps, ranBefore === true))
      .catch((second: unknown) => {
        if (!mayCleanUp(second, context)) throw second;
      });
    throw notRescuable(error);
  }
}

/** A missing image or instance keeps its own code. */
function notRescuable(error: unknown): unknown {
  const { code, message } = error as DriverError;
  if (code === 'IMAGE_NOT_FOUND' || code === 'INSTANCE_NOT_FOUND') return error;
  return failure('INSTANCE_NOT_RESCUABLE', message, error);
}

function nextOfRescue(seen: Seen, args: ArgsOf<'rescue'>, steps: Steps): Step | null {
  const { domain } = seen;
  const { mark } = steps.effect.context;
  const image = args.imageMeta.id;
  if (domain === null || seen.directory === null) throw new InstanceNotFoundError(seen.instance);
  if (domain.busy !== null) return steps.barrier();
  const kept = steps.keepDefinition(seen);
  if (kept !== null) return kept;
  const stored = domain.stored as DomainDefinition;
  if (isRescue(stored)) {
    // Where it is recorded as rescued nobody comes here: the record has left that rescue behind, and any start ends it.
    if (!isOf(mark, stored)) throw failure('INSTANCE_NOT_RESCUABLE', LEFT_BEHIND);
    if (domain.live === null) return steps.start(seen, stored, 'discard');
    return isRescue(domain.live) ? steps.wakeUp(seen) : steps.destroy();
  }
  if (!hasFile(seen, 'root')) throw failure('INSTANCE_NOT_RESCUABLE', 'the instance has no local root disk');
  const way = JSON.stringify(stored);
  const old = seen.directory.files.find((file) => file.name === WAY_BACK && file.content !== way);
  if (old !== undefined) return steps.removeFile(WAY_BACK);
  return (
    steps.staleFile(seen) ??
    steps.baseImage(seen, image) ??
    steps.file(seen, 'createDisk', RESCUE_DISK, `overlay of ${image}`) ??
    steps.file(seen, 'writeConfigDrive', RESCUE_CONFIG, configDriveOf(args.instance, args.rescuePassword, [])) ??
    steps.file(seen, 'createDisk', WAY_BACK, way) ??
    steps.define({ ...stored, mark, disks: rescueDisks(stored.disks) })
  );
}

/** The rescue disk first; the rescue system's config drive in the place of the guest's own, for a guest reads one only. */
function rescueDisks(own: readonly string[]): string[] {
  const plain = own.map((role) => (role === 'config' ? RESCUE_CONFIG : role));
  return [RESCUE_DISK, ...plain, ...(plain.includes(RESCUE_CONFIG) ? [] : [RESCUE_CONFIG])];
}

/** An instance that is not rescued is left as it is. */
export async function unrescue(connection: HostConnection, context: EffectContext): Promise<void> {
  const steps = new Steps(new Effect(connection, context));
  let rescuedBefore = false;
  await steps.effect.reach((seen) => {
    rescuedBefore ||= isRescued(seen);
    return rescuedBefore ? nextOfUnrescue(seen, context.mark, steps, true) : steps.staleFile(seen);
  });
}

function isRescued(seen: Seen): boolean {
  if (seen.domain === null || seen.directory === null) throw new InstanceNotFoundError(seen.instance);
  return isRescue(seen.live ?? seen.stored) || seen.directory.files.some((file) => file.name === WAY_BACK);
}

function nextOfUnrescue(seen: Seen, mark: Mark, steps: Steps, start: boolean): Step | null {
  const { live, stored } = seen;
  if (seen.domain === null || seen.directory === null) throw new InstanceNotFoundError(seen.instance);
  if (seen.busy !== null) return steps.barrier();
  if (isRescue(stored) || (isRescue(live) && stored === null)) {
    const way = seen.directory.files.find((file) => file.name === WAY_BACK);
    if (way === undefined)
      throw failure(
        'INSTANCE_NOT_RESCUED',
        'the definition from before the rescue is missing: a hard reboot makes a new one',
      );
    return steps.define({ ...(JSON.parse(way.content) as DomainDefinition), mark });
  }
  if (isRescue(live)) return steps.destroy();
  if (live === null && stored !== null && start) return steps.start(seen, { ...stored, mark }, 'discard');
  const next = steps.keepDefinition(seen) ?? steps.wakeUp(seen) ?? steps.staleFile(seen);
  const left = [RESCUE_DISK, RESCUE_CONFIG, WAY_BACK].find((name) => hasFile(seen, name));
  return next ?? (left === undefined ? null : steps.removeFile(left));
}
