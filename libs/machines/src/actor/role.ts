/** What each role may do, in one place. */
import type { Due, InstanceState, Role } from '@chronovirt/contract';
import { leafOf } from '../life/leaves.ts';

/** Part under which a host clears away what it may no longer run. */
export const OWNER_PART = 'owner';
export const LIFE_PART = 'life';
/** Part under which the destination of a move gets ready. */
export const INCOMING_PART = 'incoming';
/** Part of the spine's record that carries a move. */
export const MIGRATION_PART = 'migration';

/**
 * Whether a role may run an effect. `owner`: everything. `granted`: the order, until the host has taken it, and what a move is due.
 * `remnant` and `kept`: only their own clearing away. `incoming`: to get ready. `closed`: nothing of a guest; a move that outlives a
 * deleted instance still has hosts to tell.
 */
export function roleAllows(role: Role, part: string, method: string): boolean {
  switch (role.kind) {
    case 'owner':
      return true;
    case 'granted':
      return part === MIGRATION_PART || (part === LIFE_PART && method === 'order');
    case 'remnant':
    case 'kept':
      return part === OWNER_PART;
    case 'incoming':
      return part === INCOMING_PART;
    case 'closed':
      return part === MIGRATION_PART;
    default:
      return role satisfies never;
  }
}

/** The effects that are due here, oldest first. A pure function of the state: after any crash it says what has to be done again. */
export function dueEffects({
  actor,
}: {
  readonly actor: { readonly role: Role; readonly due: readonly Due[] };
}): Due[] {
  return actor.due.filter(({ part, method }) => roleAllows(actor.role, part, method)).toSorted((a, b) => a.op - b.op);
}

/** A role in a few words, as events show it. */
export function roleText(role: Role): string {
  switch (role.kind) {
    case 'owner':
    case 'remnant':
      return `${role.kind}(${role.epoch})`;
    case 'granted':
      return `granted(${role.host}, ${role.epoch})`;
    case 'incoming':
      return `incoming(${role.migration})`;
    case 'kept':
      return `kept(${role.epoch})`;
    case 'closed':
      return 'closed';
    default:
      return role satisfies never;
  }
}

/** Whether this is a remnant of which nobody has said yet what becomes of its disks. */
export function isUndecided(role: Role): boolean {
  return role.kind === 'remnant' && role.undecided === true;
}

/**
 * Whether an instance waits here for the cluster, whatever else is due: for a move that it was asked for, prepares, or keeps files of, or
 * for somebody to say what becomes of its disks.
 */
export function waitsForCluster({ value, actor: { role } }: Pick<InstanceState, 'value' | 'actor'>): boolean {
  if (role.kind === 'incoming' || role.kind === 'kept' || isUndecided(role)) return true;
  return role.kind === 'owner' && leafOf(value)?.awaits !== undefined;
}
