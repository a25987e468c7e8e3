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

/** What runs on a host: its facts for placement, read at each beat. */
export type HostFacts = Omit<
  HostReport,
  'incarnation' | 'at' | 'enabled' | 'instances' | 'implements' | 'waitingFor' | 'host' | 'bootId'
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
  /** Closes the connection that a revoked effect uses, so that what it has in flight ends; the next use opens a new one. */
  interrupt(instance: InstanceUuid): Promise<void>;
  close(): Promise<void>;
}
