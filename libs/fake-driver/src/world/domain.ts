/**
 * One domain, and what libvirt's rules let become of it:
 *
 *   define ──> shut off ──beginStart──> paused (starting-up) ──finishStart──> running
 *                 ^                                                         │ pause / unpause
 *                 └──── stop(destroyed | shutdown | crashed | saved | failed) <┘
 *
 * A run keeps the definition that it was started with; defining anew changes the stored one alone. A transient domain (no stored
 * definition) is gone when its run ends. A restored run carries the definition, and so the mark, of its save image.
 */
import type { InstanceUuid } from '@chronovirt/contract';
import { CallError } from './call-error.ts';
import { ConsoleText } from './console-text.ts';
import type { DomainDefinition } from './definition.ts';
import type { DomainEventType } from './event-hub.ts';
import { JobLock } from './job-lock.ts';

export type RunState = 'running' | 'paused' | 'asleep' | 'crashed';

/** A run of a guest, from its start to its end. `boot` counts the guest's boots: a restored guest goes on in the same one. */
export interface Run {
  readonly id: number;
  readonly definition: DomainDefinition;
  state: RunState;
  reason: string;
  boot: number;
  /** Time that the guest had run in this boot when the run began, in milliseconds. */
  earlierMs: number;
  /** Time that its CPUs ran in this run, in milliseconds, up to `since`. */
  ranMs: number;
  /** Monotonic time since when they run; null while they stand still. */
  since: number | null;
}

/** A managed save image. */
export interface SavedMemory {
  readonly definition: DomainDefinition;
  readonly paused: boolean;
  readonly boot: number;
  /** Time that the guest had run in this boot, in milliseconds. */
  readonly uptimeMs: number;
}

/** What the domain needs of the world around it. */
export interface DomainWorld {
  monotonic(): number;
  nextRunId(): number;
  bootMs(): number;
  /** Counts a boot on the instance's disk; which one it is. */
  countBoot(instance: InstanceUuid): number;
  emit(domain: Domain, type: DomainEventType, detail: string): void;
  /** Called when neither a definition nor a run is left. */
  gone(domain: Domain): void;
}

export class Domain {
  readonly uuid: InstanceUuid;
  readonly console = new ConsoleText();
  lock = new JobLock();
  stored: DomainDefinition | null = null;
  run: Run | null = null;
  saved: SavedMemory | null = null;
  /** Why the last run ended. */
  stopReason = 'unknown';
  readonly #world: DomainWorld;

  constructor(uuid: InstanceUuid, world: DomainWorld) {
    this.uuid = uuid;
    this.#world = world;
  }

  get name(): string {
    return (this.run?.definition ?? this.stored)?.name ?? '';
  }

  define(definition: DomainDefinition): void {
    this.stored = definition;
    this.#world.emit(this, 'DEFINED', 'added');
  }

  undefine(): void {
    if (this.stored === null) throw new CallError('OPERATION_INVALID', 'cannot undefine transient domain');
    this.stored = null;
    this.saved = null;
    this.#world.emit(this, 'UNDEFINED', 'removed');
    if (this.run === null) this.#world.gone(this);
  }

  /** The domain is listed as active with a new id and its mark, but the guest does not run yet. */
  beginStart(): void {
    if (this.run !== null) throw new CallError('OPERATION_INVALID', 'domain is already running');
    const definition = this.saved?.definition ?? this.stored;
    if (definition === null) throw new CallError('NO_DOMAIN', 'no such domain');
    this.run = {
      id: this.#world.nextRunId(),
      definition,
      state: 'paused',
      reason: 'starting-up',
      boot: 0,
      earlierMs: 0,
      ranMs: 0,
      since: null,
    };
  }

  finishStart(): void {
    const run = this.#active();
    const { saved } = this;
    if (saved === null) {
      run.boot = this.#world.countBoot(this.uuid);
      const { name, memoryKiB, vcpus, disks } = run.definition;
      const facts = { boot: run.boot, hostname: name, memoryMiB: memoryKiB / 1024, vcpus, disk: disks[0] ?? 'no disk' };
      this.console.boot(this.#world.monotonic(), this.#world.bootMs(), facts);
      this.#enter(run, 'running', 'booted');
      this.#world.emit(this, 'STARTED', 'booted');
      return;
    }
    this.saved = null;
    run.boot = saved.boot;
    run.earlierMs = saved.uptimeMs;
    if (saved.paused) this.#enter(run, 'paused', 'user');
    else this.#enter(run, 'running', 'restored');
    this.#world.emit(this, 'STARTED', 'restored');
  }

  pause(reason: string): void {
    const run = this.#active();
    if (run.state === 'paused') return;
    if (run.state !== 'running') throw new CallError('OPERATION_INVALID', `domain is ${run.state}`);
    this.#enter(run, 'paused', reason);
    this.#world.emit(this, 'SUSPENDED', reason);
  }

  unpause(): void {
    const run = this.#active();
    if (run.state !== 'paused') throw new CallError('OPERATION_INVALID', `domain is ${run.state}, not paused`);
    this.#enter(run, 'running', 'unpaused');
    this.#world.emit(this, 'RESUMED', 'unpaused');
  }

  /** The guest stands still while its memory is written; answers what `finishSave` needs. */
  beginSave(): SavedMemory {
    const run = this.#active();
    if (this.stored === null) throw new CallError('OPERATION_INVALID', 'cannot do managed save for transient domain');
    if (run.state === 'asleep' || run.state === 'crashed')
      throw new CallError('OPERATION_INVALID', `domain is ${run.state}`);
    const paused = run.state === 'paused';
    this.#enter(run, 'paused', 'save');
    return { definition: run.definition, paused, boot: run.boot, uptimeMs: this.uptimeMs() };
  }

  redefineSaved(definition: DomainDefinition): void {
    if (this.saved === null) throw new CallError('OPERATION_INVALID', 'domain has no managed save image');
    this.saved = { ...this.saved, definition };
  }

  finishSave(saved: SavedMemory): void {
    this.saved = saved;
    this.stop('saved');
  }

  /** The guest goes on after a save that came to nothing. */
  cancelSave(): void {
    const { run } = this;
    if (run === null || run.reason !== 'save') return;
    this.#enter(run, 'running', 'save-canceled');
    this.#world.emit(this, 'RESUMED', 'save-canceled');
  }

  /** The guest puts itself to sleep, or is woken. */
  sleep(): void {
    const run = this.#active();
    if (run.state !== 'running') return;
    this.#enter(run, 'asleep', 'unknown');
    this.#world.emit(this, 'PMSUSPENDED', 'memory');
  }

  wake(): void {
    const run = this.#active();
    if (run.state !== 'asleep') throw new CallError('OPERATION_INVALID', 'domain is not asleep');
    this.#enter(run, 'running', 'wakeup');
    this.#world.emit(this, 'STARTED', 'wakeup');
  }

  /** The guest's kernel panicked and the domain is kept for a look at it. */
  panic(): void {
    const run = this.#active();
    this.#enter(run, 'crashed', 'panicked');
    this.console.end(this.#world.monotonic(), 'Kernel panic - not syncing: simulated');
    this.#world.emit(this, 'CRASHED', 'panicked');
  }

  /** Ends the run. */
  stop(reason: string): void {
    this.#active();
    this.run = null;
    this.stopReason = reason;
    this.console.end(this.#world.monotonic(), reason === 'shutdown' ? 'reboot: Power down' : undefined);
    this.#world.emit(this, 'STOPPED', reason);
    if (this.stored === null) this.#world.gone(this);
  }

  /** CPU time of the present run, in nanoseconds. */
  cpuTimeNs(): number {
    return this.run === null ? 0 : Math.round(this.#ranMs(this.run) * 1e6 * this.run.definition.vcpus);
  }

  /** Time that the guest has run since it booted, in milliseconds: neither paused nor saved. */
  uptimeMs(): number {
    return this.run === null ? 0 : this.run.earlierMs + this.#ranMs(this.run);
  }

  #ranMs({ ranMs, since }: Run): number {
    return ranMs + (since === null ? 0 : this.#world.monotonic() - since);
  }

  /** Throws `OPERATION_INVALID` when the domain is off. */
  mustRun(): void {
    this.#active();
  }

  #active(): Run {
    if (this.run === null) throw new CallError('OPERATION_INVALID', 'domain is not running');
    return this.run;
  }

  #enter(run: Run, state: RunState, reason: string): void {
    const now = this.#world.monotonic();
    if (run.since !== null) run.ranMs += now - run.since;
    run.since = state === 'running' ? now : null;
    run.state = state;
    run.reason = reason;
  }
}
