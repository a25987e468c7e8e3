import type { InstanceUuid } from '../data/identifiers.ts';
import type { HostReport } from '../data/host.ts';
import type { Observation } from '../data/observation.ts';
import type { EffectContext, QueryContext } from './permit.ts';

/** A hint that something may have changed: look, never believe. `instance` null = look at all (a gap in the events, a reconnect). */
export interface Hint {
  readonly instance: InstanceUuid | null;
  /** For the history: what was heard, e.g. `libvirt STOPPED/destroyed`. */
  readonly heard: string;
}

/**
 * How a person steers a live migration that runs.
 *
 * - `abort`: it ends, the guest stays where it is.  `forceComplete`: it comes to its end, at the price of a pause of the guest (or of
 *   post-copy, as the driver is set up).  `postCopy`: the guest goes over at once and its memory follows; cannot be aborted any more.
 */
export type MigrationSteering = 'abort' | 'forceComplete' | 'postCopy';

/** `busy` of both sides of a post-copy that broke off: vCPUs at the destination, the rest of the memory at the source. */
export const POST_COPY_FAILED = 'post-copy failed';

/** How far a live migration is. Numbers for a person to look at: they are never stored and nothing is decided by them. */
export interface MigrationProgress {
  readonly phase: 'preparing' | 'copying' | 'post-copy' | typeof POST_COPY_FAILED;
  /** Since it began. */
  readonly elapsedMs: number;
  /** Bytes. Memory that the guest writes to while it is copied remains to be copied once more. */
  readonly memory: { readonly total: number; readonly remaining: number };
  /** Bytes of local disks that are copied along; both 0 when none is. */
  readonly disk: { readonly total: number; readonly remaining: number };
  /** Of memory and disks together; 0 while nothing is known. */
  readonly bytesPerSecond: number;
  /** How often the memory has been gone through; 0 = not yet. */
  readonly iteration: number;
  /** How long the guest would stand still if it went over now; null = not known yet. */
  readonly expectedDowntimeMs: number | null;
  /** How long it takes at this rate; null = not known, or the guest writes faster than it is copied. */
  readonly expectedEndMs: number | null;
  /** By how much the guest is slowed down because it writes faster than it is copied, from 0 to 1; null = it is not. */
  readonly slowedBy: number | null;
}

/** What runs on a host: its facts for placement, read at each beat. */
export type HostFacts = Omit<
  HostReport,
  | 'incarnation'
  | 'at'
  | 'enabled'
  | 'instances'
  | 'implements'
  | 'waitingFor'
  | 'host'
  | 'bootId'
  | 'standing'
  | 'firstOfBoot'
  | 'watchdog'
>;

/**
 * What the runtime needs of a hypervisor beyond Nova's contract: looking, waiting for what a dead agent's calls still do, and
 * hearing of changes. Looks change nothing and need no permit; the barrier is a harmless modifying call and does.
 */
export interface HostPort {
  /** One look at one instance: domain, mark, disks, leftovers. `absent` is an answer; no answer is a throw. */
  observe(instance: InstanceUuid, context: QueryContext): Promise<Observation>;
  /** One bulk look at power, mark and definition of everything that bears our metadata; disks and leftovers are not looked at (empty lists). */
  observeAll(context: QueryContext): Promise<ReadonlyMap<InstanceUuid, Observation>>;
  /** Returns when no call of an earlier agent still works on the domain (its job lock was free once); `absent` returns at once. */
  barrier(instance: InstanceUuid, context: EffectContext): Promise<void>;
  /** Subscribes to changes. Called before the first look; hints that arrive meanwhile are buffered by the caller. Returns the way to stop. */
  watch(onHint: (hint: Hint) => void): Promise<() => Promise<void>>;
  /** Facts for placement. */
  facts(context: QueryContext): Promise<HostFacts>;
  /** What the host waits for when it cannot serve just now (`libvirt does not answer`), else null. */
  waitingFor(): string | null;
  /**
   * Steers the live migration of an instance away from this host, beside the effect that carries it, which goes on and tells of the end.
   * `abort` returns when the job is over; what became of the guest is for a look to say. Throws `INSTANCE_INVALID_STATE` when no
   * migration runs, it is too late, or this one does not allow for it.
   */
  steerMigration?(instance: InstanceUuid, how: MigrationSteering, context: EffectContext): Promise<void>;
  /**
   * Brings over the rest of a guest whose post-copy broke off (`POST_COPY_FAILED` on both sides: a destination that has not noticed yet would
   * be left in a muddle). Returns when memory comes again, or has come; `to` is the address of the destination. Throws
   * `INSTANCE_INVALID_STATE` when it did not break off, or cannot go on (yet).
   */
  recoverMigration?(instance: InstanceUuid, to: string, context: EffectContext): Promise<void>;
  /** How far the live migration of an instance away from this host is; null when none runs. Waits for no job. */
  migrationProgress?(instance: InstanceUuid, context: QueryContext): Promise<MigrationProgress | null>;
  /** Ends the guest at once, whatever it is about; its definition and files stay. Nothing that runs is fine. For a host that may run none any more. */
  stopNow(instance: InstanceUuid, context: EffectContext): Promise<void>;
  /** Stores the definition of a domain that runs without one, as it runs; one that is stored is left as it is. Throws `INSTANCE_NOT_FOUND`. */
  define?(instance: InstanceUuid, context: EffectContext): Promise<void>;
  /** Closes the connection that a revoked effect uses, so that what it has in flight ends; the next use opens a new one. */
  interrupt(instance: InstanceUuid): Promise<void>;
  close(): Promise<void>;
}
