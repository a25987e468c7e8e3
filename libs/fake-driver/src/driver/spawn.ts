/** An instance begins: files, wires, definition, start. What fails leaves nothing of this operation behind. */
import { ChronovirtError, type ArgsOf, type EffectContext, type Mark } from '@chronovirt/contract';
import { sameMark } from '../world/definition.ts';
import type { HostConnection } from '../world/connection.ts';
import { configDriveOf } from './config-drive.ts';
import { definitionOf, diskRoles } from './definition-of.ts';
import { Effect, type Step } from './effect.ts';
import { failure, mayCleanUp } from './failure.ts';
import { isTemporary } from './names.ts';
import { hasFile, isOf, type Seen } from './seen.ts';
import { Steps } from './steps.ts';

const GiB = 2 ** 30;

/** Refused before anything is touched. */
class SpawnRefusal {
  readonly error: ChronovirtError;
  constructor(error: ChronovirtError) {
    this.error = error;
  }
}

/** @param open whether the host takes new instances; one that is made anew in its place is none */
export async function spawn(
  connection: HostConnection,
  args: ArgsOf<'spawn'>,
  context: EffectContext,
  open = true,
): Promise<void> {
  checkArguments(args);
  const steps = new Steps(new Effect(connection, context));
  const refusesNew = !open && args.instance.vmState === 'building';
  try {
    await steps.effect.reach((seen) => {
      if (refusesNew && seen.domain === null && !hasBegun(seen, context.mark))
        throw new SpawnRefusal(failure('COMPUTE_SERVICE_UNAVAILABLE', 'this host takes no new instances'));
      return nextOfSpawn(seen, args, steps);
    });
  } catch (error) {
    if (error instanceof SpawnRefusal) throw error.error;
    if (!mayCleanUp(error, context)) throw error;
    await steps.effect
      .reach((seen) => nextOfCleaning(seen, steps))
      .catch((second: unknown) => {
        if (!mayCleanUp(second, context)) throw second;
      });
    throw error;
  }
}

const hasBegun = ({ directory }: Seen, mark: Mark): boolean =>
  sameMark(directory?.madeBy ?? null, mark) || (directory?.files.some(({ madeBy }) => sameMark(madeBy, mark)) ?? false);

function checkArguments({ instance, imageMeta, networkInfo }: ArgsOf<'spawn'>): void {
  const { rootGiB } = instance.flavor;
  if (instance.imageRef !== null && rootGiB > 0 && imageMeta.virtualSize > rootGiB * GiB)
    throw failure(
      'IMAGE_UNACCEPTABLE',
      `image of ${imageMeta.virtualSize} bytes is larger than the root disk of ${rootGiB} GiB`,
    );
  const unusable = networkInfo.find(({ type }) => type === 'unbound' || type === 'binding_failed');
  if (unusable !== undefined)
    throw failure('VIRTUAL_INTERFACE_PLUG_FAILED', `port ${unusable.id} is ${unusable.type}: it cannot be wired here`);
}

function nextOfSpawn(seen: Seen, args: ArgsOf<'spawn'>, steps: Steps): Step | null {
  const { domain, busy, live, stored } = seen;
  const { mark } = steps.effect.context;
  if (domain !== null && !isOf(mark, live ?? stored))
    throw new SpawnRefusal(
      failure('INSTANCE_EXISTS', `a domain of instance ${seen.instance} exists on this host already`),
    );
  if (busy !== null) return steps.barrier();
  if (live !== null) return steps.keepDefinition(seen) ?? steps.wakeUp(seen);
  // An earlier run of it that failed may have died while it cleared up.
  if (seen.doomed) return steps.removeDirectory();
  if (seen.directory === null) return steps.makeDirectory();
  return steps.staleFile(seen) ?? nextDisk(seen, args, steps) ?? steps.start(seen, definitionOf(args, mark), 'discard');
}

function nextDisk(seen: Seen, args: ArgsOf<'spawn'>, steps: Steps): Step | null {
  const { imageRef } = args.instance;
  for (const role of diskRoles(args)) {
    if (hasFile(seen, role)) continue;
    if (role === 'root' && imageRef !== null)
      return (
        steps.baseImage(seen, imageRef) ?? steps.file(seen, 'createDisk', role, `overlay of ${imageRef}`, rootGib(args))
      );
    if (role === 'config')
      return steps.file(
        seen,
        'writeConfigDrive',
        role,
        configDriveOf(args.instance, args.adminPassword, args.injectedFiles),
      );
    return steps.file(
      seen,
      'createDisk',
      role,
      'blank',
      role === 'swap' ? undefined : args.instance.flavor.ephemeralGiB,
    );
  }
  return null;
}

/** A root disk of 0 GiB is as large as the image. */
const rootGib = ({ instance, imageMeta }: ArgsOf<'spawn'>): number =>
  instance.flavor.rootGiB === 0 ? imageMeta.virtualSize / GiB : instance.flavor.rootGiB;

/** Takes away what this operation made, and nothing else. */
function nextOfCleaning(seen: Seen, steps: Steps): Step | null {
  const { domain, directory } = seen;
  const { mark } = steps.effect.context;
  const ours = (madeBy: Mark | null): boolean => sameMark(madeBy, mark);
  if (isOf(mark, seen.live)) return steps.destroy();
  if (isOf(mark, seen.stored)) return steps.undefine();
  if (domain === null && seen.taps[0] !== undefined) return steps.unplugTap(seen.taps[0]);
  if (seen.doomed) return steps.removeDirectory();
  if (directory !== null && ours(directory.madeBy)) return steps.doomDirectory();
  const made = directory?.files.find((file) => ours(file.madeBy) || isTemporary(file.name));
  return made === undefined ? null : steps.removeFile(made.name);
}
