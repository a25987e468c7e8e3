import { HypervisorUnavailableError, type InstanceUuid, type QueryContext } from '@chronovirt/contract';
import type { Clock } from '@chronovirt/runtime';
import { translated } from './failure.ts';

/** An answer within the query's time, or an error that says why there is none. */
export async function answerOf<T>(
  call: Promise<T>,
  { signal, deadlineMs }: QueryContext,
  clock: Clock,
  instance: InstanceUuid | null,
): Promise<T> {
  signal.throwIfAborted();
  const { promise: cutOff, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const cancel = clock.after(deadlineMs, () =>
    reject(new HypervisorUnavailableError(`the simulated host did not answer within ${deadlineMs} ms`)),
  );
  try {
    return await Promise.race([call, cutOff]);
  } catch (error) {
    throw translated(error, instance, 'query');
  } finally {
    signal.removeEventListener('abort', onAbort);
    cancel();
  }
}
