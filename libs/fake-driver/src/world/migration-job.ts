/**
 * A guest's move to another host, run by the two daemons without a client (libvirt's peer to peer):
 *
 *   source        begun ──▶ … ────────▶ copying ──▶ paused ──────────────▶ gone
 *   destination              prepared ─ memory in ────────────▶ resumed
 *
 * It outlives whoever ordered it. Until `paused` a failure leaves the guest running on the source, and the destination takes its half
 * away as soon as it knows. After that each side goes by what it knows: a source that lost the destination runs its guest again, a
 * source whose daemon died leaves it paused. In post-copy the guest runs over there before its memory has come; a call that fails then has
 * not ended the move, which is a `TornMove` from there on.
 */
import { CallError, type CallErrorCode } from './call-error.ts';
import type { DomainDefinition } from './definition.ts';
import type { Domain, MoveView, OutgoingMove, Run } from './domain.ts';
import type { Job } from './job-lock.ts';
import { LinkWatch } from './link-watch.ts';
import type { MigrationStep, Neighbours } from './neighbours.ts';
import type { Hypervisor } from './hypervisor.ts';
import { TornMove, type ResetEnds } from './torn-move.ts';

export interface MigrationRequest {
  /** Name of the host that the guest goes to. */
  readonly to: string;
  /** What the guest runs with there. */
  readonly live: DomainDefinition;
  /** What is stored there. */
  readonly stored: DomainDefinition;
  /** Disks that are copied along, by role; what is not named has to be there. */
  readonly copyDisks: readonly string[];
  /** A guest that writes much is slowed down until the network can follow. */
  readonly autoConverge: boolean;
  /** The move may be switched to post-copy. */
  readonly postCopy: boolean;
  /** The guest stands still over there until somebody lets it go on. */
  readonly landPaused: boolean;
}

export type Steering = 'abort' | 'pause' | 'postCopy';

/** A guest that is slowed down can be followed from this round on. */
const CONVERGED_ROUND = 4;
const BYTES_PER_DISK = 1024 ** 2;

/** The destination's half of a move. */
interface Half {
  readonly domain: Domain;
  readonly run: Run;
  readonly job: Job;
  /** The destination looks after its half by itself: it goes with the connection that brought it. */
  readonly watch: LinkWatch;
}

export class MigrationJob implements OutgoingMove {
  readonly #source: Hypervisor;
  readonly #neighbours: Neighbours;
  readonly #domain: Domain;
  readonly #request: MigrationRequest;
  readonly #run: Run;
  readonly #began: number;
  readonly #wasPaused: boolean;
  readonly #daemonRun: number;
  #half: Half | null = null;
  #step: MigrationStep = 'begun';
  #round = 0;
  #roundMs = 0;
  #roundLeftMs = 0;
  #held = false;
  #postCopy = false;
  /** The stream was reset in post-copy, at these ends. */
  #wasReset: ResetEnds | null = null;
  #isTorn = false;
  #job: Job | null = null;
  #end: CallError | null = null;
  #wake: () => void = () => {};

  constructor(source: Hypervisor, neighbours: Neighbours, domain: Domain, request: MigrationRequest) {
    this.#source = source;
    this.#neighbours = neighbours;
    this.#domain = domain;
    this.#request = request;
    this.#run = domain.mustRun();
    this.#began = source.clock.monotonic();
    this.#wasPaused = this.#run.state === 'paused';
    this.#daemonRun = source.daemonRun;
  }

  /** From the order to the moment before the source's half goes; throws when it came to nothing. */
  async run(job: Job | null): Promise<void> {
    this.#job = job;
    if (job !== null) job.onBroken = () => this.#endWith('OPERATION_FAILED', 'domain was destroyed meanwhile');
    try {
      await this.#connected(this.#reach());
    } finally {
      if (this.#domain.move === this) this.#domain.move = null;
    }
  }

  /** The guest runs over there: the source's half goes. */
  finish(): void {
    this.#domain.leave();
    this.#step = 'gone';
    const destination = this.#neighbours.find(this.#request.to);
    if (destination !== null) this.#neighbours.announce('gone', this.#source, destination);
  }

  get to(): string {
    return this.#request.to;
  }

  /** Only what goes over in post-copy has no way back; any other copy fails with its connection. */
  reset(ends: ResetEnds): void {
    if (!this.#isRunningThere) return;
    this.#wasReset = ends;
    this.#endWith('OPERATION_FAILED', "job 'migration out' failed in post-copy phase");
  }

  recover(): void {
    throw new CallError('OPERATION_INVALID', 'there is no post-copy that has failed');
  }

  daemonLost(): void {
    if (!this.#isRunningThere) this.#domain.move = null;
    this.#endWith('CONNECTION_LOST', 'the daemon ended in the middle of the call');
  }

  /** Throws `OPERATION_INVALID` where it is too late, or was not allowed for. */
  steer(how: Steering): void {
    if (this.#step === 'paused' || this.#step === 'resumed' || this.#postCopy)
      throw new CallError('OPERATION_INVALID', 'the move is at its end');
    switch (how) {
      case 'abort':
        this.#endWith('OPERATION_ABORTED', 'migration out job: canceled by client');
        break;
      case 'pause':
        this.#held = true;
        this.#domain.pause('user');
        break;
      case 'postCopy':
        if (!this.#request.postCopy)
          throw new CallError('OPERATION_INVALID', 'post-copy has to be allowed for when the move begins');
        if (this.#step !== 'copying') throw new CallError('OPERATION_INVALID', 'nothing has been copied yet');
        this.#postCopy = true;
        break;
      default:
        how satisfies never;
    }
    this.#wake();
  }

  view(): MoveView {
    const memoryTotal = this.#run.definition.memoryKiB * 1024;
    const diskTotal = this.#request.copyDisks.length * BYTES_PER_DISK;
    const left = this.#round === 0 ? 1 : this.#roundMs === 0 ? 0 : this.#roundLeftMs / this.#roundMs;
    return {
      elapsedMs: this.#source.clock.monotonic() - this.#began,
      memoryTotal,
      memoryRemaining: Math.round(memoryTotal * left),
      diskTotal,
      diskRemaining: this.#round > 1 ? 0 : Math.round(diskTotal * left),
      iteration: this.#round,
      bytesPerSecond: this.#roundMs === 0 ? 0 : Math.round(((memoryTotal + diskTotal) * 1000) / this.#roundMs),
      downtimeMs: 300,
      endless:
        this.#source.busyGuests.has(this.#domain.uuid) && this.#run.state === 'running' && !this.#request.autoConverge,
      postCopy: this.#postCopy,
      torn: false,
    };
  }

  get #isRunningThere(): boolean {
    return this.#half?.run.reason === 'postcopy';
  }

  #reach(): Hypervisor {
    const { to } = this.#request;
    const found = this.#neighbours.find(to);
    if (found === this.#source) throw new CallError('OPERATION_INVALID', 'attempt to migrate guest to the same host');
    if (found === null || !found.daemonUp || !this.#neighbours.connected(this.#source, found))
      throw new CallError('OPERATION_FAILED', `unable to connect to server at '${to}'`);
    return found;
  }

  async #connected(destination: Hypervisor): Promise<void> {
    const watch = new LinkWatch(this.#neighbours, this.#source, destination, () =>
      this.#endWith('OPERATION_FAILED', 'the connection to the destination is broken'),
    );
    const stop = this.#neighbours.onChange(() => this.#wake());
    try {
      await this.#carry(destination, watch);
    } catch (error) {
      if (!this.#isTorn) this.#giveUp(destination);
      throw error;
    } finally {
      stop();
      watch.stop();
    }
  }

  async #carry(destination: Hypervisor, watch: LinkWatch): Promise<void> {
    this.#pass('begun', destination);
    await this.#time(0, watch);
    const half = await this.#prepare(destination, watch);
    this.#pass('prepared', destination);
    await this.#copy(half, destination, watch);
    if (this.#postCopy) await this.#afterwards(half, destination, watch);
    else {
      this.#domain.step(this.#run, 'paused', 'migration', 'SUSPENDED', 'migrated');
      await this.#handOver(destination, watch);
    }
    this.#land(half, destination);
    this.#pass('resumed', destination);
    await this.#time(this.#source.workMs('migrate.confirm'), watch);
  }

  async #prepare(destination: Hypervisor, watch: LinkWatch): Promise<Half> {
    const { live, copyDisks } = this.#request;
    const there = destination.files.view(live.uuid)?.files ?? [];
    const missing = live.disks.find((disk) => !disk.startsWith('volume ') && !there.some(({ name }) => name === disk));
    if (missing !== undefined)
      throw new CallError('OPERATION_FAILED', `${missing}: no such file on ${destination.name}`);
    if (copyDisks.length > 0 && destination.files === this.#source.files)
      throw new CallError('OPERATION_FAILED', 'block node is read-only: the disks are the same on both hosts');
    // Who asks for it may have ended on the way, and its connection with it: nobody would tell that half of its end.
    this.#check();
    const domain = destination.domain(live.uuid);
    const taken = domain.lock.acquire('migrateIn', destination.clock);
    const job = taken instanceof Promise ? await this.#unlessEnded(taken, domain) : taken;
    const run = domain.beginIncoming(live);
    const half: Half = {
      domain,
      run,
      job,
      // A daemon that is down cannot; it does so at its start.
      watch: new LinkWatch(this.#neighbours, destination, this.#source, () => destination.daemonUp && dropped(half)),
    };
    this.#half = half;
    await this.#time(this.#source.workMs('migrate.prepare'), watch);
    domain.awaitMemory(run);
    return half;
  }

  async #unlessEnded(taken: Promise<Job>, domain: Domain): Promise<Job> {
    const job = await taken;
    try {
      this.#check();
    } catch (error) {
      domain.lock.release(job);
      throw error;
    }
    return job;
  }

  /** Rounds until what is left fits into a short pause: a guest that writes much is never done by itself. */
  async #copy(half: Half, destination: Hypervisor, watch: LinkWatch): Promise<void> {
    const { copyDisks, autoConverge } = this.#request;
    const { uuid } = this.#domain;
    for (;;) {
      this.#round++;
      this.#roundMs = Math.max(this.#round === 1 ? 0 : 1, this.#source.workMs('migrate.copy'));
      this.#roundLeftMs = this.#roundMs;
      if (this.#round === 1) {
        for (const disk of copyDisks) destination.files.receive(uuid, disk);
        this.#pass('copying', destination);
      }
      await this.#time(this.#roundMs, watch, () => this.#postCopy);
      this.#mustStand(half);
      const slowed = autoConverge && this.#round >= CONVERGED_ROUND;
      const still = this.#run.state !== 'running';
      if (this.#postCopy || still || slowed || !this.#source.busyGuests.has(uuid)) return;
    }
  }

  async #handOver(destination: Hypervisor, watch: LinkWatch): Promise<void> {
    this.#pass('paused', destination);
    await this.#time(this.#source.workMs('migrate.handOver'), watch);
  }

  /** Post-copy: the guest runs over there while its memory still comes. What ends the call now leaves half of it on each side. */
  async #afterwards(half: Half, destination: Hypervisor, watch: LinkWatch): Promise<void> {
    half.watch.stop();
    this.#domain.step(this.#run, 'paused', 'postcopy', 'SUSPENDED', 'postcopy');
    half.domain.step(half.run, 'running', 'postcopy', 'RESUMED', 'postcopy');
    this.#roundMs = Math.max(1, this.#source.workMs('migrate.copy'));
    this.#roundLeftMs = this.#roundMs;
    try {
      await this.#time(this.#roundMs, watch);
      await this.#handOver(destination, watch);
    } catch (error) {
      if (this.#domain.run === this.#run && this.#job !== null) this.#tear(this.#job, half, destination);
      throw error;
    }
  }

  #tear(job: Job, half: Half, destination: Hypervisor): void {
    const sides = {
      source: { host: this.#source, domain: this.#domain, run: this.#run },
      destination: { host: destination, domain: half.domain, run: half.run },
    };
    this.#isTorn = true;
    // Where the source's process is ended on purpose the other one hears of it.
    TornMove.say(sides, job.broken ? 'both' : (this.#wasReset ?? 'source'));
    if (job.broken) return;
    this.#domain.move = new TornMove(
      {
        ...sides,
        neighbours: this.#neighbours,
        job: this.#domain.lock.handOver(job),
        leftMs: this.#roundLeftMs,
        view: () => this.view(),
        land: () => this.#land(half, destination),
      },
      this.#wasReset !== null,
    );
  }

  #land(half: Half, destination: Hypervisor): void {
    const { uuid } = this.#domain;
    this.#mustStand(half);
    for (const disk of this.#request.copyDisks) destination.files.take(uuid, disk, this.#source.files);
    const shared = destination.files === this.#source.files;
    half.watch.stop();
    half.domain.arrive(half.run, {
      boot: this.#run.boot,
      uptimeMs: this.#domain.uptimeMs(),
      paused: this.#wasPaused || (this.#request.landPaused && !this.#postCopy),
      stored: this.#request.stored,
      console: this.#domain.console.handOver(this.#source.clock.monotonic(), shared ? 'with the past' : 'without'),
    });
    half.domain.lock.release(half.job);
    if (this.#source.busyGuests.has(uuid)) destination.busyGuests.add(uuid);
    if (this.#source.deafGuests.has(uuid)) destination.deafGuests.add(uuid);
  }

  #mustStand({ domain, run }: Half): void {
    if (domain.run !== run) throw new CallError('OPERATION_FAILED', 'the process on the destination ended');
  }

  /** What the source does when it knows that nothing came of it: as libvirt, it takes the guest for its own again. */
  #giveUp(destination: Hypervisor): void {
    const run = this.#run;
    const awake = this.#source.daemonUp && this.#source.daemonRun === this.#daemonRun;
    const stands = run.state === 'paused' && (run.reason === 'migration' || this.#held);
    if (awake && stands) {
      if (this.#wasPaused) this.#domain.step(run, 'paused', 'user', 'SUSPENDED', 'paused');
      else this.#domain.step(run, 'running', 'migration-canceled', 'RESUMED', 'migrated');
    }
    const told = awake && destination.daemonUp && this.#neighbours.connected(this.#source, destination);
    if (this.#half !== null && told) dropped(this.#half);
    this.#neighbours.announce('failed', this.#source, destination);
  }

  #endWith(code: CallErrorCode, message: string): void {
    this.#end ??= new CallError(code, message);
    this.#wake();
  }

  #pass(step: MigrationStep, destination: Hypervisor): void {
    this.#step = step;
    this.#neighbours.announce(step, this.#source, destination);
    this.#check();
  }

  #check(): void {
    if (this.#end !== null) throw this.#end;
    if (this.#domain.run !== this.#run) throw new CallError('OPERATION_FAILED', 'domain is not running');
  }

  #woken(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Time passes with work, as long as packets pass; throws when the move ended meanwhile. */
  async #time(ms: number, watch: LinkWatch, enough: () => boolean = () => false): Promise<void> {
    let left = ms;
    while (left > 0 || !watch.passes) {
      this.#check();
      if (enough()) return;
      const passing = watch.passes;
      const began = this.#source.clock.monotonic();
      const woken = this.#woken();
      const cancel = passing ? this.#source.clock.after(left, this.#wake) : (): void => {};
      await woken;
      cancel();
      if (passing) left -= this.#source.clock.monotonic() - began;
      this.#roundLeftMs = Math.max(0, left);
    }
    this.#check();
  }
}

/** The destination takes its half away. */
function dropped({ domain, run, job, watch }: Half): void {
  watch.stop();
  domain.dropHalf(run);
  domain.lock.release(job);
}
