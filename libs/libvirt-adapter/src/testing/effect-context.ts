/** Contexts as the runtime gives them, with the means to take a permit away. */
import { PermitRevokedError, incarnationOf } from '@chronovirt/contract';
import type { EffectContext, HostContext, InstanceUuid, Mark, Permit, QueryContext } from '@chronovirt/contract';

/** What a test may want otherwise of an effect's context. */
export interface ContextWishes {
  readonly mark?: Mark;
  readonly incarnation?: number;
  readonly timeMs?: number;
  /** Called at each check of the permit, with its number from 1 on; returns whether the permit still holds. */
  readonly onCheck?: (count: number) => boolean;
}

/** A context, and the means to revoke its permit. */
export type RevocableContext = EffectContext & { readonly revoke: () => void; readonly checks: () => number };

/** A context as the runtime would give it. */
export function effectContext(instance: InstanceUuid, wishes: ContextWishes = {}): RevocableContext {
  const end = performance.now() + (wishes.timeMs ?? 120_000);
  const abort = new AbortController();
  let count = 0;
  const permit: Permit = {
    signal: abort.signal,
    check: () => {
      count += 1;
      if (wishes.onCheck?.(count) === false) abort.abort(new PermitRevokedError('revoked by the test'));
      abort.signal.throwIfAborted();
    },
  };
  return {
    instance,
    mark: wishes.mark ?? { epoch: 1, op: 1 },
    incarnation: incarnationOf(1_700_000_000_000 + (wishes.incarnation ?? 0), process.pid),
    permit,
    remainingMs: () => end - performance.now(),
    progress: () => {},
    revoke: () => abort.abort(new PermitRevokedError('revoked by the test')),
    checks: () => count,
  };
}

export const queryContext = (deadlineMs = 10_000): QueryContext => ({
  signal: AbortSignal.timeout(deadlineMs),
  deadlineMs,
});

/** What a method that changes the host is given. */
export function hostContext(): HostContext {
  const { incarnation, permit, remainingMs, progress } = effectContext(
    '0e2f4c1a-1111-4222-8333-444455556666' as InstanceUuid,
  );
  return { incarnation, permit, remainingMs, progress };
}
