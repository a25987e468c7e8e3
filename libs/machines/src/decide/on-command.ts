/** A command becomes an intent, or a refusal; both are stored, and the answer rests on them. */
import type { Answer, Command, InstanceState, RestingState } from '@chronovirt/contract';
import { leafOf } from '../life/leaves.ts';
import type { Operation } from '../life/operations.ts';
import { MIGRATION_PART } from '../actor/role.ts';
import { isUnderWay } from '../migration/leaves.ts';
import { tellDoomed } from './doomed.ts';
import type { Refusal } from './guard-names.ts';
import { check } from './guards.ts';
import { deletesForHost, movesHere, turnsBack } from './move-guards.ts';
import { imageOperationOf } from '../image/leaves.ts';
import { observedEvent, rowOf } from '../life/observations.ts';
import { restingOf } from '../life/resting.ts';
import { imageIntent } from './image.ts';
import { moveRequested } from './move-intent.ts';
import { DRIFT_PART, requestOf } from './on-look.ts';
import { pathOf } from './paths.ts';
import { dataOf, Turn } from './turn.ts';
import type { Decision, Env } from './types.ts';

export function onCommand(state: InstanceState | null, command: Command, env: Env): Decision {
  const known = state?.actor.answered.find(({ id }) => id === command.id);
  if (known !== undefined) return { kind: 'answer', answer: known };
  const { ifSeq } = command;
  if (ifSeq !== undefined && env.seq !== undefined && ifSeq !== env.seq) {
    return refuse(state, command, env, {
      guard: 'ifSeq',
      fact: `the last message has sequence ${env.seq}, the command was meant for ${ifSeq}: look again`,
    });
  }
  const checked = check(state, command, env);
  if ('guard' in checked) return refuse(state, command, env, checked);
  const turn = new Turn(state, env, command.id);
  for (const event of intentOf(state, command, checked.operation, env)) turn.add(event);
  if (command.name === 'delete') tellDoomed(turn);
  return turn.end(command.by, null, { kind: 'accepted', id: command.id, seq: 0 });
}

/** What a command asks of its operation; small, never a secret. */
function intentOf(
  state: InstanceState | null,
  { name, args, by }: Command,
  operation: Operation | null,
  env: Env,
): Parameters<Turn['add']>[0][] {
  if (operation !== null) return [operationIntent(state, { name, args }, operation, env)];
  if (imageOperationOf(name) !== null) return [imageIntent({ name, args })];
  switch (name) {
    case 'adoptDrift':
    case 'repairDrift':
      return settlement(state, name);
    case 'create':
      return [
        { type: 'create.requested', data: dataOf({ spec: args['spec'], request: dataOf({ onHost: args['host'] }) }) },
      ];
    case 'lock':
      return [
        {
          type: 'locked',
          part: 'lock',
          data: { holder: by.kind === 'user' ? 'owner' : 'admin', name: by.name, reason: String(args['reason'] ?? '') },
        },
      ];
    case 'unlock':
      return [{ type: 'unlocked', part: 'lock' }];
    case 'evacuate':
      return [evacuation(state, args, env)];
    case 'abortMigration':
      return [{ type: 'abort.requested', part: MIGRATION_PART, data: { by: by.name } }];
    case 'forceComplete':
      return [{ type: 'force.requested', part: MIGRATION_PART }];
    default:
      return [deletion(state, by, env)];
  }
}

/** The event that begins an operation, whoever wants it. */
export function operationIntent(
  state: InstanceState | null,
  { name, args }: Pick<Command, 'name' | 'args'>,
  operation: Operation,
  { spec }: Pick<Env, 'spec'>,
): Parameters<Turn['add']>[0] {
  // What settles a resize is told what that resize was.
  const { migration, migrationId, oldFlavor = spec?.flavor } = state?.context.request ?? {};
  const request = dataOf({
    ...operation.request,
    ...(name === 'unshelve' ? { onHost: args['host'] } : args),
    ...(state?.value === 'resized' && { migration, migrationId }),
    ...((name === 'resize' || state?.value === 'resized') && { oldFlavor }),
  });
  const goal = operation.goal === 'given' ? settledGoal(state, name) : undefined;
  return { type: operation.event, data: dataOf({ request, goal }) };
}

function deletion(state: InstanceState | null, by: Command['by'], { facts }: Env): Parameters<Turn['add']>[0] {
  const type = 'destroy.requested';
  if (state === null) return { type };
  if (movesHere(state)) return { type, part: MIGRATION_PART, data: { by: by.name } };
  // While a host may still take the order, the deletion begins by taking it back.
  if (leafOf(state.value)?.method === 'order') return { type, data: { request: { withdraw: true } } };
  const { role } = state.actor;
  if (role.kind !== 'granted' || !deletesForHost(state, facts)) return { type };
  const request = { host: role.host, epoch: role.epoch, proof: facts.proofOf?.(role.host) };
  return { type, data: dataOf({ there: true, request }) };
}

/** The proof is stored with the intent: the history says why a second host may start the guest. */
function evacuation(state: InstanceState | null, args: Command['args'], env: Env): Parameters<Turn['add']>[0] {
  const role = state?.actor.role;
  if (state === null || role?.kind !== 'granted') throw new Error('an evacuation needs a host that holds the instance');
  const proof = env.facts.proofOf?.(role.host);
  if (turnsBack(state, env.facts))
    return { type: 'revert.requested', part: MIGRATION_PART, data: dataOf({ what: 'evacuate', proof }) };
  const request = dataOf({ ...args, what: 'evacuate', proof, ...unsettled(state) });
  return moveRequested(state, env, { kind: 'evacuate', source: role.host, epoch: role.epoch, request });
}

/**
 * What an evacuation has to know of a cold move that was not settled when both its hosts were lost: that it was being turned back, or who
 * keeps files for it.
 */
function unsettled({ parts: { migration } }: InstanceState): Record<string, unknown> {
  if (migration?.context.kind !== 'cold' || !isUnderWay(migration.value)) return {};
  if (migration.value === 'reverting.adopt') return { turningBack: true };
  return { keptBy: { host: migration.context.source, migration: migration.context.id } };
}

/** A person has said what holds: the guest, or the record. What follows is what the table says of that case. */
function settlement(state: InstanceState | null, name: 'adoptDrift' | 'repairDrift'): Parameters<Turn['add']>[0][] {
  const drift = state?.parts.drift;
  const at = state === null ? null : restingOf(state.value);
  if (state === null || drift === undefined || at === null) throw new Error(`${name} needs an open question`);
  const { seen, heard } = drift;
  const choice = name === 'adoptDrift' ? 'adopt' : 'repair';
  const row = rowOf(at, seen, choice);
  const answered = { type: `${name}.requested`, part: DRIFT_PART, data: { seen } };
  if (row?.kind !== 'move') return [answered];
  return [
    answered,
    { type: observedEvent[seen], data: dataOf({ choice, seen, heard, request: requestOf(row, state) }) },
  ];
}

/** A resize is made final as its guest is by now, and turned back as it was before. */
function settledGoal(state: InstanceState | null, name: Command['name']): RestingState {
  const isOn = state?.parts.power === 'on' || state?.parts.power === 'paused';
  const now = isOn ? 'running' : 'stopped';
  return name === 'confirmResize' && state?.parts.power !== null ? now : (state?.context.before ?? now);
}

/** A refusal as a decision: stored as a neutral event where there is a history; a typing error makes none. */
export function refuse(state: InstanceState | null, command: Command, env: Env, refusal: Refusal): Decision {
  const { guard, fact, path = pathOf(state, command.name, guard, env.host) } = refusal;
  const answer: Answer = { kind: 'refused', id: command.id, seq: 0, guard, fact: fact.slice(0, 500), path };
  if (state === null) return { kind: 'answer', answer };
  return new Turn(state, env, command.id)
    .add({ type: 'refused', data: { name: command.name, guard, fact: answer.fact, path } })
    .end(command.by, null, answer);
}
