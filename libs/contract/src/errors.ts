/**
 * Errors that cross the walls between libraries. One class per thing that a caller can act on, each with a stable `code`; `retry`
 * says whether the same call can go better later.
 */
export class ChronovirtError extends Error {
  readonly code: string;
  readonly retry: 'later' | 'never';
  constructor(code: string, message: string, options: { retry?: 'later' | 'never'; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.code = code;
    this.retry = options.retry ?? 'never';
  }
}

/** The permit of an effect is gone: a newer operation is due, the lease is stale, or the role forbids it. Not a failure of the method. */
export class PermitRevokedError extends ChronovirtError {
  constructor(why: string) {
    super('PERMIT_REVOKED', why);
  }
}

/** The hypervisor cannot be asked just now; whether the last call took place is unknown. No outcome: look again when it is back. */
export class HypervisorUnavailableError extends ChronovirtError {
  constructor(message: string, cause?: unknown) {
    super('HYPERVISOR_UNAVAILABLE', message, { retry: 'later', cause });
  }
}

/** No domain of that instance on this hypervisor (Nova's InstanceNotFound). */
export class InstanceNotFoundError extends ChronovirtError {
  constructor(instance: string, cause?: unknown) {
    super('INSTANCE_NOT_FOUND', `no domain of instance ${instance} on this hypervisor`, { cause });
  }
}

/** A driver method failed; `code` is one of the contract's error names in upper case (`INSTANCE_POWER_OFF_FAILURE`). */
export class DriverError extends ChronovirtError {}

/** Input that cannot be used: names the field, what was expected, and what to do. */
export class InvalidInputError extends ChronovirtError {
  readonly field: string;
  constructor(field: string, message: string, cause?: unknown) {
    super('INVALID_INPUT', `${field}: ${message}`, { cause });
    this.field = field;
  }
}
