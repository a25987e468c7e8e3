/**
 * A move whose call has failed in post-copy: half of the guest is on each side, and no call carries it any more. The guests' processes have a
 * stream of their own between them:
 *
 *   flows   packets do not pass just now; when they do again the rest comes over and the daemons end the move, unattended
 *   dead    it was reset, or TCP at the source has lost its patience: nothing comes before somebody orders the move on
 *
 * The source says at once that it failed, the destination only if its end of the stream was reset too: it waits for memory and sends nothing,
 * so it never notices by itself. As decision 17 has it, for a guest whose process goes on in the meantime.
 */
import { CallError } from './call-error.ts';
import type { Domain, MoveView, OutgoingMove, Run } from './domain.ts';
import type { Hypervisor } from './hypervisor.ts';
import type { Job } from './job-lock.ts';
import type { Neighbours } from './neighbours.ts';

/** For so long TCP sends again before it gives a connection up (15 retries), in milliseconds. */
export const TCP_PATIENCE_MS = 924_000;

/** Whose end of a stream is reset. */
export type ResetEnds = 'both' | 'source';

interface Side {
  readonly host: Hypervisor;
  readonly domain: Domain;
  readonly run: Run;
}

export interface TornParts {
  readonly source: Side;
  readonly destination: Side;
  readonly neighbours: Neighbours;
  /** Holds the source's lock until it is over. */
  readonly job: Job;
  /** Time that the rest takes to come over. */
  readonly leftMs: number;
  readonly view: () => MoveView;
  /** The guest is whole at the destination. */
  readonly land: () => void;
}

export class TornMove implements OutgoingMove {
  readonly #parts: TornParts;
  #job: Job;
  #leftMs: number;
  #isDead: boolean;
  #isOver = false;
  /** Ordered on: it ends as any other move. */
  #isAttended = false;
  #since: number | null = null;
  #cancelTimer: () => void = () => {};
  readonly #stopListening: () => void;

  constructor(parts: TornParts, isDead: boolean) {
    this.#parts = parts;
    this.#job = parts.job;
    this.#leftMs = parts.leftMs;
    this.#isDead = isDead;
    parts.job.onBroken = () => this.#broken();
    this.#stopListening = parts.neighbours.onChange(() => this.#look());
    this.#look();
  }

  /** Both sides of a post-copy that broke off say so. */
  static say({ source, destination }: Pick<TornParts, 'source' | 'destination'>, ends: ResetEnds): void {
    source.domain.step(source.run, 'paused', 'postcopy-failed', 'SUSPENDED', 'postcopy-failed');
    if (ends === 'both')
      destination.domain.step(destination.run, 'running', 'postcopy-failed', 'RESUMED', 'postcopy-failed');
  }

  get to(): string {
    return this.#parts.destination.host.name;
  }

  steer(): void {
    throw new CallError('OPERATION_INVALID', 'the move is at its end');
  }

  view(): MoveView {
    return { ...this.#parts.view(), postCopy: true, torn: this.#parts.source.run.reason === 'postcopy-failed' };
  }

  /** The processes go on, and whoever starts as the daemon next takes the job up again. */
  daemonLost(): void {}

  daemonBack(): void {
    const { source } = this.#parts;
    const taken = source.domain.lock.acquire(this.#job.what, source.host.clock);
    // The lock is new with the daemon, so nobody has it.
    if (taken instanceof Promise) throw new Error('the lock of a daemon that has just begun is taken');
    taken.onBroken = () => this.#broken();
    this.#job = taken;
    this.#look();
  }

  reset(ends: ResetEnds): void {
    this.#isDead = true;
    TornMove.say(this.#parts, ends);
    this.#look();
  }

  recover(to: string): void {
    const { source, destination, neighbours } = this.#parts;
    const isHere = source.run.reason === 'postcopy-failed';
    if (!isHere) throw new CallError('OPERATION_INVALID', 'there is no post-copy that has failed');
    const other = neighbours.find(to);
    if (other === null || other !== destination.host || !other.daemonUp || !neighbours.connected(source.host, other))
      throw new CallError('OPERATION_FAILED', `unable to connect to server at '${to}'`);
    if (destination.domain.run !== destination.run)
      throw new CallError('OPERATION_FAILED', 'the process on the destination ended');
    if (destination.run.reason !== 'postcopy-failed')
      throw new CallError('OPERATION_INVALID', 'the migration is being actively monitored by another thread');
    this.#isDead = false;
    this.#isAttended = true;
    source.domain.step(source.run, 'paused', 'postcopy', 'SUSPENDED', 'postcopy');
    destination.domain.step(destination.run, 'running', 'postcopy', 'RESUMED', 'postcopy');
    this.#look();
  }

  get #flows(): boolean {
    const { source, destination, neighbours } = this.#parts;
    const isUp = destination.host.powered && destination.domain.run === destination.run;
    return !this.#isDead && isUp && neighbours.connected(source.host, destination.host);
  }

  /** Time passes with memory while the stream flows, and with patience while it does not. */
  #look(): void {
    const { source } = this.#parts;
    if (this.#isOver) return;
    if (source.domain.run !== source.run) return this.#end();
    const now = source.host.clock.monotonic();
    if (this.#since !== null) this.#leftMs = Math.max(0, this.#leftMs - (now - this.#since));
    this.#since = null;
    this.#cancelTimer();
    this.#cancelTimer = () => {};
    if (this.#flows) {
      this.#since = now;
      this.#cancelTimer = source.host.clock.after(this.#leftMs, () => this.#arrive());
    } else if (!this.#isDead) this.#cancelTimer = source.host.clock.after(TCP_PATIENCE_MS, () => this.reset('source'));
  }

  /** libvirt's own end of it: with nobody there to be answered the source keeps a definition. */
  #arrive(): void {
    const { source, land } = this.#parts;
    const { host, domain } = source;
    if (domain.run !== source.run) return this.#end();
    if (!this.#flows) return this.#look();
    // The daemons bring it to its end, so both have to be there.
    if (!host.daemonUp || !this.#parts.destination.host.daemonUp) return;
    this.#end();
    land();
    if (this.#isAttended) domain.leave();
    else domain.stop('migrated');
    domain.lock.release(this.#job);
  }

  /** The source's process is ended: the other one hears of that, if anything reaches it. */
  #broken(): void {
    if (this.#flows) TornMove.say(this.#parts, 'both');
    this.#end();
  }

  #end(): void {
    this.#isOver = true;
    this.#cancelTimer();
    this.#stopListening();
    const { domain } = this.#parts.source;
    if (domain.move === this) domain.move = null;
  }
}
