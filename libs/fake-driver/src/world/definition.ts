import type { InstanceUuid, Mark } from '@chronovirt/contract';

/** A guest's interface: the address that the guest sees, and the tap that it is wired to. */
export interface Interface {
  readonly mac: string;
  readonly tap: string;
}

/** A domain's definition, as much of it as the simulation acts on. */
export interface DomainDefinition {
  readonly uuid: InstanceUuid;
  readonly name: string;
  readonly memoryKiB: number;
  readonly vcpus: number;
  /** Whether it carries our metadata; what somebody else defined by hand does not. */
  readonly ours: boolean;
  readonly mark: Mark | null;
  /** Disks by role, the one to boot from first. */
  readonly disks: readonly string[];
  readonly interfaces: readonly Interface[];
}

/** Whether two marks name the same operation. */
export function sameMark(a: Mark | null, b: Mark | null): boolean {
  return a !== null && b !== null && a.epoch === b.epoch && a.op === b.op;
}
