/** What a deployment's policy does by itself when a time is over. */
import type { InstanceState } from '@chronovirt/contract';
import type { Policy } from '../policy.ts';
import { nothing, Turn } from './turn.ts';
import type { Decision, Env } from './types.ts';

/** When a policy next has something to do about an instance, in milliseconds since 1970; null = never, as it is. */
export function policyWakesAt(
  { value, parts, actor }: InstanceState,
  { reclaimAfterMs }: Pick<Policy, 'reclaimAfterMs'>,
): number | null {
  if (actor.role.kind !== 'owner' || value !== 'trashed' || reclaimAfterMs === null) return null;
  // A lock keeps what is in the trash; whoever takes it away lets the time count again.
  if (parts.trashedAt === undefined || parts.lock !== null) return null;
  return parts.trashedAt + reclaimAfterMs;
}

/** The time of a policy is over: what is in the trash for so long is deleted. */
export function onPolicy(state: InstanceState | null, env: Env): Decision {
  if (state === null) return nothing('unknown', 'a policy for an instance without history');
  const time = policyWakesAt(state, env.policy);
  if (time === null || env.at < time) return nothing('stale', 'its time is not over');
  return new Turn(state, env, null)
    .add({ type: 'destroy.requested', data: {} })
    .end(
      { kind: 'policy', name: 'reclaim' },
      `in the trash since ${new Date(state.parts.trashedAt ?? 0).toISOString()}`,
    );
}
