/** Why a call on the simulated host failed; what libvirt tells by its error numbers and the host by errno. */
export type CallErrorCode =
  | 'NO_DOMAIN'
  | 'OPERATION_INVALID'
  | 'OPERATION_TIMEOUT'
  | 'OPERATION_FAILED'
  | 'OPERATION_ABORTED'
  | 'AGENT_UNRESPONSIVE'
  | 'CONNECTION_LOST'
  | 'NO_SUCH_FILE'
  | 'IMAGE_NOT_FOUND'
  | 'CHILD_KILLED';

/** A call on the simulated host failed. */
export class CallError extends Error {
  override readonly name = 'CallError';
  readonly code: CallErrorCode;
  constructor(code: CallErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
