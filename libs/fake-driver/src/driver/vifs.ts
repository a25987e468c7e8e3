/** An instance's interfaces are wired on the host, or unwired. */
import type { ArgsOf, EffectContext } from '@chronovirt/contract';
import type { HostConnection } from '../world/connection.ts';
import { Effect } from './effect.ts';
import { failure } from './failure.ts';
import { tapOf } from './names.ts';
import { Steps } from './steps.ts';

export async function plugVifs(
  connection: HostConnection,
  args: ArgsOf<'plugVifs'>,
  context: EffectContext,
): Promise<void> {
  const unusable = args.networkInfo.find(({ type }) => type === 'unbound' || type === 'binding_failed');
  if (unusable !== undefined)
    throw failure('VIRTUAL_INTERFACE_PLUG_FAILED', `port ${unusable.id} is ${unusable.type}: it cannot be wired here`);
  const taps = args.networkInfo.map(tapOf);
  const steps = new Steps(new Effect(connection, context));
  await steps.effect.reach((seen) => steps.missingTap(seen, taps));
}

export async function unplugVifs(
  connection: HostConnection,
  args: ArgsOf<'unplugVifs'>,
  context: EffectContext,
): Promise<void> {
  const taps = new Set(args.networkInfo.map(tapOf));
  const steps = new Steps(new Effect(connection, context));
  await steps.effect.reach((seen) => {
    const wired = seen.taps.find((tap) => taps.has(tap));
    return wired === undefined ? null : steps.unplugTap(wired);
  });
}
