/** What a look saw in a resting state: news, or nothing. */
import type { By, InstanceState, Observation, RestingState } from '@chronovirt/contract';
import { dueEffects, isUndecided, OWNER_PART } from '../actor/role.ts';
import { leaves } from '../life/leaves.ts';
import {
  HOST_BOOT,
  isQuestion,
  mayRun,
  observationTable,
  observedEvent,
  rowAfterBoot,
  type DriftChoice,
  type Row,
} from '../life/observations.ts';
import { restingOf } from '../life/resting.ts';
import { sightOf, sightRecorded } from '../life/sight.ts';
import { dataOf, nothing, Turn } from './turn.ts';
import type { Decision, Env, Look } from './types.ts';

type Candidate = Parameters<Turn['add']>[0];

/** Part under which a question about what was seen stands, until a person has answered it. */
export const DRIFT_PART = 'drift';

export function onLook(state: InstanceState | null, look: Look, env: Env): Decision {
  if (state === null) return nothing('unknown', 'a look at an instance without history');
  const { op, observation, heard } = look;
  if (op !== state.actor.op)
    return nothing('stale', `the look began at op ${op}, now it is ${state.actor.op}: look again`);
  if (observation.busy !== null)
    return nothing('busy', `the hypervisor is at work on it (${observation.busy}): look again`);
  const { role } = state.actor;
  if (role.kind === 'incoming') return nothing('same', 'the instance is on its way here: the migration looks after it');
  if (role.kind === 'closed' || (isUndecided(role) && dueEffects(state).length === 0)) {
    // No live owner here: whatever runs under this uuid is stopped and removed.
    if (observation.domain === 'absent') return nothing('same', 'nothing is here, as it should be');
    return new Turn(state, env, null)
      .add({ type: observedEvent[observation.power], part: OWNER_PART, data: evidenceOf(look) })
      .end({ kind: 'hypervisor', name: env.host }, heard);
  }
  if (role.kind !== 'owner' || dueEffects(state).length > 0)
    return nothing('busy', 'an effect is due: its outcome will tell');
  const at = restingOf(state.value);
  if (at === null) return nothing('same', `a look in ${state.value} tells nothing`);
  const news = newsAtRest(state, at, look, env);
  if (news === null) return nothing('same', `power is ${observation.power}, as recorded`);
  return new Turn(state, env, null).add(news.event).end(news.by, news.cause);
}

/** What was seen, what was heard before, and when that was. */
function evidenceOf({ observation, heard, heardAt }: Omit<Look, 'kind' | 'op'>): NonNullable<Candidate['data']> {
  return dataOf({ observation, heard: heard.slice(0, 200), heardAt });
}

export interface News {
  readonly event: Candidate;
  readonly by: By;
  readonly cause: string;
}

/** What a look at an instance that rests tells that is not recorded, and what is done about it; null = nothing new. */
export function newsAtRest(
  state: InstanceState,
  at: RestingState,
  look: Omit<Look, 'kind' | 'op'>,
  env: Pick<Env, 'host' | 'boot' | 'policy' | 'facts'>,
): News | null {
  const { parts } = state;
  const { observation, heard } = look;
  const seen = sightOf(at, observation);
  const type = observedEvent[seen];
  const hasBooted = env.boot !== undefined && parts.boot !== undefined && env.boot !== parts.boot;
  const data = dataOf({ ...evidenceOf(look), boot: env.boot === parts.boot ? undefined : env.boot });
  const hypervisor: By = { kind: 'hypervisor', name: env.host };

  const ran = at === 'running' || parts.power === 'on';
  const again = hasBooted && ran && env.policy.resumeGuestsAfterHostBoot ? rowAfterBoot(at, seen) : undefined;
  if (again?.kind === 'move' && canDo(again, env))
    return {
      event: { type, data: dataOf({ ...data, choice: HOST_BOOT, seen, request: requestOf(again, state) }) },
      by: { kind: 'policy', name: 'guests that ran are started after a boot of their host' },
      cause: 'host boot',
    };

  const cell = observationTable[at][seen];
  const isRecorded = sightRecorded(at, parts) === seen && parts.drift === undefined;
  if (cell.kind !== 'drift') {
    // The first look after a boot is recorded, so that a later stop of the guest is not taken for one by the boot.
    if (isRecorded && !(hasBooted && mayRun(at))) return null;
    return { event: { type, part: 'power', data }, by: hypervisor, cause: heard };
  }
  const wanted = env.policy.drift(at, seen);
  if (wanted === 'ask' && isQuestion(at, seen)) {
    // Asked already; or answered, by leaving it as it is.
    if ((parts.drift?.seen ?? parts.sight) === seen) return null;
    return { event: { type, part: DRIFT_PART, data: { ...data, seen } }, by: hypervisor, cause: heard };
  }
  const choice: DriftChoice = wanted === 'ask' ? 'usual' : wanted;
  const row = cell[choice];
  if (row.kind === 'move' && canDo(row, env)) {
    return {
      event: { type, data: dataOf({ ...data, choice, seen, request: requestOf(row, state) }) },
      by: choice === 'repair' ? { kind: 'policy', name: 'drift is repaired' } : hypervisor,
      cause: heard,
    };
  }
  if (isRecorded) return null;
  return { event: { type, part: 'power', data: { ...data, seen } }, by: hypervisor, cause: heard };
}

/** What the operation that a row begins is asked; one that leads back to `resized` keeps what settles the resize. */
export function requestOf(
  row: Extract<Row, { kind: 'move' }>,
  { context }: Pick<InstanceState, 'context'>,
): Readonly<Record<string, unknown>> | undefined {
  return row.goal === 'resized' ? context.request : row.request;
}

/** Whether this host has what a row needs; a look is always had. */
function canDo({ to }: Extract<Row, { kind: 'move' }>, { facts }: Pick<Env, 'facts'>): boolean {
  const { method } = leaves[to];
  return method === 'probe' || facts.implements.has(method);
}

/** Whether a look of many at once may be news, so that a look at this instance alone is worth it. `seen` undefined: there is no such domain. */
export function differs(
  { value, parts }: Pick<InstanceState, 'value' | 'parts'>,
  seen: Observation | undefined,
  boot?: string,
): boolean {
  if (parts.power !== (seen?.power ?? 'absent')) return true;
  const at = restingOf(value);
  if (at === null || seen === undefined) return false;
  if (mayRun(at) && boot !== undefined && parts.boot !== undefined && parts.boot !== boot) return true;
  return sightOf(at, seen) !== sightRecorded(at, parts);
}
