/** Orders and messages between the segments of a history. Only a newer epoch is ever taken. */
import { CLUSTER, type By, type InstanceState } from '@chronovirt/contract';
import type { AdoptOrder, Fence, Link, Returned } from '../actor/links.ts';
import { MIGRATION_PART, OWNER_PART } from '../actor/role.ts';
import { isUnderWay } from '../migration/leaves.ts';
import { onAsked, onConfirmKept, onIncoming, onMoveOrder, onMoveOver, onUndo, takesOver } from './on-move.ts';
import { onReadmitted } from './on-readmitted.ts';
import { leafOf } from '../life/leaves.ts';
import { isKnown } from '../life/transit.ts';
import { MACHINE_VERSION } from '../version.ts';
import { dataOf, nothing, Turn } from './turn.ts';
import type { Decision, Env } from './types.ts';

const coordinator: By = { kind: 'coordinator', name: CLUSTER };

export function onLink(state: InstanceState | null, link: Link, env: Env): Decision {
  switch (link.kind) {
    case 'adopt':
      return onAdopt(state, link, env);
    case 'returned':
      return onReturned(state, link, env);
    case 'fence':
      return onFence(state, link, env);
    case 'asked':
      return onAsked(state, link, env);
    case 'incoming':
      return onIncoming(state, link, env);
    case 'move':
      return onMoveOrder(state, link, env);
    case 'moveOver':
      return onMoveOver(state, link, env);
    case 'undo':
      return onUndo(state, link, env);
    case 'confirm':
      return onConfirmKept(state, link, env);
    case 'readmitted':
      return onReadmitted(state, link, env);
    default:
      return link satisfies never;
  }
}

function onAdopt(
  state: InstanceState | null,
  { epoch, from, spec, state: given, command, migration }: AdoptOrder,
  env: Env,
): Decision {
  if (state !== null) {
    const { role, epoch: newest } = state.actor;
    if (role.kind === 'owner' && role.epoch === epoch)
      return nothing('duplicate', `adopted before under epoch ${epoch}`);
    if (epoch <= newest) return nothing('stale', `epoch ${epoch} is over: this history knows epoch ${newest}`);
    if (role.kind !== 'closed' && !takesOver(state, migration))
      return nothing('refused', `what this host held under epoch ${newest} is not cleared away yet (${role.kind})`);
  }
  if (!isKnown(given.value)) return nothing('refused', `${MACHINE_VERSION} knows no state ${given.value}`);
  const needs = leafOf(given.value)?.method;
  if (needs !== undefined && !env.facts.implements.has(needs))
    return nothing('refused', `the driver of ${env.host} does not have ${needs}`);
  if (env.facts.full) return nothing('refused', 'the journal of this host is nearly full');
  return new Turn(state, env, command)
    .add({ type: 'adopted', data: dataOf({ epoch, from, spec, state: given, migration }) })
    .end(coordinator, `${from.host}/${from.seq}`);
}

function onReturned(state: InstanceState | null, returned: Returned, env: Env): Decision {
  if (state === null) return nothing('unknown', 'an instance without history comes back');
  const { role } = state.actor;
  const { host, epoch, seq, outcome, failure, hostsTried, retry, command, spec, parts } = returned;
  if (role.kind !== 'granted' || role.host !== host || role.epoch !== epoch)
    return nothing('stale', `host ${host} gives back epoch ${epoch}, which it does not hold here any more`);
  const { migration } = state.parts;
  const moving = migration !== undefined && isUnderWay(migration.value);
  if (moving && outcome !== 'deleted') return nothing('stale', 'a move is under way: it hears of its hosts by itself');
  const turn = new Turn(state, env, command);
  if (moving) turn.add({ type: 'returned', part: MIGRATION_PART, data: dataOf({ host, outcome }) });
  turn.add({
    type: 'returned',
    data: dataOf({ host, epoch, seq, outcome, failure, hostsTried: [...hostsTried], retry, spec, parts }),
  });
  if (outcome === 'deleted') turn.add({ type: 'closed', part: OWNER_PART });
  return turn.end({ kind: 'agent', name: host }, `${host}/${seq}`);
}

function onFence(state: InstanceState | null, link: Fence, env: Env): Decision {
  const { epoch, keepDisks, undecided, kept, from } = link;
  if (state !== null && epoch <= state.actor.epoch && !decidesDisks(state, link))
    return nothing('stale', `epoch ${epoch} is over: this history knows epoch ${state.actor.epoch}`);
  return new Turn(state, env, null)
    .add({ type: 'fence', part: OWNER_PART, data: dataOf({ epoch, keepDisks, undecided, kept, from }) })
    .end(coordinator, `fence of epoch ${epoch}`);
}

/** A host was fenced out before it was known what becomes of the disks there; now it is, or they have no use any more. */
function decidesDisks({ actor: { role } }: InstanceState, { epoch, keepDisks, undecided }: Fence): boolean {
  if (role.kind !== 'remnant' || role.epoch !== epoch || undecided === true) return false;
  return role.undecided === true || (role.keepDisks === true && keepDisks === false);
}
