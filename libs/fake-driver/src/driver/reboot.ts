/** A guest starts anew. Done when it runs under this operation's mark: seen by nothing else, for the end looks like the beginning. */
import { InstanceNotFoundError, POST_COPY_FAILED, type ArgsOf, type EffectContext } from '@chronovirt/contract';
import type { HostConnection } from '../world/connection.ts';
import { Effect, type Step } from './effect.ts';
import { ShutdownRequest } from './power-off.ts';
import { freshDefinition, leaveRescue } from './power-on.ts';
import type { GuestArguments } from './definition-of.ts';
import { isOf, type Seen } from './seen.ts';
import { Steps } from './steps.ts';

/** @param softMs what a guest gets to shut down by itself in a soft reboot, in milliseconds; then it is cut off */
export async function reboot(
  connection: HostConnection,
  args: ArgsOf<'reboot'>,
  softMs: number,
  context: EffectContext,
): Promise<void> {
  await restart(connection, args, args.rebootType === 'SOFT' ? softMs : 0, context);
}

/** From whatever the domain is in to a running guest of this operation, cutting the old one off. */
export async function hardReboot(
  connection: HostConnection,
  args: GuestArguments,
  context: EffectContext,
): Promise<void> {
  await restart(connection, args, 0, context);
}

async function restart(
  connection: HostConnection,
  args: GuestArguments,
  patienceMs: number,
  context: EffectContext,
): Promise<void> {
  const steps = new Steps(new Effect(connection, context, args.instance.uuid));
  const ask = new ShutdownRequest(steps, patienceMs, 0);
  await steps.effect.reach((seen) => nextOfRestart(seen, args, steps, ask));
}

/** The mark goes into the stored definition before the old guest ends: whoever starts it then, it starts as this operation's. */
function nextOfRestart(seen: Seen, args: GuestArguments, steps: Steps, ask: ShutdownRequest): Step | null {
  const { busy, live, stored } = seen;
  const { mark } = steps.effect.context;
  // Half of a guest has nothing to wait for: its process is ended.
  if (busy === POST_COPY_FAILED) return steps.destroy();
  if (busy !== null) return steps.barrier();
  if (isOf(mark, live)) return steps.keepDefinition(seen) ?? steps.wakeUp(seen);
  const back = steps.keptBack(seen);
  if (back !== null) return back;
  const definition = freshDefinition(seen, args, mark);
  if (definition === null) throw new InstanceNotFoundError(seen.instance);
  const isRescued = args.instance.vmState === 'rescued';
  if (live === null)
    return (isRescued ? null : leaveRescue(seen, steps, definition)) ?? steps.start(seen, definition, 'discard');
  if (!isOf(mark, stored)) return steps.define(definition);
  return ask.next(seen) ?? steps.destroy();
}
