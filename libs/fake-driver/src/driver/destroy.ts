/** An instance ends: the guest first, the definition last. Nothing there is fine at every step. */
import type { ArgsOf, EffectContext, InstanceUuid } from '@chronovirt/contract';
import type { Log } from '@chronovirt/runtime';
import type { HostConnection } from '../world/connection.ts';
import { Effect, type Step } from './effect.ts';
import type { Seen } from './seen.ts';
import { Steps } from './steps.ts';

export async function destroy(
  connection: HostConnection,
  args: ArgsOf<'destroy'>,
  context: EffectContext,
  log: Log | null,
): Promise<void> {
  const steps = new Steps(new Effect(connection, context));
  let first = true;
  await steps.effect.reach((seen) => {
    if (first && seen.domain === null)
      log?.warn(
        { instance: seen.instance, op: context.mark.op },
        'no domain to destroy; only what else is left is removed',
      );
    first = false;
    return nextOfDestroy(seen, args.destroyDisks, steps);
  });
}

/** The guest ends, and everything else stays. */
export async function stopNow(
  connection: HostConnection,
  instance: InstanceUuid,
  context: EffectContext,
): Promise<void> {
  const steps = new Steps(new Effect(connection, context, instance));
  await steps.effect.reach((seen) => (seen.live === null ? null : steps.destroy()));
}

/** No barrier before the kill: it goes through a busy domain. A domain that somebody starts again meanwhile is killed again. */
function nextOfDestroy(seen: Seen, destroyDisks: boolean, steps: Steps): Step | null {
  if (seen.live !== null) return steps.destroy();
  if (seen.taps[0] !== undefined) return steps.unplugTap(seen.taps[0]);
  if (seen.doomed) return steps.removeDirectory();
  if (destroyDisks && seen.directory !== null) return steps.doomDirectory();
  if (destroyDisks && seen.kept !== null) return steps.dropKept();
  return seen.domain === null ? null : steps.undefine();
}
