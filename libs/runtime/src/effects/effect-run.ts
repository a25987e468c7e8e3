/**
 * One run of one effect, from its first look to the item that its outcome becomes:
 *
 *   [barrier]  the first effect after a start, and every probe: calls of a dead agent may still run in the hypervisor
 *   run        look, act, look, by the driver, through the permit
 *   observe    what is really there now; the outcome rests on it, never on the driver's word or error
 *
 * A lost hypervisor or a stale lease is no outcome: wait, then again from the barrier. A revoked run has no outcome at all.
 */
import {
  ChronovirtError,
  PermitRevokedError,
  type EffectContext,
  type InstanceSpec,
  type InstanceState,
  type Observation,
} from '@chronovirt/contract';
import type { Clock } from '../ports/clock.ts';
import type { EffectExecutor, EffectInput } from '../ports/effect-executor.ts';
import type { RuntimePolicy } from '../ports/policy.ts';

/** How a run ended; `observation` is null only where nothing can be seen (the cluster's effects) or nobody answered (a probe). */
export interface EffectOutcome {
  readonly result: 'done' | 'failed';
  readonly observation: Observation | null;
  readonly data: Record<string, unknown> | undefined;
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

export interface EffectRunOptions<S = InstanceState, D = InstanceSpec> {
  readonly executor: EffectExecutor<S, D>;
  readonly clock: Clock;
  readonly policy: RuntimePolicy;
  /** Whether the barrier has to be taken before anything else. */
  readonly needsBarrier: boolean;
  readonly onBarrierPassed: () => void;
  /** Called when the last look begins: a hint heard before it is answered by it. */
  readonly onFinalLook: () => void;
}

/** The method name of the look that settles a `reconciling` state; the runtime's own, no driver method. */
export const PROBE = 'probe';
const DESTROY = 'destroy';

/** A failure of an effect that has something to say besides its text; `data` is stored with the outcome. */
export class EffectFailedError extends ChronovirtError {
  readonly data: Record<string, unknown>;
  constructor(code: string, message: string, data: Record<string, unknown>, cause?: unknown) {
    super(code, message, { cause });
    this.data = data;
  }
}

/** Resolves to the outcome; rejects with `PermitRevokedError` (or the signal's reason) when the run was cancelled. */
export async function runEffect<S, D>(
  input: EffectInput<S, D>,
  context: EffectContext,
  options: EffectRunOptions<S, D>,
): Promise<EffectOutcome> {
  const { executor } = options;
  const { method, attempt } = input.due;
  const probing = method === PROBE;
  const unrepeatable = attempt > 1 && executor.atMostOnce.has(method);
  let barrier = options.needsBarrier || probing;
  let data: Record<string, unknown> | undefined;
  let error: EffectOutcome['error'];

  for (let pause = options.policy.retryMinMs; ; pause = Math.min(pause * 2, options.policy.retryMaxMs)) {
    context.permit.signal.throwIfAborted();
    try {
      if (barrier && method === DESTROY) {
        // Destroy goes through a busy domain and a barrier might never pass on a hung one. So: destroy, then wait for whatever a
        // dead caller still had under way, then destroy what that may have brought back.
        await executor.run(input, context);
      }
      if (barrier) {
        await executor.barrier(context.instance, context);
        options.onBarrierPassed();
        barrier = false;
      }
      if (unrepeatable) {
        error = {
          code: 'UNKNOWN_AFTER_CRASH',
          message: `${method} had begun before a restart and cannot be repeated; whether it took place is unknown`,
        };
      } else if (!probing) {
        data = (await executor.run(input, context)) ?? undefined;
        error = undefined;
      }
      break;
    } catch (thrown) {
      if (context.permit.signal.aborted || thrown instanceof PermitRevokedError) throw thrown;
      if (!(thrown instanceof ChronovirtError && thrown.retry === 'later')) {
        error = describeError(thrown);
        if (thrown instanceof EffectFailedError) data = thrown.data;
        break;
      }
      // A probe reports that nobody answers: its back-off is in the history, where a person can see what is awaited.
      if (probing) return { result: 'failed', observation: null, data: undefined, error: describeError(thrown) };
      barrier = true;
      await sleep(options.clock, pause, context.permit.signal);
    }
  }

  const observation = await lookAtTheEnd(context, options, probing);
  if (observation instanceof Error)
    return { result: 'failed', observation: null, data, error: describeError(observation) };
  return { result: error === undefined ? 'done' : 'failed', observation, data, error };
}

async function lookAtTheEnd<S, D>(
  context: EffectContext,
  options: EffectRunOptions<S, D>,
  probing: boolean,
): Promise<Observation | null | Error> {
  const { signal } = context.permit;
  for (let pause = options.policy.retryMinMs; ; pause = Math.min(pause * 2, options.policy.retryMaxMs)) {
    signal.throwIfAborted();
    try {
      options.onFinalLook();
      return await options.executor.observe(context.instance, { signal, deadlineMs: options.policy.lookTimeoutMs });
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      if (probing) return thrown instanceof Error ? thrown : new Error(String(thrown));
      await sleep(options.clock, pause, signal);
    }
  }
}

/** Code and text of an error for the history; drivers keep secrets out of both. */
export function describeError(thrown: unknown): { code: string; message: string } {
  if (thrown instanceof ChronovirtError)
    return { code: thrown.code.slice(0, 64), message: thrown.message.slice(0, 1000) };
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return { code: 'DRIVER_FAULT', message: message.slice(0, 1000) };
}

/** Waits `ms` on the given clock; rejects at once with the signal's reason when aborted. */
export function sleep(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const cancel = clock.after(ms, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    const onAbort = (): void => {
      cancel();
      reject(signal.reason);
    };
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
