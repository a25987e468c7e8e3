/** Links of a move between hosts: what the spine is asked, and what it orders of source and destination. */
import {
  CLUSTER,
  type Asked,
  type By,
  type ConfirmKept,
  type Incoming,
  type InstanceState,
  type MoveOrder,
  type MoveOver,
  type Undo,
} from '@chronovirt/contract';
import { isUndecided, MIGRATION_PART, OWNER_PART } from '../actor/role.ts';
import { leafOf } from '../life/leaves.ts';
import { isUnderWay } from '../migration/leaves.ts';
import { moveRequested } from './move-intent.ts';
import { dataOf, nothing, Turn } from './turn.ts';
import type { Decision, Env } from './types.ts';

const coordinator: By = { kind: 'coordinator', name: CLUSTER };

/**
 * Whether a host that is no owner yet may adopt: it prepared for this move, or kept files for it; or it was given up, has nothing running
 * any more, and nobody has said what becomes of what it has.
 */
export function takesOver({ actor: { role, due } }: InstanceState, migration: string | undefined): boolean {
  if (isUndecided(role)) return due.length === 0;
  return (role.kind === 'incoming' || role.kind === 'kept') && role.migration === migration;
}

/** To the spine: the owner has taken a command that only the cluster can carry out. */
export function onAsked(state: InstanceState | null, asked: Asked, env: Env): Decision {
  if (state === null) return nothing('unknown', 'a move of an instance without history');
  const { host, epoch, seq, what, origin, request, command, by } = asked;
  const { role } = state.actor;
  if (role.kind !== 'granted' || role.host !== host || role.epoch !== epoch)
    return nothing('stale', `host ${host} asks under epoch ${epoch}, which it does not hold here any more`);
  const { migration } = state.parts;
  const turn = new Turn(state, env, command);
  if (what === 'confirmResize' || what === 'revertResize') {
    if (migration?.value !== 'landed') {
      return migration !== undefined && isUnderWay(migration.value)
        ? nothing('duplicate', 'it is being settled already')
        : nothing('refused', 'no move waits to be settled');
    }
    const type = what === 'confirmResize' ? 'confirm.requested' : 'revert.requested';
    return turn.add({ type, part: MIGRATION_PART, data: dataOf({ asked: true, host, seq }) }).end(by, `${host}/${seq}`);
  }
  if (migration !== undefined && isUnderWay(migration.value))
    return migration.context.source === host && migration.context.epoch === epoch
      ? nothing('duplicate', `move ${migration.context.id} is under way`)
      : nothing('busy', `move ${migration.context.id} has not come to its end`);
  const kind = what === 'liveMigrate' ? 'live' : 'cold';
  const opening = { kind, source: host, epoch, origin, request: { ...request, fromOp: asked.op } } as const;
  return turn.add(moveRequested(state, env, { ...opening, asked: { host, seq } })).end(by, `${host}/${seq}`);
}

/** To the destination: get ready. */
export function onIncoming(state: InstanceState | null, link: Incoming, env: Env): Decision {
  const { migration, epoch, from, op, methods, spec, request, command } = link;
  if (state !== null) {
    const { role, epoch: newest } = state.actor;
    if (role.kind === 'incoming' && role.migration === migration)
      return nothing('duplicate', 'it is on its way already');
    if (epoch < newest) return nothing('stale', `epoch ${epoch} is over: this history knows epoch ${newest}`);
    if (role.kind !== 'closed')
      return nothing('refused', `what this host held under epoch ${newest} is not cleared away yet (${role.kind})`);
    if (isOver(state, migration)) return nothing('stale', `move ${migration} was called off`);
  }
  const missing = methods.filter((method) => !env.facts.implements.has(method));
  if (missing.length > 0) return nothing('refused', `the driver of ${env.host} does not have ${missing.join(', ')}`);
  if (env.facts.full) return nothing('refused', 'the journal of this host is nearly full');
  return new Turn(state, env, command)
    .add({
      type: 'incoming',
      part: OWNER_PART,
      data: dataOf({
        migration,
        epoch,
        from,
        op,
        steps: methods,
        spec,
        request: { ...request, migrationId: migration },
      }),
    })
    .end(coordinator, `${from.host}/${from.seq}`);
}

/** To the source: its part of the move. */
export function onMoveOrder(state: InstanceState | null, link: MoveOrder, env: Env): Decision {
  const { migration, epoch, method, request, from } = link;
  if (state === null) return nothing('unknown', 'a move of an instance without history');
  const refusal = notWaiting(state, epoch, ['migrating.plan']);
  if (refusal !== null) {
    const running = state.context.request['migrationId'] === migration && state.actor.epoch === epoch;
    return running ? nothing('duplicate', 'it was ordered before') : refusal;
  }
  if (!env.facts.implements.has(method)) return nothing('refused', `the driver of ${env.host} does not have ${method}`);
  return new Turn(state, env, null)
    .add({
      type: `${method}.requested`,
      data: dataOf({ asked: true, from, request: { ...request, migrationId: migration } }),
    })
    .end(coordinator, `move ${migration}`);
}

/** Where an owner waits for the cluster, or carries out its part of a move: a host that is down has stopped in the middle of that. */
const ofCluster = [
  'migrating.plan',
  'migrating.liveMigration',
  'migrating.migrateDiskAndPowerOff',
  'migrating.verdict',
  'settling.plan',
];

/** To whoever waits for the cluster: it is over, and so it goes on. */
export function onMoveOver(state: InstanceState | null, link: MoveOver, env: Env): Decision {
  const { migration, epoch, outcome, onwards, unbegun, reason, from } = link;
  if (state === null) return nothing('unknown', 'the end of a move of an instance without history');
  const refusal = notWaiting(state, epoch, unbegun === true ? ['migrating.plan'] : ofCluster);
  // Told before, or it goes on by itself: there is nothing left to tell.
  if (refusal !== null) return nothing('duplicate', refusal.why);
  return new Turn(state, env, null)
    .add({
      type: 'moveOver',
      data: dataOf({
        migration,
        outcome,
        onwards,
        reason,
        from,
        request: onwards === 'start' ? { rebootType: 'HARD' } : undefined,
      }),
    })
    .end(coordinator, migration === null ? 'the cluster' : `move ${migration}`);
}

/** To the destination: the move is off. Where it never began the story ends here, so that a late order is not taken any more. */
export function onUndo(state: InstanceState | null, link: Undo, env: Env): Decision {
  const { migration, epoch, keepDisks, from } = link;
  const turn = (): Turn => new Turn(state, env, null);
  const cause = `move ${migration} is off`;
  if (state === null || (state.actor.role.kind === 'closed' && !isOver(state, migration)))
    return turn()
      .add({
        type: 'closed',
        part: OWNER_PART,
        data: dataOf({ migration, epoch: Math.max(epoch, state?.actor.epoch ?? 0), from }),
      })
      .end(coordinator, cause);
  const { role } = state.actor;
  if (role.kind !== 'incoming' || role.migration !== migration)
    return nothing('duplicate', 'nothing of that move is here any more');
  return turn()
    .add({ type: 'undo', part: OWNER_PART, data: dataOf({ migration, keepDisks, from }) })
    .end(coordinator, cause);
}

/** To the host that kept the files of before: they go. */
export function onConfirmKept(
  state: InstanceState | null,
  { migration, keepDisks, from }: ConfirmKept,
  env: Env,
): Decision {
  if (state === null) return nothing('unknown', 'nothing was ever kept here');
  const { role } = state.actor;
  if (role.kind !== 'kept' || role.migration !== migration)
    return nothing('duplicate', 'nothing of that move is kept here any more');
  if (state.actor.due.length > 0) return nothing('duplicate', 'they are being removed');
  return new Turn(state, env, null)
    .add({
      type: 'confirmMigration.requested',
      part: OWNER_PART,
      data: dataOf({ asked: true, migration, keepDisks, from }),
    })
    .end(coordinator, `move ${migration} is confirmed`);
}

/** Whether this history was told that the move is off. */
function isOver({ context }: InstanceState, migration: string): boolean {
  return context.request['calledOff'] === migration;
}

function notWaiting(
  { value, actor: { role } }: InstanceState,
  epoch: number,
  where: readonly string[],
): Extract<Decision, { kind: 'nothing' }> | null {
  if (role.kind !== 'owner' || role.epoch !== epoch)
    return { kind: 'nothing', code: 'stale', why: `this host does not own the instance under epoch ${epoch}` };
  if (where.includes(value)) return null;
  const leaf = leafOf(value);
  return {
    kind: 'nothing',
    code: 'refused',
    why: `it does not wait for the cluster: it is ${leaf === null ? value : `busy with ${leaf.method}`}`,
  };
}
