import {
  ChronovirtError,
  DriverError,
  HypervisorUnavailableError,
  InstanceNotFoundError,
  PermitRevokedError,
  type EffectContext,
  type ErrorCode,
  type InstanceUuid,
} from '@chronovirt/contract';
import { CallError } from '../world/call-error.ts';

/** A failure that a caller can act on, by the contract's code. */
export function failure(code: ErrorCode, message: string, cause?: unknown): DriverError {
  return new DriverError(code, message, cause === undefined ? {} : { cause });
}

/** What a failed call of the simulated host means to a caller of the driver. */
export function translated(error: unknown, instance: InstanceUuid | null, what: string): unknown {
  if (!(error instanceof CallError)) return error;
  switch (error.code) {
    case 'CONNECTION_LOST':
      return new HypervisorUnavailableError(`the simulated host does not answer: ${error.message}`, error);
    case 'NO_DOMAIN':
      return instance === null
        ? failure('HYPERVISOR_ERROR', error.message, error)
        : new InstanceNotFoundError(instance, error);
    case 'IMAGE_NOT_FOUND':
      return failure('IMAGE_NOT_FOUND', error.message, error);
    case 'OPERATION_TIMEOUT':
      return what === 'destroy'
        ? failure('INSTANCE_POWER_OFF_FAILURE', error.message, error)
        : failure('HYPERVISOR_ERROR', `${what}: ${error.message}`, error);
    case 'AGENT_UNRESPONSIVE':
      return failure('INSTANCE_QUIESCE_FAILED', `file systems could not be frozen: ${error.message}`, error);
    case 'OPERATION_INVALID':
    case 'OPERATION_FAILED':
    case 'OPERATION_ABORTED':
    case 'NO_SUCH_FILE':
    case 'CHILD_KILLED':
      return failure('HYPERVISOR_ERROR', `${what}: ${error.message}`, error);
    default:
      return error.code satisfies never;
  }
}

/** After a failure: cleaning up needs a permit and a host that answers; without them whoever comes next looks and cleans. */
export function mayCleanUp(error: unknown, { permit }: EffectContext): boolean {
  if (error instanceof PermitRevokedError || permit.signal.aborted) return false;
  return !(error instanceof ChronovirtError && error.retry === 'later');
}
