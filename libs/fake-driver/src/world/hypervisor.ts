/**
 * A hypervisor's truth, living outside of any agent: domains, files, taps, power. It survives the agents that call it, takes
 * its time from a clock and its chances from a seed, so that a run in virtual time is the same each time.
 */
import type { InstanceUuid } from '@chronovirt/contract';
import type { Clock } from '@chronovirt/runtime';
import { CallError } from './call-error.ts';
import type { Caller } from './call.ts';
import { Domain, type DomainWorld, type OutgoingMove } from './domain.ts';
import { viewOf, type DomainView } from './domain-view.ts';
import { EventHub } from './event-hub.ts';
import { FaultPlan } from './faults.ts';
import { FileTree } from './file-tree.ts';
import { JobLock } from './job-lock.ts';
import type { LocalView } from './local-view.ts';
import { profiles, type DelayProfile, type ProfileName } from './profile.ts';
import { randomOf, type Random } from './random.ts';
import { TapTable } from './tap-table.ts';

/** What the simulated machine has. Memory in MiB, disk in GiB. */
export interface Hardware {
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly diskGiB: number;
  /** What its CPUs can; none beyond the ordinary unless said otherwise. */
  readonly cpuFeatures?: readonly string[];
}

export interface HypervisorOptions {
  readonly name?: string;
  /** Where its time comes from: virtual in tests, the system's clock otherwise. */
  readonly clock: Clock;
  readonly seed?: number;
  readonly profile?: ProfileName | DelayProfile;
  readonly hardware?: Hardware;
  /** Its storage; one of its own unless several hosts share one. */
  readonly files?: FileTree;
  /** Who hears when its daemon or its power comes or goes. */
  readonly neighbours?: { changed(): void };
}

export class Hypervisor {
  readonly name: string;
  readonly clock: Clock;
  readonly hardware: Hardware;
  readonly events: EventHub;
  readonly faults: FaultPlan;
  readonly files: FileTree;
  readonly taps = new TapTable();
  /** Guests that do not heed their power button. */
  readonly deafGuests = new Set<InstanceUuid>();
  /** Guests that write to their memory faster than any network carries it away. */
  readonly busyGuests = new Set<InstanceUuid>();
  /** Guests in which an agent answers, which can freeze their file systems. */
  readonly agentGuests = new Set<InstanceUuid>();
  /** Hashes of images that the image store does not have; every other one it has. */
  readonly missingImages = new Set<string>();
  /** What its agent says to files of a move; whoever runs an agent here sets it. `silent`: there is none just now. */
  takesFiles: (migration: string, instance: InstanceUuid) => 'taken' | 'refused' | 'silent' = () => 'taken';
  /** Whether it takes new instances, as operators have said; outlives the agents. */
  availability = { enabled: true, maintenance: false };
  readonly #domains = new Map<InstanceUuid, Domain>();
  readonly #callers = new Set<Caller>();
  readonly #neighbours: HypervisorOptions['neighbours'] | null;
  readonly #random: Random;
  readonly #profile: DelayProfile;
  #runs = 0;
  /** Counts runs of the daemon; calls of an earlier one are lost. */
  #daemonRun = 1;
  #daemonUp = true;
  #boots = 1;
  #powered = true;

  constructor(options: HypervisorOptions) {
    const { profile = 'instant' } = options;
    this.name = options.name ?? 'simulated';
    this.clock = options.clock;
    this.hardware = options.hardware ?? { vcpus: 64, memoryMiB: 256 * 1024, diskGiB: 4096 };
    this.files = options.files ?? new FileTree();
    this.#neighbours = options.neighbours ?? null;
    this.#random = randomOf(options.seed ?? 1);
    this.#profile = typeof profile === 'string' ? profiles[profile] : profile;
    this.faults = new FaultPlan(this.#random);
    this.events = new EventHub(this.clock, () => this.#profile.eventMs(this.#random));
  }

  /** From now on it hears of the daemon and of the machine's power. */
  know(caller: Caller): void {
    this.#callers.add(caller);
  }

  forget(caller: Caller): void {
    this.#callers.delete(caller);
  }

  get daemonUp(): boolean {
    return this.#daemonUp;
  }

  /** Which run of the daemon this is, from 1. */
  get daemonRun(): number {
    return this.#daemonRun;
  }

  /** Which boot of the machine this is, from 1. */
  get boots(): number {
    return this.#boots;
  }

  get powered(): boolean {
    return this.#powered;
  }

  /** The daemon dies in the middle of what it does. Guests run on; half-done starts and saves are undone. */
  stopDaemon(): void {
    this.#daemonUp = false;
    this.#daemonRun++;
    for (const domain of this.#domains.values()) domain.move?.daemonLost();
    for (const caller of this.#callers) caller.breakDown();
    this.#neighbours?.changed();
  }

  /** The machine is without power: guests, daemon and callers are gone at once, and nobody can say so. Files stay. */
  losePower(): void {
    if (!this.#powered) return;
    this.#powered = false;
    this.#daemonUp = false;
    this.#daemonRun++;
    for (const caller of this.#callers) caller.kill();
    for (const domain of this.#domains.values()) domain.move?.daemonLost();
    for (const domain of this.#domains.values()) domain.losePower();
    this.taps.clear();
    this.#neighbours?.changed();
  }

  /** The machine boots; the daemon is up, and no guest runs. */
  boot(): void {
    if (this.#powered) return;
    this.#powered = true;
    this.#boots++;
    this.startDaemon();
  }

  startDaemon(): void {
    if (!this.#powered) return;
    for (const domain of this.#domains.values()) {
      domain.lock = new JobLock();
      // Half of a guest that runs in post-copy is kept: nobody could bring it back.
      const isHalf = domain.incoming && domain.run?.state === 'running';
      if (domain.run?.reason === 'starting-up' || (domain.incoming && !isHalf)) domain.stop('failed');
      else if (domain.run?.reason === 'save') domain.cancelSave();
    }
    this.#daemonUp = true;
    for (const domain of this.#domains.values()) domain.move?.daemonBack?.();
    for (const caller of this.#callers) caller.comeBack();
    this.#neighbours?.changed();
  }

  restartDaemon(): void {
    this.stopDaemon();
    this.startDaemon();
  }

  /** All connections break; the daemon and what it does go on. */
  loseConnections(): void {
    for (const caller of this.#callers) caller.breakDown();
  }

  find(instance: InstanceUuid): Domain | null {
    return this.#domains.get(instance) ?? null;
  }

  /** The moves of guests away from here that run, or broke off in post-copy. */
  get moves(): OutgoingMove[] {
    return [...this.#domains.values()].flatMap(({ move }) => move ?? []);
  }

  /** The domain, made if there is none. */
  domain(instance: InstanceUuid): Domain {
    const known = this.#domains.get(instance);
    if (known !== undefined) return known;
    const made = new Domain(instance, this.#world);
    this.#domains.set(instance, made);
    return made;
  }

  /** The domain; throws `NO_DOMAIN` when there is none. */
  existing(instance: InstanceUuid): Domain {
    const domain = this.find(instance);
    if (domain === null) throw new CallError('NO_DOMAIN', `no domain with matching uuid '${instance}'`);
    return domain;
  }

  viewOf(instance: InstanceUuid): DomainView | null {
    const domain = this.find(instance);
    return domain === null ? null : viewOf(domain);
  }

  allViews(): DomainView[] {
    return [...this.#domains.values()].map(viewOf);
  }

  /** What another host that brings files of a move hears from this one. */
  answerToFiles(migration: string, instance: InstanceUuid): 'taken' | 'refused' | 'silent' {
    return this.#powered ? this.takesFiles(migration, instance) : 'silent';
  }

  localView(instance: InstanceUuid, keeper: string | null = this.name): LocalView {
    return {
      directory: this.files.view(instance),
      kept: this.files.kept(instance, keeper),
      doomed: this.files.isDoomed(instance),
      taps: this.taps.of(instance),
      base: this.files.baseFiles(),
      images: this.files.images(),
    };
  }

  consoleOf(instance: InstanceUuid): string {
    return this.find(instance)?.console.read(this.clock.monotonic()) ?? '';
  }

  /** What the work of a call takes. */
  workMs(call: string): number {
    return this.#profile.workMs(call, this.#random);
  }

  /** What an answer takes on its way back. */
  replyMs(): number {
    return this.#profile.replyMs(this.#random);
  }

  shutdownMs(): number {
    return this.#profile.guestShutdownMs(this.#random);
  }

  /** Calls back after `ms`; at once when that is nothing. */
  later(ms: number, callback: () => void): void {
    if (ms <= 0) callback();
    else this.clock.after(ms, callback);
  }

  readonly #world: DomainWorld = {
    monotonic: () => this.clock.monotonic(),
    nextRunId: () => ++this.#runs,
    bootMs: () => this.#profile.bootMs(this.#random),
    countBoot: (instance) => this.files.countBoot(instance),
    emit: (domain, type, detail) =>
      this.events.emit({ instance: domain.uuid, type, detail, at: Math.trunc(this.clock.now()) }),
    gone: (domain) => {
      if (this.#domains.get(domain.uuid) === domain) this.#domains.delete(domain.uuid);
    },
  };
}
