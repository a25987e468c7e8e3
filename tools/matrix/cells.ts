/** Which operation meets which fault. */
import { faults, type Fault } from './faults.ts';
import type { Operation } from './operation.ts';
import { operations } from './operations.ts';

export interface Cell {
  readonly operation: Operation;
  readonly fault: Fault;
}

/** An operation on one host has no destination whose parts could die; a host without power has no guest that could. */
export const applies = (operation: Operation, fault: Fault): boolean =>
  (operation.hosts === 2 || fault.at !== 'destination') &&
  !(operation.losesSource === true && fault.killsGuest && fault.at === 'source');

/** All cells, or those whose operation and fault bear these words. */
export function cellsOf(only: string = '', fault: string = ''): Cell[] {
  return operations
    .filter(({ name }) => name.includes(only))
    .flatMap((operation) =>
      faults
        .filter((each) => each.name.includes(fault) && applies(operation, each))
        .map((each) => ({ operation, fault: each })),
    );
}
