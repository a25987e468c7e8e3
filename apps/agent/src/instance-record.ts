import type { Instance, InstanceSpec, InstanceState } from '@chronovirt/contract';
import { argumentsOf } from '@chronovirt/machines';

/** The driver's record of an instance, as an effect would be given it, without its user data. */
export function recordOf(state: InstanceState, spec: InstanceSpec): Instance {
  const due = { method: 'pause', op: 0, part: 'life', command: null } as const;
  return { ...(argumentsOf(state, spec, due)['instance'] as Instance), userData: null };
}
