/** What a deployment's policy does by itself when a time is over. */
import type { InstanceState } from '@chronovirt/contract';
import { endingOf, policyWakesAt, restsSince } from './endings.ts';
import { check } from './guards.ts';
import { operationIntent } from './on-command.ts';
import { nothing, Turn } from './turn.ts';
import type { Decision, Env } from './types.ts';

/** What is in the trash for so long is deleted, what is shelved leaves its host, and so on. */
export function onPolicy(state: InstanceState | null, env: Env): Decision {
  if (state === null) return nothing('unknown', 'a policy for an instance without history');
  const time = policyWakesAt(state, env.policy);
  const ending = endingOf(state);
  if (ending === undefined || time === null || env.at < time) return nothing('stale', 'its time is not over');
  const turn = new Turn(state, env, null);
  const by = { kind: 'policy', name: ending.name } as const;
  const cause = `${ending.is} since ${new Date(restsSince(state) ?? 0).toISOString()}`;
  if (ending.command === 'delete') return turn.add({ type: 'destroy.requested', data: {} }).end(by, cause);
  const asked = { name: ending.command, args: {} };
  // A journal that is nearly full keeps out what people order; this was ordered when the deployment was set up.
  const checked = check(state, { ...asked, by }, { ...env, facts: { ...env.facts, full: false } });
  if ('guard' in checked || checked.operation === null)
    return nothing('refused', 'guard' in checked ? checked.fact : `${ending.command} begins no operation`);
  return turn.add(operationIntent(state, asked, checked.operation, env)).end(by, cause);
}
