import type { InstanceUuid, Mark } from '@chronovirt/contract';
import type { DomainDefinition } from './definition.ts';
import type { Domain } from './domain.ts';

/** What one look at a domain shows. Like libvirt's state and XML it never waits for a job, so it can be too early. */
export interface DomainView {
  readonly uuid: InstanceUuid;
  readonly name: string;
  /** Id of the present run, a new one with each start; null while off. */
  readonly id: number | null;
  readonly state: 'running' | 'paused' | 'asleep' | 'crashed' | 'off';
  readonly reason: string;
  /** What is under way: a start, a save, a move. */
  readonly busy: string | null;
  /** The definition that the guest runs with; null while off. */
  readonly live: DomainDefinition | null;
  readonly stored: DomainDefinition | null;
  /** Definition inside the managed save image; null when there is none. */
  readonly saved: DomainDefinition | null;
  /** The operation that set out to move the guest away; null when none did. */
  readonly movedBy: Mark | null;
  /** What the root disk is mirrored into just now; null when it is not. */
  readonly mirror: Domain['mirror'];
  readonly cpuTimeNs: number;
}

const passing: Readonly<Record<string, string>> = {
  'starting-up': 'starting up',
  save: 'saving',
  postcopy: 'migrating (post-copy)',
  'postcopy-failed': 'post-copy failed',
};

/** A guest that a move left paused is at rest, as far as this host knows. */
function busyOf({ run, move, incoming }: Domain): string | null {
  if (run === null) return null;
  return passing[run.reason] ?? (move !== null || incoming ? 'migrating' : null);
}

export function viewOf(domain: Domain): DomainView {
  const { uuid, name, run, stored } = domain;
  return {
    uuid,
    name,
    id: run?.id ?? null,
    state: run?.state ?? 'off',
    reason: run?.reason ?? domain.stopReason,
    busy: busyOf(domain),
    live: run?.definition ?? null,
    stored,
    saved: domain.saved?.definition ?? null,
    movedBy: run?.movedBy ?? null,
    mirror: domain.mirror,
    cpuTimeNs: domain.cpuTimeNs(),
  };
}
