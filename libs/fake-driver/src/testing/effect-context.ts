/** Contexts as the runtime gives them, for tests that have no runtime. */
import {
  incarnationOf,
  PermitRevokedError,
  type EffectContext,
  type Incarnation,
  type InstanceUuid,
  type Mark,
  type Permit,
  type QueryContext,
} from '@chronovirt/contract';
import type { Clock } from '@chronovirt/runtime';

/** A permit that counts its checks and can be revoked. */
export class TestPermit implements Permit {
  readonly #abort = new AbortController();
  /** Called at each check with its number, from 1; may revoke. */
  onCheck: (n: number) => void = () => {};
  checks = 0;

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  check(): void {
    this.onCheck(++this.checks);
    this.#abort.signal.throwIfAborted();
  }

  revoke(why = 'revoked by the test'): void {
    this.#abort.abort(new PermitRevokedError(why));
  }
}

export interface TestContext extends EffectContext {
  readonly permit: TestPermit;
}

export interface EffectOptions {
  readonly clock: Clock;
  readonly mark?: Mark;
  readonly incarnation?: Incarnation;
  readonly timeMs?: number;
}

export function effectContext(instance: InstanceUuid, options: EffectOptions): TestContext {
  const { clock, mark = { epoch: 1, op: 1 }, incarnation = incarnationOf(1, 1), timeMs = 600_000 } = options;
  const end = clock.monotonic() + timeMs;
  return {
    instance,
    mark,
    incarnation,
    permit: new TestPermit(),
    remainingMs: () => end - clock.monotonic(),
    progress: () => {},
  };
}

export const queryContext = (deadlineMs = 10_000): QueryContext => ({
  signal: new AbortController().signal,
  deadlineMs,
});
