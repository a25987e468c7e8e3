import type { Hypervisor } from './hypervisor.ts';

/** A moment in the life of a move between two simulated hosts, in the order in which they come. */
export type MigrationStep =
  /** The source has the order; the destination knows nothing yet. */
  | 'begun'
  /** The destination has a process that waits for the guest's memory. */
  | 'prepared'
  /** Memory (and disks) begin to go over. */
  | 'copying'
  /** The guest stands still on the source; all is over there, nothing runs anywhere. */
  | 'paused'
  /** The guest runs on the destination; the source does not know yet. */
  | 'resumed'
  /** The source's half is gone. */
  | 'gone'
  /** It came to nothing; each side is as its own rules leave it. */
  | 'failed';

/** What a host knows of the others of its site. */
export interface Neighbours {
  find(host: string): Hypervisor | null;
  /** Whether packets pass between two hosts just now. */
  connected(a: Hypervisor, b: Hypervisor): boolean;
  /** Calls back after each change of a link, a host or a daemon. Returns the way to stop. */
  onChange(listener: () => void): () => void;
  /** Something changed: a daemon went, a host lost power. */
  changed(): void;
  /** A move passes a step; whoever listens may break something there. */
  announce(step: MigrationStep, source: Hypervisor, destination: Hypervisor): void;
}
