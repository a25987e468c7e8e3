import { isMigrationLeaf } from '../migration/leaves.ts';
import type { Turn } from './turn.ts';

/** A delete that came while the instance moved: now that the move is over its owner is known, and is told. */
export function tellDoomed(turn: Turn): void {
  const {
    actor: { role },
    parts: { migration },
    value,
  } = turn.state;
  if (migration?.context.doomed !== true || isMigrationLeaf(migration.value) || value === 'deleted') return;
  if (role.kind === 'granted')
    turn.add({
      type: 'destroy.requested',
      data: { there: true, request: { host: role.host, epoch: role.epoch } },
    });
  // No host has anything of it.
  else if (role.kind === 'owner') turn.add({ type: 'destroy.requested' });
}
