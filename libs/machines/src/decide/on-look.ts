/** What a look saw in a resting state: news, or nothing. */
import type { InstanceState } from '@chronovirt/contract';
import { dueEffects, OWNER_PART } from '../actor/role.ts';
import { observedEvent, rowOf } from '../life/observations.ts';
import { restingOf } from '../life/resting.ts';
import { dataOf, nothing, Turn } from './turn.ts';
import type { Decision, Env, Look } from './types.ts';

export function onLook(state: InstanceState | null, { op, observation, heard }: Look, env: Env): Decision {
  if (state === null) return nothing('unknown', 'a look at an instance without history');
  if (op !== state.actor.op)
    return nothing('stale', `the look began at op ${op}, now it is ${state.actor.op}: look again`);
  if (observation.busy !== null)
    return nothing('busy', `the hypervisor is at work on it (${observation.busy}): look again`);
  const { role } = state.actor;
  const by = { kind: 'hypervisor', name: env.host } as const;
  const event = { type: observedEvent[observation.power], data: dataOf({ observation, heard: heard.slice(0, 200) }) };
  if (role.kind === 'incoming') return nothing('same', 'the instance is on its way here: the migration looks after it');
  if (role.kind === 'closed') {
    // No live owner here: whatever runs under this uuid is stopped and removed.
    if (observation.domain === 'absent') return nothing('same', 'nothing is here, as it should be');
    return new Turn(state, env, null).add({ ...event, part: OWNER_PART }).end(by, heard);
  }
  if (role.kind !== 'owner' || dueEffects(state).length > 0)
    return nothing('busy', 'an effect is due: its outcome will tell');
  const at = restingOf(state.value);
  if (at === null) return nothing('same', `a look in ${state.value} tells nothing`);
  const { row, choice } = rowOf(at, observation.power, env.policy);
  if (row.kind === 'move') {
    return new Turn(state, env, null).add({ ...event, data: dataOf({ ...event.data, choice }) }).end(by, heard);
  }
  if (observation.power === state.parts.power) return nothing('same', `power is ${observation.power}, as recorded`);
  return new Turn(state, env, null).add({ ...event, part: 'power' }).end(by, heard);
}
