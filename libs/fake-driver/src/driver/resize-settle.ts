/** A resize or cold move is made final, or turned back; both on its source. */
import { InstanceNotFoundError, type ArgsOf, type EffectContext } from '@chronovirt/contract';
import type { HostConnection } from '../world/connection.ts';
import type { DomainDefinition } from '../world/definition.ts';
import { definitionOf } from './definition-of.ts';
import { Effect, type Step } from './effect.ts';
import { settled } from './resize-finish.ts';
import { isOf, type Seen } from './seen.ts';
import { Steps } from './steps.ts';

/** What is kept goes; on another host than the guest's also domain and wires. The guest's own directory is not touched. */
export async function confirmMigration(
  connection: HostConnection,
  { migration }: ArgsOf<'confirmMigration'>,
  context: EffectContext,
): Promise<void> {
  const steps = new Steps(new Effect(connection, context));
  const stays = migration.sourceCompute === migration.destCompute;
  await steps.effect.reach((seen) => (stays ? null : nextOfLeaving(seen, steps)) ?? nextOfDropping(seen, steps));
}

const nextOfDropping = (seen: Seen, steps: Steps): Step | null => (seen.kept === null ? null : steps.dropKept());

function nextOfLeaving(seen: Seen, steps: Steps): Step | null {
  if (seen.live !== null) return steps.destroy();
  if (seen.taps[0] !== undefined) return steps.unplugTap(seen.taps[0]);
  return seen.domain === null ? null : steps.undefine();
}

/** With nothing kept, the files were never set aside or are back already: a guest that runs then, with its old size, is left alone. */
export async function finishRevertMigration(
  connection: HostConnection,
  args: ArgsOf<'finishRevertMigration'>,
  context: EffectContext,
): Promise<void> {
  const steps = new Steps(new Effect(connection, context));
  // The host that kept the files is proved to be down: whoever takes the instance over takes them, too.
  const kept = args.migration.migrationType === 'evacuation' ? 'any' : 'own';
  await steps.effect.reach((seen) => nextOfRevert(seen, args, steps), kept);
}

/** Somebody may have started the definition of the new size. */
const isOfSize = (live: DomainDefinition, wanted: DomainDefinition): boolean =>
  live.vcpus === wanted.vcpus && live.memoryKiB === wanted.memoryKiB;

function nextOfRevert(seen: Seen, args: ArgsOf<'finishRevertMigration'>, steps: Steps): Step | null {
  const { mark } = steps.effect.context;
  const { live } = seen;
  if (seen.kept !== null) return live === null ? steps.putBack() : steps.destroy();
  if (seen.domain === null && seen.directory === null) throw new InstanceNotFoundError(seen.instance);
  if (seen.busy !== null) return steps.barrier();
  if (live !== null && !args.powerOn) return steps.destroy();
  const definition = definitionOf(args, mark);
  if (live !== null && !isOf(mark, live))
    return isOfSize(live, definition) ? steps.keepDefinition(seen) : steps.destroy();
  if (live !== null) return steps.keepDefinition(seen) ?? steps.wakeUp(seen);
  return steps.staleFile(seen) ?? settled(seen, definition, args.powerOn, steps);
}
