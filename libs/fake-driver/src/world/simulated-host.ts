/**
 * A hypervisor's truth, living outside of any agent: domains, files, taps, running calls. It survives the agents that call it, takes
 * its time from a clock and its chances from a seed, so that a run in virtual time is the same each time.
 */
import type { InstanceUuid } from '@chronovirt/contract';
import type { Clock } from '@chronovirt/runtime';
import { CallError } from './call-error.ts';
import type { Act, CallInfo, CallPhase, PrimitivePoint } from './call.ts';
import { HostConnection, type LocalView } from './connection.ts';
import { Domain, type DomainWorld } from './domain.ts';
import { viewOf, type DomainView } from './domain-view.ts';
import { EventHub } from './event-hub.ts';
import { FaultPlan, type FaultKind } from './faults.ts';
import { FileTree } from './file-tree.ts';
import { Guest } from './guest.ts';
import { JobLock, type Job } from './job-lock.ts';
import { Outside } from './outside.ts';
import { profiles, type DelayProfile, type ProfileName } from './profile.ts';
import type { Neighbours } from './neighbours.ts';
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

export interface SimulatedHostOptions {
  readonly name?: string;
  /** Where its time comes from: virtual in tests, the system's clock otherwise. */
  readonly clock: Clock;
  readonly seed?: number;
  readonly profile?: ProfileName | DelayProfile;
  readonly hardware?: Hardware;
  /** Its storage; one of its own unless several hosts share one. */
  readonly files?: FileTree;
  /** The other hosts of its site; none unless said otherwise. */
  readonly neighbours?: Neighbours;
}

interface Hook {
  readonly listener: (point: PrimitivePoint) => void;
  n: number;
}

export class SimulatedHost {
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
  readonly outside: Outside;
  readonly neighbours: Neighbours | null;
  /** Whether it takes new instances, as operators have said; outlives the agents. */
  availability = { enabled: true, maintenance: false };
  readonly #domains = new Map<InstanceUuid, Domain>();
  readonly #connections = new Set<HostConnection>();
  readonly #hooks = new Set<Hook>();
  readonly #random: Random;
  readonly #profile: DelayProfile;
  #runs = 0;
  /** Counts runs of the daemon; calls of an earlier one are lost. */
  #daemonRun = 1;
  #daemonUp = true;
  #boots = 1;
  #powered = true;

  constructor(options: SimulatedHostOptions) {
    const { profile = 'instant' } = options;
    this.name = options.name ?? 'simulated';
    this.clock = options.clock;
    this.hardware = options.hardware ?? { vcpus: 64, memoryMiB: 256 * 1024, diskGiB: 4096 };
    this.files = options.files ?? new FileTree();
    this.neighbours = options.neighbours ?? null;
    this.#random = randomOf(options.seed ?? 1);
    this.#profile = typeof profile === 'string' ? profiles[profile] : profile;
    this.faults = new FaultPlan(this.#random);
    this.events = new EventHub(this.clock, () => this.#profile.eventMs(this.#random));
    this.outside = new Outside(this);
  }

  /** A new caller, such as an agent that has just started. */
  connect(caller = 'agent'): HostConnection {
    const connection = new HostConnection(this, caller, true);
    this.#connections.add(connection);
    return connection;
  }

  forget(connection: HostConnection): void {
    this.#connections.delete(connection);
  }

  /** Called at each point of each agent's call, synchronously: a test can kill its caller there. Returns the way to stop. */
  onPrimitive(listener: (point: PrimitivePoint) => void): () => void {
    const hook = { listener, n: 0 };
    this.#hooks.add(hook);
    return () => this.#hooks.delete(hook);
  }

  announce(info: CallInfo, phase: CallPhase): void {
    if (!info.connection.watched) return;
    for (const hook of this.#hooks) {
      if (phase === 'before') hook.n++;
      hook.listener({ ...info, n: hook.n, phase });
    }
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
    for (const connection of this.#connections) connection.breakDown();
    this.neighbours?.changed();
  }

  /** The machine is without power: guests, daemon and callers are gone at once, and nobody can say so. Files stay. */
  losePower(): void {
    if (!this.#powered) return;
    this.#powered = false;
    this.#daemonUp = false;
    this.#daemonRun++;
    for (const connection of this.#connections) connection.kill();
    for (const domain of this.#domains.values()) domain.move?.daemonLost();
    for (const domain of this.#domains.values()) domain.losePower();
    this.taps.clear();
    this.neighbours?.changed();
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
      if (domain.run?.reason === 'starting-up' || domain.incoming) domain.stop('failed');
      else if (domain.run?.reason === 'save') domain.cancelSave();
    }
    this.#daemonUp = true;
    for (const connection of this.#connections) connection.comeBack();
    this.neighbours?.changed();
  }

  restartDaemon(): void {
    this.stopDaemon();
    this.startDaemon();
  }

  /** All connections break; the daemon and what it does go on. */
  loseConnections(): void {
    for (const connection of this.#connections) connection.breakDown();
  }

  guest(instance: InstanceUuid): Guest {
    return new Guest(this, instance);
  }

  find(instance: InstanceUuid): Domain | null {
    return this.#domains.get(instance) ?? null;
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

  shutdownMs(): number {
    return this.#profile.guestShutdownMs(this.#random);
  }

  /** Calls back after `ms`; at once when that is nothing. */
  later(ms: number, callback: () => void): void {
    if (ms <= 0) callback();
    else this.clock.after(ms, callback);
  }

  /** The host's side of a call, from its arrival on: goes on whatever becomes of the caller. */
  async perform<R>(info: CallInfo, act: Act<R>, signal?: AbortSignal): Promise<R> {
    const daemonRun = this.#daemonRun;
    const fault = info.connection.watched ? this.faults.of(info) : null;
    this.#strike(fault, 'before', info);
    const domain = act.lock === undefined || info.instance === null ? null : this.existing(info.instance);
    const body = act.body();
    const taken = domain === null ? null : this.#take(domain, info, act);
    const job = taken instanceof Promise ? await taken : taken;
    const lock = domain?.lock;
    let begun = false;
    try {
      this.#stillThere(info, act, domain, daemonRun);
      body.begin?.();
      begun = true;
      const workMs = this.#profile.workMs(info.name, this.#random) + (fault?.kind === 'hang' ? fault.ms : 0);
      if (body.work !== undefined) await body.work(job);
      if (workMs > 0) await this.#work(workMs, job, act.child === true ? signal : undefined);
      if (job?.broken === true) throw new CallError('OPERATION_FAILED', 'domain was destroyed meanwhile');
      this.#stillThere(info, act, domain, daemonRun);
      if (act.child === true && (!info.connection.alive || signal?.aborted === true))
        throw new CallError('CHILD_KILLED', `${info.name} was killed`);
      const result = body.finish();
      begun = false;
      this.#strike(fault, 'after', info);
      const replyMs = this.#profile.replyMs(this.#random);
      if (replyMs > 0) {
        if (job !== null) lock?.release(job);
        await this.#wait(replyMs);
      }
      return result;
    } catch (error) {
      if (begun && this.#daemonRun === daemonRun && job?.broken !== true) body.cut?.();
      throw error;
    } finally {
      if (job !== null) lock?.release(job);
    }
  }

  #take(domain: Domain, info: CallInfo, act: Act<unknown>): ReturnType<JobLock['acquire']> {
    return act.lock === 'preempt'
      ? domain.lock.preempt(info.name, this.clock)
      : domain.lock.acquire(info.name, this.clock);
  }

  /** After a wait: the daemon that took the call may be gone, or the domain. */
  #stillThere(info: CallInfo, act: Act<unknown>, domain: Domain | null, daemonRun: number): void {
    if (act.local !== true && this.#daemonRun !== daemonRun)
      throw new CallError('CONNECTION_LOST', 'the daemon ended in the middle of the call');
    if (domain !== null && this.#domains.get(domain.uuid) !== domain)
      throw new CallError('NO_DOMAIN', `no domain with matching uuid '${info.instance}'`);
  }

  #strike(fault: FaultKind | null, when: 'before' | 'after', info: CallInfo): void {
    if (fault === null || fault.kind === 'hang' || fault.when !== when) return;
    if (fault.kind === 'loseConnection') throw new CallError('CONNECTION_LOST', `connection lost ${when} ${info.name}`);
    throw new CallError(fault.code ?? 'OPERATION_FAILED', fault.message ?? `${info.name} failed ${when} acting`);
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.after(ms, resolve);
    });
  }

  /** Time passes with work, until it is done, its job broken or its process killed. */
  #work(ms: number, job: Job | null, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const cancel = this.clock.after(ms, done);
      signal?.addEventListener('abort', done, { once: true });
      if (job !== null) job.onBroken = done;
    });
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
