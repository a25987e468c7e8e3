/** The table of all pairs of state and event: what each is decided as, and why. For tests and tools only. */
import { leafNames, leafOf, type LeafName, type Parent, parentOf } from '../life/leaves.ts';
import { rulesOfResting } from '../life/machine.ts';
import { rulesOfLeaf, rulesOfParent, type Rule } from '../life/rules.ts';
import { restingOf, restingStates, UNPLACED } from '../life/resting.ts';
import { chartEventTypes } from './chart-events.ts';

export interface Pair {
  readonly state: string;
  readonly type: string;
  /** Where it may lead. */
  readonly taken: readonly string[];
  /** Whether some variants of the event are not taken (an intent that asks for another operation, a policy's other choice). */
  readonly conditional: boolean;
  /** Why it is not taken; null = it is. */
  readonly reason: string | null;
}

export function pairs(): Pair[] {
  const states = [UNPLACED, ...restingStates, ...leafNames];
  return states.flatMap((state) => chartEventTypes.map((type) => pairOf(state, type)));
}

function pairOf(state: string, type: string): Pair {
  const rules = rulesOf(state, type);
  if (rules.length === 0) return { state, type, taken: [], conditional: false, reason: reasonFor(state, type) };
  const last = rules.at(-1);
  const conditional = last?.when !== undefined && Object.keys(last.when).length > 0;
  return { state, type, taken: [...new Set(rules.map(({ to }) => to))], conditional, reason: null };
}

/** The rules of a leaf come before those of its parent. */
function rulesOf(state: string, type: string): Rule[] {
  const resting = restingOf(state);
  if (resting !== null) return rulesOfResting(resting)[type] ?? [];
  if (state === UNPLACED)
    return type === 'create.requested'
      ? [{ to: 'building.place', change: { type: 'begin', params: { from: null, goal: 'running' } } }]
      : [];
  return rulesOfLeaf(state as LeafName)[type] ?? rulesOfParent(parentOf(state) as Parent)[type] ?? [];
}

function reasonFor(state: string, type: string): string {
  if (state === 'deleted') return 'deleted: nothing brings it back; a domain that is seen is removed by the owner part';
  if (type === 'returned') return 'no host was asked: the message is stale and never shown to the chart';
  if (type.startsWith('observed.')) {
    return leafOf(state) === null
      ? 'power alone is recorded'
      : 'an effect is due: a look is owed, its outcome will tell';
  }
  if (type.endsWith('.requested')) return 'refused by guard: the command is not legal here';
  return 'its effect is not due: recorded as late, never shown to the chart';
}
