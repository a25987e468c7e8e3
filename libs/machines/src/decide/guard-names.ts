/** The guards by their stable names, and what a refusal says. */
import type { Command, CommandName, InstanceState } from '@chronovirt/contract';
import { leafOf, parentOf } from '../life/leaves.ts';

export const guards = {
  exists: 'The instance has a history here.',
  unplaced: 'Create: the instance has no history yet.',
  notDeleted: 'The instance is not deleted.',
  roleOwner: 'This actor owns the instance.',
  placed: 'The command is given where it can be carried out: on the host that holds the guest, or on the spine.',
  elsewhere: 'A move leads to another host than the one that has the instance.',
  flavorDiffers: 'A resize gives the guest another size than it has.',
  noMove: 'No move of the instance is under way.',
  moveUnderWay: 'A move of the instance is under way, and has not landed.',
  fenceProven: 'It is proved that the host which held the guest cannot run it any more.',
  state: 'The command is legal in the present state.',
  launched: 'The guest has run at least once.',
  guestThere: 'Something of the guest is on its host.',
  lockOpen: 'The instance is not locked, or an operator asks.',
  imageIdle: 'No image of the instance is being made.',
  backupRoom: 'There is room for the backups that are to be kept.',
  driftOpen: 'Something was seen that waits for a decision.',
  driverImplements: 'The driver of this host has the methods that the operation needs.',
  specKnown: 'The present spec is at hand, so that a change of it can be stored.',
  journalNotFull: 'The journal takes new commands.',
  ifSeq: 'The instance’s last message is the one that the caller saw.',
} as const;

export type GuardName = keyof typeof guards;

export interface Refusal {
  readonly guard: GuardName;
  /** The fact behind it, in a person's words. */
  readonly fact: string;
  /** What to give first, where the guard itself knows; left out: what the charts say. */
  readonly path?: CommandName[] | null;
}

/** Who asks, as far as a guard cares. */
export interface Asker {
  readonly name: CommandName;
  readonly args: Readonly<Record<string, unknown>>;
  readonly by: Pick<Command['by'], 'kind'>;
}

/** What a journal that is nearly full says to new commands. */
export const full: Refusal = {
  guard: 'journalNotFull',
  fact: 'the journal of this host is nearly full: what is left is kept for outcomes; delete is open',
};

/** A move that is asked to lead to `here`, where the instance is; or null. */
export function leadsHere({ name, args }: Pick<Asker, 'name' | 'args'>, here: string): Refusal | null {
  if (args['host'] !== here) return null;
  return {
    guard: 'elsewhere',
    fact: `the instance is on ${here}, and ${name} brings it to another host: name another one, or none, and one is chosen`,
  };
}

/** A state in a person's words: `running`, `building (spawn)`. */
export function inWords({ value }: Pick<InstanceState, 'value'>): string {
  const leaf = leafOf(value);
  return leaf === null ? value : `${parentOf(value)} (${leaf.method})`;
}
