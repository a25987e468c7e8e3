/**
 * The lane of one instance: at most one effect touches it at a time (I2), and the next starts only when the last has settled.
 *
 *   free ──start──> running ──ends──> free
 *                     │ cancel: permit revoked, signal aborted; after a grace its connection is closed
 *                     v
 *                  cancelling ──settles──> free        what it reports now is late and changes nothing
 */
import type { Due, EffectContext, Incarnation, InstanceSpec, InstanceState, InstanceUuid } from '@chronovirt/contract';
import type { Clock } from '../ports/clock.ts';
import type { EffectExecutor, EffectInput } from '../ports/effect-executor.ts';
import type { Log } from '../ports/log.ts';
import type { RuntimePolicy } from '../ports/policy.ts';
import { runEffect, type EffectOutcome } from './effect-run.ts';
import { LanePermit } from './lane-permit.ts';
import type { Lease } from './lease.ts';

/** What all lanes of a host share. */
export interface LaneHost<S = InstanceState, D = InstanceSpec> {
  readonly executor: EffectExecutor<S, D>;
  readonly clock: Clock;
  readonly policy: RuntimePolicy;
  readonly lease: Lease;
  readonly incarnation: Incarnation;
  readonly log: Log;
}

/** What a running effect says of itself, for persons who wait; never stored. */
export interface EffectProgress {
  readonly method: string;
  readonly op: number;
  /** In words. */
  readonly what: string;
  /** From 0 to 1; null = not known. */
  readonly fraction: number | null;
}

interface RunningEffect {
  readonly due: Due;
  readonly permit: LanePermit;
  stopGrace: (() => void) | null;
  progress: EffectProgress | null;
}

export class Lane<S = InstanceState, D = InstanceSpec> {
  readonly #host: LaneHost<S, D>;
  /** Of an instance, as a rule; else what stands for it in the history of something else. */
  readonly #instance: InstanceUuid;
  #running: RunningEffect | null = null;
  /** A predecessor's calls may still run until the barrier was passed once in this process. */
  needsBarrier = false;

  constructor(host: LaneHost<S, D>, id: string) {
    this.#host = host;
    this.#instance = id as InstanceUuid;
  }

  get busy(): boolean {
    return this.#running !== null;
  }

  get runningMethod(): string | null {
    return this.#running?.due.method ?? null;
  }

  get runningOp(): number | null {
    return this.#running?.due.op ?? null;
  }

  /** The last word of the effect that runs; null = it has said nothing, or none runs. */
  get progress(): EffectProgress | null {
    return this.#running?.progress ?? null;
  }

  /**
   * Runs an effect; the lane must be free. `onOutcome` gets what it ended as unless it was cancelled; `onFree` comes in every case,
   * after it, once the lane is free again.
   */
  start(
    input: EffectInput<S, D>,
    epoch: number,
    on: { outcome(outcome: EffectOutcome): void; finalLook(): void; free(): void },
  ): void {
    if (this.#running !== null) throw new Error(`lane of ${this.#instance} is taken by op ${this.#running.due.op}`);
    const { due } = input;
    const permit = new LanePermit(this.#host.lease);
    const running: RunningEffect = { due, permit, stopGrace: null, progress: null };
    this.#running = running;
    const { clock, executor, policy, incarnation, log } = this.#host;
    const context: EffectContext = {
      instance: this.#instance,
      mark: { epoch, op: due.op },
      incarnation,
      permit,
      remainingMs: () => Math.max(0, due.deadline - clock.now()),
      progress: (what, fraction) => {
        running.progress = { method: due.method, op: due.op, what: what.slice(0, 200), fraction: fraction ?? null };
      },
    };
    const fields = {
      instance: this.#instance,
      method: due.method,
      op: due.op,
      attempt: due.attempt,
      command: due.command,
    };
    log.debug(fields, 'effect begins');
    const began = clock.monotonic();
    void runEffect(input, context, {
      executor,
      clock,
      policy,
      needsBarrier: this.needsBarrier,
      onBarrierPassed: () => (this.needsBarrier = false),
      onFinalLook: () => on.finalLook(),
    })
      .then(
        (outcome) => {
          const ms = Math.round(clock.monotonic() - began);
          log.info(
            { ...fields, result: outcome.result, ms, ...(outcome.error && { error: outcome.error }) },
            'effect ended',
          );
          // An outcome of a revoked run is late; the turn finds its op no longer due and stores it as such.
          on.outcome(outcome);
        },
        (thrown: unknown) => {
          if (!permit.revoked) throw thrown;
          log.info(
            { ...fields, why: String((permit.signal.reason as Error | undefined)?.message) },
            'effect cancelled',
          );
        },
      )
      .finally(() => {
        running.stopGrace?.();
        this.#running = null;
        on.free();
      });
  }

  /** Takes the right away from the running effect; the lane becomes free when it has settled. Nothing runs: nothing happens. */
  cancel(why: string): void {
    const running = this.#running;
    if (running === null || running.permit.revoked) return;
    running.permit.revoke(why);
    const { clock, executor, policy, log } = this.#host;
    const interrupt = (): void => {
      log.warn(
        { instance: this.#instance, op: running.due.op, method: running.due.method },
        'cancelled effect still runs: its connection is closed',
      );
      // What it had in flight may go on in the hypervisor: the next effect waits for that first.
      this.needsBarrier = true;
      executor
        .interrupt(this.#instance)
        .catch((error: unknown) => log.error({ instance: this.#instance, error }, 'interrupt failed'));
      running.stopGrace = clock.after(policy.cancelGraceMs, interrupt);
    };
    running.stopGrace = clock.after(policy.cancelGraceMs, interrupt);
  }
}
