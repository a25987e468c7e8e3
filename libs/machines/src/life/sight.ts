/** What a look comes to: one word for what was seen, fine enough to tell each case that the observation table decides. */
import type { InstanceState, Observation, RestingState, Sight } from '@chronovirt/contract';
import { isInTrouble } from './resting.ts';

/** States in which the guest is off and its memory may well lie on disk. */
const mayBeSaved: ReadonlySet<RestingState> = new Set(['shelved', 'trashed', 'failed', 'rescued', 'resized']);

/** What the hypervisor shows of a guest that rests in a state. */
export function sightOf(at: RestingState, seen: Observation): Sight {
  if (seen.power === 'off') {
    if (seen.savedMemory && !mayBeSaved.has(at)) return 'saved';
    return at === 'running' && seen.reason.toLowerCase() === 'shutdown' ? 'shutdown' : 'off';
  }
  if (seen.power === 'paused' && isInTrouble(seen.reason)) return 'stuck';
  return seen.domain === 'transient' && isAsItShouldBe(at, seen) ? 'transient' : seen.power;
}

/** A guest that runs, or stands still on order, as it should; then the definition is what is left to look at. */
function isAsItShouldBe(at: RestingState, seen: Observation): boolean {
  switch (at) {
    case 'running':
    case 'rescued':
    case 'resized':
      return seen.power === 'on';
    case 'paused':
      return seen.power === 'paused';
    default:
      return false;
  }
}

/** What was seen last, as far as it is recorded. */
export function sightRecorded(at: RestingState, { sight, power }: InstanceState['parts']): Sight | null {
  if (sight !== undefined) return sight;
  return at === 'suspended' && power === 'off' ? 'saved' : power;
}
