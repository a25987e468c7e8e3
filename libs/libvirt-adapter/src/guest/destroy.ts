/** Ends a guest and takes it off the host: kill, then files, then the definition; each step fine when there is nothing to do. */
import type { ArgsOf } from '@chronovirt/contract';
import { removeAll } from '../disks/instance-disks.ts';
import type { HostServices } from '../host/host-services.ts';
import type { Hands } from './hands.ts';
import { isActive } from './state-words.ts';
import { kill } from './power-off.ts';
import { undefine } from './undefine.ts';

/** Somebody who starts the guest between our kill and our undefine makes us kill it again; not for ever. */
const MOST_ROUNDS = 5;

export async function destroy(host: HostServices, hands: Hands, args: ArgsOf<'destroy'>): Promise<void> {
  const before = await hands.lookAtPower();
  if (before === null) {
    host.settings.log.warn(
      { instance: hands.instance },
      'no domain of this instance is here; its files are removed all the same',
    );
  }
  for (let round = 1; ; round += 1) {
    await kill(hands);
    // A call of somebody else that waited behind our kill (a start, say) has had its turn after this.
    if (before !== null) await hands.barrier();
    const seen = await hands.lookAtPower();
    if (seen === null || !isActive(seen) || round === MOST_ROUNDS) break;
  }
  await kill(hands);
  if (args.destroyDisks) await removeAll(host.directory(hands.instance), hands.context);
  await undefine(hands, { keepFiles: !args.destroyDisks });
  // Undefining a domain that runs makes it a transient one: whoever started it meanwhile loses.
  await kill(hands);
}
