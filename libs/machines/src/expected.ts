import type { InstanceState, Power } from '@chronovirt/contract';
import { resting, restingOf } from './life/resting.ts';

/** The power that a look should show, or null where any will do (a failed instance) or none can be said (an effect is due). */
export function expected({ value, context }: Pick<InstanceState, 'value' | 'context'>): Power | null {
  const at = restingOf(value);
  if (at === 'resized') return context.before === 'stopped' ? 'off' : 'on';
  return at === null ? null : resting[at].power;
}
