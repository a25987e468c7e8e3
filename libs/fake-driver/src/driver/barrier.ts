import type { EffectContext, InstanceUuid } from '@chronovirt/contract';
import { CallError } from '../world/call-error.ts';
import type { HostConnection } from '../world/connection.ts';
import { failure, translated } from './failure.ts';

/**
 * Takes the domain's job lock once, so that nothing of an earlier agent works on it any more. A lock that stays held is asked for
 * again while there is time. A domain that is gone or off has no job: passed.
 */
export async function passBarrier(
  connection: HostConnection,
  instance: InstanceUuid,
  context: EffectContext,
): Promise<void> {
  for (;;) {
    context.permit.check();
    try {
      return await connection.domains.setMetadata(instance);
    } catch (error) {
      if (!(error instanceof CallError)) throw error;
      if (error.code === 'NO_DOMAIN' || error.code === 'OPERATION_INVALID') return;
      if (error.code === 'CONNECTION_LOST') throw translated(error, instance, 'barrier');
      if (context.remainingMs() <= 0)
        throw failure('HYPERVISOR_ERROR', `the domain stays busy: ${error.message}`, error);
    }
  }
}
