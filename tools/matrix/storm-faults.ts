/** What strikes in a storm, and who is in it. */
import { seeded } from '../../apps/agent/src/proof/rotation.ts';
import type { LabHost } from '../lab/lab-host.ts';
import type { LabSystem } from '../lab/lab-system.ts';
import { applies } from './cells.ts';
import { faults, type Fault } from './faults.ts';
import type { Operation } from './operation.ts';
import { operations } from './operations.ts';

/** An agent or a libvirtd is struck on one host only: to what comes the other way it is the destination's. */
const isMirrored = ({ at, killsGuest, name }: Fault): boolean => at !== null && !killsGuest && !name.startsWith('cut');

export const stormFaults: readonly Fault[] = faults.filter((fault) => !isMirrored(fault) || fault.at === 'source');

const isForMany = ({ losesSource, isOfHost, moves }: Operation): boolean =>
  losesSource === undefined && isOfHost === undefined && moves === undefined;

/** Every operation that fits in among others, moves guests as usual, there and, where that makes another pair of it, back. */
export function membersOf(
  system: LabSystem,
  storage: Operation['storage'],
  fault: Fault,
): { operation: Operation; source: LabHost }[] {
  return operations
    .filter((each) => isForMany(each) && each.storage === storage && applies(each, fault))
    .flatMap((operation) => [
      { operation, source: system.a },
      ...(operation.hosts === 2 && isMirrored(fault) ? [{ operation, source: system.b }] : []),
    ]);
}

/** The seed's choice of a moment. */
export const momentOf = (salt: string, latestMs: number): number =>
  Math.floor(seeded(`storm ${salt}`).next() * latestMs);
