/** Guards of what the spine carries out by a move, and of a delete that is the spine's for the sake of one. */
import { CLUSTER, type CommandName, type InstanceState } from '@chronovirt/contract';
import { leafOf } from '../life/leaves.ts';
import { isMigrationLeaf, isUnderWay } from '../migration/leaves.ts';
import { full, leadsHere, type Asker, type Refusal } from './guard-names.ts';
import type { Env } from './types.ts';

/** Whether a delete is the spine's to record, because the instance has no single host just now. */
export function movesHere({ parts: { migration } }: InstanceState): boolean {
  return migration !== undefined && isUnderWay(migration.value);
}

/** Commands that the spine carries out by a move. */
export const ofMoves: ReadonlySet<CommandName> = new Set(['evacuate', 'abortMigration', 'forceComplete']);

export function checkMove(
  state: InstanceState | null,
  { name, args }: Asker,
  { host, facts }: Pick<Env, 'host' | 'facts'>,
): { operation: null } | Refusal {
  if (state === null) return { guard: 'exists', fact: 'no instance of that id is known here' };
  if (host !== CLUSTER)
    return { guard: 'placed', fact: `${name} is done on the spine, which knows of moves and hosts` };
  if (state.value === 'deleted')
    return { guard: 'notDeleted', fact: 'the instance is deleted; only its history is left' };
  const { migration } = state.parts;
  if (name === 'evacuate') return checkEvacuate(state, args, facts);
  if (migration === undefined || !isMigrationLeaf(migration.value))
    return { guard: 'moveUnderWay', fact: 'no move of the instance is under way' };
  const early = ['planning.place', 'planning.check', 'preparing.prepare', 'copying.copy'];
  const { kind, hostsTried } = migration.context;
  const isFenced = kind === 'evacuate' && hostsTried.length > 0;
  if (name === 'abortMigration' && (!early.includes(migration.value) || isFenced))
    return {
      guard: 'moveUnderWay',
      fact: `the move is past the point where it can be called off (${migration.value})`,
    };
  if (name === 'forceComplete' && (migration.context.kind !== 'live' || migration.value !== 'copying.copy'))
    return { guard: 'moveUnderWay', fact: `nothing is being copied live: the move is at ${migration.value}` };
  return { operation: null };
}

/** Steps at which the host that was to take the instance over may be given up for lost. */
const takingOver: ReadonlySet<string> = new Set(['landing.adopt', 'reverting.adopt']);

/** A cold move that is not settled, whose source keeps the files and can have the guest back: lost is only what came after it. */
export function turnsBack({ parts: { migration } }: InstanceState, { proofOf }: Env['facts']): boolean {
  if (migration === undefined || migration.context.kind !== 'cold') return false;
  const isUnsettled = migration.value === 'landing.adopt' || migration.value === 'landed';
  return isUnsettled && (proofOf?.(migration.context.source) ?? null) === null;
}

function checkEvacuate(state: InstanceState, args: Asker['args'], facts: Env['facts']): { operation: null } | Refusal {
  const {
    actor: { role },
    parts: { migration },
  } = state;
  const { proofOf, full: isFull } = facts;
  if (role.kind !== 'granted')
    return { guard: 'placed', fact: 'no host holds the instance: there is nothing to evacuate' };
  if (state.value.startsWith('deleting.'))
    return { guard: 'notDeleted', fact: `the instance is being deleted on ${role.host}; nothing of it is to be saved` };
  if (leafOf(state.value)?.method === 'order')
    return {
      guard: 'placed',
      fact: `${role.host} has not taken the instance yet: the order is taken back by itself, and another host chosen where one may be`,
    };
  if (isFull) return full;
  if (migration !== undefined && isMigrationLeaf(migration.value) && !takingOver.has(migration.value))
    return {
      guard: 'noMove',
      fact: `move ${migration.context.id} is under way (${migration.value}): call it off, or let it end`,
    };
  if ((proofOf?.(role.host) ?? null) === null)
    return {
      guard: 'fenceProven',
      fact: `nothing proves that ${role.host} cannot run the guest any more; fence the host, or state that it is down`,
    };
  if (migration === undefined || !turnsBack(state, facts))
    return leadsHere({ name: 'evacuate', args }, role.host) ?? { operation: null };
  const { host } = args;
  if (host !== undefined && host !== migration.context.source)
    return {
      guard: 'noMove',
      fact: `move ${migration.context.id} is not settled, and ${migration.context.source} keeps the guest's files: it goes back there; ask without a host`,
    };
  return { operation: null };
}

/** A delete of an instance whose host is proved to run nothing: it must not wait for a host that may never come back. */
export function deletesForHost({ actor: { role } }: InstanceState, { proofOf }: Env['facts']): boolean {
  return role.kind === 'granted' && (proofOf?.(role.host) ?? null) !== null;
}
