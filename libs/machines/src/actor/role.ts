/** What each role may do, in one place. */
import type { Due, Role } from '@chronovirt/contract';

/** Part under which a host clears away what it may no longer run. */
export const OWNER_PART = 'owner';
export const LIFE_PART = 'life';

/**
 * Whether a role may run an effect. `owner`: everything. `granted`: only the order, until the host has taken it. `remnant`: only its
 * own clearing away. `incoming` gets its work from the move. `closed`: nothing.
 */
export function roleAllows(role: Role, part: string, method: string): boolean {
  switch (role.kind) {
    case 'owner':
      return true;
    case 'granted':
      return part === LIFE_PART && method === 'order';
    case 'remnant':
      return part === OWNER_PART;
    case 'incoming':
    case 'closed':
      return false;
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
      return `incoming(${role.migration})`.slice(0, 100);
    case 'closed':
      return 'closed';
    default:
      return role satisfies never;
  }
}
