/** To the spine: a host that was given up for ever is there again, and what it had of an instance nobody has taken over. */
import type { By, InstanceState, Readmitted } from '@chronovirt/contract';
import { MIGRATION_PART } from '../actor/role.ts';
import { isUnderWay } from '../migration/leaves.ts';
import { moveRequested } from './move-intent.ts';
import { nothing, Turn } from './turn.ts';
import type { Decision, Env } from './types.ts';

/**
 * It gets the instance back, with the disks that it has. A cold move that had landed there lands once more, and waits to be settled as
 * before; an instance that was being deleted goes on being deleted.
 */
export function onReadmitted(state: InstanceState | null, link: Readmitted, env: Env): Decision {
  if (state === null) return nothing('unknown', 'an instance without history');
  const { host, epoch, seq, goingAway } = link;
  const { role } = state.actor;
  if (role.kind !== 'granted' || role.host !== host || role.epoch >= epoch)
    return nothing('stale', `the spine does not wait for host ${host} under an epoch before ${epoch}`);
  if (state.value.startsWith('deleting.')) return nothing('stale', 'the instance is being deleted');
  const { migration } = state.parts;
  const by: By = { kind: 'agent', name: host };
  const turn = new Turn(state, env, null);
  if (goingAway) {
    const isMoving = migration !== undefined && isUnderWay(migration.value);
    const request = { host, epoch: role.epoch };
    turn.add({
      type: 'destroy.requested',
      ...(isMoving ? { part: MIGRATION_PART } : { data: { there: true, request } }),
    });
    return turn.end(by, `${host}/${seq}`);
  }
  if (migration?.value === 'landed' && migration.context.destination === host)
    return turn
      .add({ type: 'land.requested', part: MIGRATION_PART, data: { asked: true, host, seq } })
      .end(by, cause(link));
  if (migration !== undefined && isUnderWay(migration.value))
    return nothing('busy', `move ${migration.context.id} has not come to its end`);
  const opening = { kind: 'return', source: host, epoch: role.epoch, request: {}, asked: { host, seq } } as const;
  return turn.add(moveRequested(state, env, opening)).end(by, cause(link));
}

const cause = ({ host, seq }: Readmitted): string => `${host}/${seq}`;
