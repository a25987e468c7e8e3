import type { ArgsOf, HostContext } from '@chronovirt/contract';
import type { HostConnection } from '../world/connection.ts';

/** A cached image that nobody has wanted for so long may go. */
const CACHE_HOURS = 24;

/** What no disk rests on, no listed instance was made from and nobody has wanted for a day goes. */
export async function manageImageCache(
  { own }: HostConnection,
  { allInstances }: ArgsOf<'manageImageCache'>,
  context: HostContext,
): Promise<void> {
  const listed = new Set(allInstances.map(({ imageRef }) => imageRef));
  for (const [name, ageHours] of await own.unusedBase()) {
    if (ageHours < CACHE_HOURS || listed.has(name)) continue;
    context.permit.check();
    await own.removeUnusedBase(name, CACHE_HOURS);
  }
}
