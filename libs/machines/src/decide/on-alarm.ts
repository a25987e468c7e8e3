/** A deadline that passed, and effects that are begun again after a restart. */
import { CLUSTER, type Due, type InstanceState, type MigrationState } from '@chronovirt/contract';
import { dueEffects } from '../actor/role.ts';
import { dataOf, nothing, self, Turn } from './turn.ts';
import type { Decision, Env } from './types.ts';

export function onAlarm(state: InstanceState | null, op: number, env: Env): Decision {
  const due = dueOf(state, op);
  if (state === null || due === null) return nothing('stale', `op ${op} is no longer due`);
  return timedOut(state, due, env, 'deadline');
}

/** After a restart the same effect is run again under a new deadline; one that was begun too often counts as timed out. */
export function onResume(state: InstanceState | null, op: number, attempt: number, env: Env): Decision {
  const due = dueOf(state, op);
  if (state === null || due === null) return nothing('stale', `op ${op} is no longer due`);
  if (attempt > env.policy.maxAttempts)
    return timedOut(state, due, env, `begun ${attempt - 1} times without an outcome`);
  const at = Math.max(env.at, state.actor.at, due.notBefore ?? 0);
  const request = due.part === 'life' ? state.context.request : {};
  return new Turn(state, env, due.command)
    .add({
      type: 'resumed',
      of: op,
      deadline: at + Math.round(env.policy.deadlineMs(due.method, request, env.spec)),
      data: { method: due.method, attempt },
    })
    .end(self(env), 'restart');
}

function dueOf(state: InstanceState | null, op: number): Due | null {
  return state === null ? null : (dueEffects(state).find((due) => due.op === op) ?? null);
}

function timedOut(state: InstanceState, due: Due, env: Env, why: string): Decision {
  const again = repeats(state, due, env);
  return new Turn(state, env, due.command)
    .add({
      type: `${due.method}.timedOut`,
      of: due.op,
      ...(due.part === 'life' ? {} : { part: due.part }),
      data: dataOf({
        why,
        again,
        unstick: isStuckReboot(state, due, env) || undefined,
        // A copy that outlasts its time is called off; the facts of both hosts then decide.
        abort: due.method === 'copyMove' ? true : undefined,
        calledOff:
          due.method === 'copyMove'
            ? 'called off by the coordinator: the copy had not ended within its time'
            : undefined,
        awaiting: `${due.method}, which had no outcome in its time`,
      }),
    })
    .end(self(env), `deadline of op ${due.op}`);
}

/** A soft reboot that outlasted the deployment's time for it: a guest that does not run is started. */
function isStuckReboot({ value, context }: InstanceState, { part }: Due, { policy, facts }: Env): boolean {
  return (
    part === 'life' &&
    value === 'rebooting.reboot' &&
    context.request['rebootType'] !== 'HARD' &&
    policy.softRebootMs !== null &&
    facts.implements.has('pollRebootingInstances')
  );
}

/** An evacuation whose host was fenced already can only go on. */
const isFenced = (migration: MigrationState | undefined): boolean =>
  migration?.context.kind === 'evacuate' && migration.context.hostsTried.length > 0;

/** The spine has no hypervisor to ask: what it does is done again, a placement only so often. */
function repeats({ context, parts }: InstanceState, { method }: Due, { host, policy }: Env): boolean | undefined {
  if (method === 'place') return context.tries + 1 < policy.maxPlaceTries;
  if (method === 'placeMove')
    return isFenced(parts.migration) || (parts.migration?.context.tries ?? 0) + 1 < policy.maxPlaceTries;
  return method === 'destroy' && host === CLUSTER ? true : undefined;
}
