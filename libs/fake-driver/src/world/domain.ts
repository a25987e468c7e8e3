/**
 * One domain, and what libvirt's rules let become of it:
 *
 *   define ──> shut off ──beginStart──> paused (starting-up) ──finishStart──> running
 *                 ^                                                         │ pause / unpause
 *                 └──── stop(destroyed | shutdown | crashed | saved | failed) <┘
 *
 * A run keeps the definition that it was started with; defining anew changes the stored one alone. A transient domain (no stored
 * definition) is gone when its run ends. A restored run carries the definition, and so the mark, of its save image. A run that comes
 * from another host is there before its guest: paused (starting-up), then paused (migration) while the memory comes in.
 */
import type { InstanceUuid, Mark } from '@chronovirt/contract';
import { CallError } from './call-error.ts';
import { ConsoleText } from './console-text.ts';
import type { DomainDefinition } from './definition.ts';
import type { DomainEventType } from './event-hub.ts';
import { JobLock } from './job-lock.ts';

export type RunState = 'running' | 'paused' | 'asleep' | 'crashed';

/** A run of a guest, from its start to its end. `boot` counts the guest's boots: a restored guest goes on in the same one. */
export interface Run {
  readonly id: number;
  definition: DomainDefinition;
  /** The operation that set out to move it to another host; noted in its live metadata, so it stays behind when the guest goes. */
  movedBy: Mark | null;
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

/** A move of the guest to another host, as long as it lasts. */
export interface OutgoingMove {
  /** Name of the host that it goes to. */
  readonly to: string;
  steer(how: 'abort' | 'pause' | 'postCopy'): void;
  view(): MoveView;
  /** The daemon that carries it is gone. */
  daemonLost(): void;
  /** Another one has begun; what goes on without a daemon says so. */
  daemonBack?(): void;
  /** The stream between the guest's two processes is reset, in post-copy: at both its ends, or where the source is. */
  reset(ends: 'both' | 'source'): void;
  /** Orders a post-copy that failed on. Throws `OPERATION_INVALID` when it did not, or is not known to have at the destination. */
  recover(to: string): void;
}

/** How far a move is. Bytes; times in milliseconds. */
export interface MoveView {
  readonly elapsedMs: number;
  readonly memoryTotal: number;
  readonly memoryRemaining: number;
  readonly diskTotal: number;
  readonly diskRemaining: number;
  readonly iteration: number;
  readonly bytesPerSecond: number;
  readonly downtimeMs: number;
  /** The guest writes faster than it is copied. */
  readonly endless: boolean;
  readonly postCopy: boolean;
  /** Post-copy failed: half of the guest is on each side. */
  readonly torn: boolean;
}

/** The guest as it comes from another host. */
export interface Arrival {
  readonly boot: number;
  readonly uptimeMs: number;
  readonly paused: boolean;
  readonly stored: DomainDefinition;
  readonly console: ConsoleText;
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
  console = new ConsoleText();
  lock = new JobLock();
  stored: DomainDefinition | null = null;
  run: Run | null = null;
  saved: SavedMemory | null = null;
  /** The move that takes the guest away from here. */
  move: OutgoingMove | null = null;
  /** The run waits for a guest from another host. */
  incoming = false;
  /** The file that the root disk is mirrored into; `ready` once both are alike. Ends with the run. */
  mirror: { readonly file: string; readonly ready: boolean } | null = null;
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
    this.run = this.#newRun(definition);
  }

  finishStart(): void {
    const run = this.#active();
    const { saved } = this;
    if (saved === null) {
      // A rescue system boots from a disk of its own, each time a new one.
      run.boot = run.definition.disks[0] === 'rescue' ? 1 : this.#world.countBoot(this.uuid);
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

  /** Changes the mark of the run and of the stored definition. */
  setMark(mark: Mark): void {
    const run = this.#active();
    run.definition = { ...run.definition, mark };
    if (this.stored !== null) this.stored = { ...this.stored, mark };
  }

  /** A process that waits for a guest from another host; nothing runs in it yet. */
  beginIncoming(definition: DomainDefinition): Run {
    if (this.run !== null) throw new CallError('OPERATION_INVALID', 'domain is already running');
    this.run = this.#newRun(definition);
    this.incoming = true;
    return this.run;
  }

  /** The guest's memory begins to come in. */
  awaitMemory(run: Run): void {
    if (this.run !== run) return;
    this.#enter(run, 'paused', 'migration');
    this.#world.emit(this, 'STARTED', 'migrated');
  }

  /** All of the guest is here: it goes on as it was, and is at home here. */
  arrive(run: Run, { boot, uptimeMs, paused, stored, console }: Arrival): void {
    if (this.run !== run) return;
    this.incoming = false;
    run.boot = boot;
    run.earlierMs = uptimeMs;
    run.ranMs = 0;
    this.console = console;
    this.#enter(run, paused ? 'paused' : 'running', paused ? 'user' : 'migrated');
    this.#world.emit(this, paused ? 'SUSPENDED' : 'RESUMED', 'migrated');
    this.define(stored);
  }

  /** Nothing comes of it: the process that waited ends. */
  dropHalf(run: Run): void {
    if (this.run === run && this.incoming) this.stop('failed');
  }

  /** The guest runs elsewhere now. The hypervisor tells that its run ended, and nothing of its definition. */
  leave(): void {
    this.#active();
    this.stored = null;
    this.stop('migrated');
  }

  /** A step of a move between two hosts. */
  step(run: Run, state: RunState, reason: string, event: DomainEventType, detail: string): void {
    if (this.run !== run) return;
    this.#enter(run, state, reason);
    this.#world.emit(this, event, detail);
  }

  /** The host lost power: nobody hears of it. */
  losePower(): void {
    if (this.run !== null) this.stopReason = 'crashed';
    this.run = null;
    this.move = null;
    this.incoming = false;
    this.mirror = null;
    this.lock = new JobLock();
    this.console.end(this.#world.monotonic());
    if (this.stored === null) this.#world.gone(this);
  }

  /** Ends the run. */
  stop(reason: string): void {
    this.#active();
    this.run = null;
    this.incoming = false;
    this.mirror = null;
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

  #newRun(definition: DomainDefinition): Run {
    const id = this.#world.nextRunId();
    return {
      id,
      definition,
      movedBy: null,
      state: 'paused',
      reason: 'starting-up',
      boot: 0,
      earlierMs: 0,
      ranMs: 0,
      since: null,
    };
  }

  #ranMs({ ranMs, since }: Run): number {
    return ranMs + (since === null ? 0 : this.#world.monotonic() - since);
  }

  /** Throws `OPERATION_INVALID` when the domain is off. */
  mustRun(): Run {
    return this.#active();
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
