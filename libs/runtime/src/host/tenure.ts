/**
 * The term of a host: its right to run guests, as its own stream says it. Only the coordinator writes it.
 *
 *   serving ──read: the term is over──> barred ──no guest of ours runs──> stood down
 *      ^                                   │                                  │
 *      └───────── read: the next term; every history was read again ──────────┘
 *
 * It is read before anything else at the start and with each renewal of the lease, which nothing else renews. So an agent that was cut
 * off does nothing until it has read what was decided about its host meanwhile. Barred, it begins no effect but what clears away, looks
 * at nothing, and stops whatever runs: the end of the term in the stream is the stored intent for that.
 */
import { hostTokenOf, type HostStanding, type InstanceUuid, type Observation } from '@chronovirt/contract';
import { sleep } from '../effects/effect-run.ts';
import type { Lease } from '../effects/lease.ts';
import type { Clock } from '../ports/clock.ts';
import { isOfHost, whyUnreadable, type Journal } from '../ports/journal.ts';
import { JournalFault } from '../ports/journal-fault.ts';
import type { Log } from '../ports/log.ts';
import type { RuntimePolicy } from '../ports/policy.ts';

/** What tenure needs of the host that it is of. */
export interface TenureHands {
  /** Whether this host may run guests is another: effects that may not go on are cancelled, those that may begin do. */
  reconsider(): void;
  /** Every history is read again and what is new in it folded. */
  readHistories(): Promise<void>;
  /** What was held back begins. */
  release(): void;
  /** Whether effects still run that may start something. */
  isBusy(): boolean;
  observeAll(signal: AbortSignal): Promise<ReadonlyMap<InstanceUuid, Observation> | null>;
  /** Ends a guest at once. */
  stopNow(instance: InstanceUuid): Promise<void>;
}

export interface TenureOptions {
  readonly journal: Journal;
  readonly host: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly lease: Lease;
  readonly closing: AbortSignal;
  readonly hands: TenureHands;
  /** The term was read and goes on; `monotonicMs`: when the question was sent, by the clock. */
  readonly onConfirmed?: (monotonicMs: number) => void;
}

const pauseMs = 100;

export class Tenure {
  readonly #options: TenureOptions;
  #known: { readonly term: number; readonly serves: boolean } | null = null;
  /** The next term was read, but not yet what was stored meanwhile. */
  #catchingUp = false;
  #stoodDown = false;
  #stopped = 0;
  #reading: Promise<void> | null = null;
  #clearing: Promise<void> | null = null;

  constructor(options: TenureOptions) {
    this.#options = options;
  }

  /** Null before it was read once. */
  get standing(): HostStanding | null {
    if (this.#known === null) return null;
    return { term: this.#known.term, barred: this.barred, stoodDown: this.#stoodDown, stopped: this.#stopped };
  }

  get barred(): boolean {
    return this.#known === null || !this.#known.serves || this.#catchingUp;
  }

  /** Reads the standing and does as it says; renews the lease. Calls while one is under way share it. Throws when the journal does not answer. */
  confirm(): Promise<void> {
    this.#reading ??= this.#read().finally(() => (this.#reading = null));
    return this.#reading;
  }

  /** Reads the standing for the first time; tries until the journal answers. */
  async confirmFirst({ retryMinMs, retryMaxMs }: Pick<RuntimePolicy, 'retryMinMs' | 'retryMaxMs'>): Promise<void> {
    const { clock, closing, log } = this.#options;
    for (let pause = retryMinMs; ; pause = Math.min(pause * 2, retryMaxMs)) {
      try {
        return await this.confirm();
      } catch (error) {
        if (error instanceof JournalFault) throw error;
        log.warn({ error: String(error) }, 'the standing of this host cannot be read; nothing begins before that');
        await sleep(clock, pause, closing);
      }
    }
  }

  /** Resolves once no guest runs here because the term is over; false when the term goes on, or the signal ends the wait. */
  async standsDown(signal: AbortSignal): Promise<boolean> {
    await this.confirm();
    while (!this.#stoodDown && this.#known?.serves === false && !signal.aborted && !this.#options.closing.aborted)
      await sleep(this.#options.clock, pauseMs, this.#options.closing);
    return this.#stoodDown;
  }

  async #read(): Promise<void> {
    const { lease, hands, onConfirmed, log, host } = this.#options;
    const sent = lease.now();
    const standing = await this.#stored();
    const before = this.#known;
    this.#known = standing;
    if (before !== null && (before.term !== standing.term || before.serves !== standing.serves)) {
      this.#catchingUp = standing.serves;
      log.warn({ host, ...standing }, standing.serves ? 'the host has its next term' : 'the term of this host is over');
      hands.reconsider();
      if (standing.serves) {
        await hands.readHistories();
        this.#catchingUp = false;
        this.#stoodDown = false;
        this.#stopped = 0;
        hands.release();
      }
    }
    // An order may have come before anything was known of the term: it was taken, and waits.
    if (before === null) hands.reconsider();
    lease.renew(sent);
    if (standing.serves) onConfirmed?.(sent.monotonic);
    else void this.clear();
  }

  async #stored(): Promise<{ term: number; serves: boolean }> {
    const { journal, host, log } = this.#options;
    const last = await journal.last(host, hostTokenOf(host));
    if (last === null) return { term: 0, serves: true };
    if (isOfHost(last) && last.hostMessage.state.aggregate === 'standing') {
      const { term, serves } = last.hostMessage.state;
      return { term, serves };
    }
    // Not to be read: another version wrote it. Nobody may conclude from that that guests may run.
    log.error({ host, seq: last.seq, why: whyUnreadable(last)?.text }, 'the standing of this host cannot be read');
    return { term: this.#known?.term ?? 0, serves: false };
  }

  /** While barred: stops what runs until a look at all shows nothing. One at a time; called again with every hint. */
  clear(): Promise<void> {
    this.#clearing ??= this.#clear().finally(() => (this.#clearing = null));
    return this.#clearing;
  }

  async #clear(): Promise<void> {
    const { hands, log, host, clock, closing } = this.#options;
    while (this.#known?.serves === false && !closing.aborted) {
      try {
        const seen = await hands.observeAll(closing);
        const running = seen === null ? [] : [...seen].filter(([, { power }]) => isRunning(power)).map(([id]) => id);
        if (seen !== null && running.length === 0 && !hands.isBusy()) {
          if (!this.#stoodDown) log.warn({ host, stopped: this.#stopped }, 'this host has stood down');
          this.#stoodDown = true;
          return;
        }
        this.#stoodDown = false;
        for (const instance of running) {
          log.warn({ instance }, 'stopped, because the term of this host is over');
          await hands.stopNow(instance);
          this.#stopped += 1;
        }
      } catch (error) {
        log.warn({ host, error: String(error) }, 'guests could not be stopped; trying again');
      }
      await sleep(clock, pauseMs, closing).catch(() => {});
    }
  }
}

/** Whether something of it is in memory; a saved guest and one that is off are not. */
function isRunning(power: Observation['power']): boolean {
  return power !== 'off' && power !== 'absent';
}
