/** Turns what the libvirt client throws into what the contract knows; the one place that knows both. */
import { ChronovirtError, DriverError, HypervisorUnavailableError, InstanceNotFoundError } from '@chronovirt/contract';
import type { InstanceUuid } from '@chronovirt/contract';
import {
  LibvirtAbortError,
  LibvirtConnectError,
  LibvirtConnectionError,
  LibvirtDeadlineError,
  LibvirtError,
  isNoDomain,
  isOperationInvalid,
  isOperationTimeout,
} from '@chronovirt/libvirt';

/** libvirt lost, or an answer that did not come in time: whether the call took place is unknown. */
export function isConnectionFault(error: unknown): boolean {
  return (
    error instanceof LibvirtConnectionError ||
    error instanceof LibvirtConnectError ||
    error instanceof LibvirtDeadlineError
  );
}

/** What libvirt says of the bridge of a NIC that is not there. */
const noBridge = /^Cannot get interface MTU on '([^']+)': No such device$/;

/** The error as the contract has it. `instance`: whom the call was about, when it was about one. */
export function translated(error: unknown, instance?: InstanceUuid): unknown {
  if (error instanceof ChronovirtError) return error;
  if (error instanceof LibvirtAbortError) return error.cause ?? error;
  if (isConnectionFault(error)) return new HypervisorUnavailableError(`libvirt: ${(error as Error).message}`, error);
  if (instance !== undefined && isNoDomain(error)) return new InstanceNotFoundError(instance, error);
  if (error instanceof LibvirtError) {
    const bridge = noBridge.exec(error.message)?.[1];
    if (bridge !== undefined)
      return new DriverError(
        'VIRTUAL_INTERFACE_CREATE_FAILED',
        `the host has no bridge ${JSON.stringify(bridge)}; make it, or name another`,
        { cause: error },
      );
    return new DriverError('HYPERVISOR_ERROR', `libvirt (${error.codeName}): ${error.message}`, {
      retry: isOperationTimeout(error) ? 'later' : 'never',
      cause: error,
    });
  }
  return error;
}

/** "Already so", "not there", "not in this state": no outcome, but a reason to look again. */
export const meansLookAgain = (error: unknown): boolean => isNoDomain(error) || isOperationInvalid(error);
