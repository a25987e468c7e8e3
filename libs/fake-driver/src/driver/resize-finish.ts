/** The destination's half of a resize or cold move: images beneath, sizes, definition, start. Nothing is removed on failure. */
import type { ArgsOf, EffectContext } from '@chronovirt/contract';
import type { HostConnection } from '../world/connection.ts';
import type { DomainDefinition } from '../world/definition.ts';
import { configDriveOf } from './config-drive.ts';
import { definitionOf, diskRoles } from './definition-of.ts';
import { Effect, type Step } from './effect.ts';
import { failure } from './failure.ts';
import { hasFile, isOf, type Seen } from './seen.ts';
import { Steps } from './steps.ts';

type Args = ArgsOf<'finishMigration'>;

export async function finishMigration(connection: HostConnection, args: Args, context: EffectContext): Promise<void> {
  const steps = new Steps(new Effect(connection, context));
  await steps.effect.reach((seen) => nextOfFinish(seen, args, steps));
}

function nextOfFinish(seen: Seen, args: Args, steps: Steps): Step | null {
  const { mark } = steps.effect.context;
  const { live } = seen;
  if (seen.busy !== null) return steps.barrier();
  if (live !== null && args.powerOn && isOf(mark, live)) return steps.keepDefinition(seen) ?? steps.wakeUp(seen);
  refuseMissing(seen, args);
  if (live !== null) return steps.destroy();
  return nextOfFiles(seen, args, steps) ?? settled(seen, definitionOf(args, mark), args.powerOn, steps);
}

/** From files that are as they should be to a guest that runs by this definition, or is off with it stored. */
export function settled(seen: Seen, definition: DomainDefinition, on: boolean, steps: Steps): Step | null {
  if (on) return steps.start(seen, definition, 'discard');
  if (seen.saved !== null) return steps.managedSaveRemove();
  return isOf(steps.effect.context.mark, seen.stored) ? null : steps.define(definition);
}

/** What the source told of and what a guest cannot do without has to be here. */
function refuseMissing(seen: Seen, { diskInfo, instance }: Args): void {
  const told = diskInfo.map(({ path }) => path.slice(path.lastIndexOf('/') + 1)).filter((name) => name !== 'config');
  const missing = [...(instance.imageRef === null ? [] : ['root']), ...told].filter((name) => !hasFile(seen, name));
  if (missing.length > 0)
    throw failure(
      'DISK_NOT_FOUND',
      `${[...new Set(missing)].join(', ')} did not come from the source; turn the move back`,
    );
}

function nextOfFiles(seen: Seen, args: Args, steps: Steps): Step | null {
  const stale = steps.staleFile(seen);
  if (stale !== null) return stale;
  const { flavor } = args.instance;
  for (const role of diskRoles(args)) {
    const gib = role === 'root' ? flavor.rootGiB : role.startsWith('ephemeral') ? flavor.ephemeralGiB : undefined;
    const file = seen.directory?.files.find(({ name }) => name === role);
    const image = /^overlay of (.+)$/.exec(file?.content ?? '')?.[1];
    const next =
      file === undefined
        ? nextNew(seen, args, role, gib, steps)
        : ((image === undefined ? null : steps.baseImage(seen, image)) ??
          (args.resizeInstance && gib !== undefined && (file.gib ?? 0) < gib ? steps.growDisk(role, gib) : null));
    if (next !== null) return next;
  }
  return null;
}

function nextNew(seen: Seen, args: Args, role: string, gib: number | undefined, steps: Steps): Step | null {
  return role === 'config'
    ? steps.file(seen, 'writeConfigDrive', role, configDriveOf(args.instance, null, []))
    : steps.file(seen, 'createDisk', role, 'blank', gib);
}
