/** What can go wrong between this client and the daemon. Each class is one thing that a caller can act on. */

/** Why a connection ended without being asked to. */
export type LossReason =
  /** The daemon closed the socket, or the socket failed. */
  | 'socket'
  /** The daemon did not answer keepalive pings. */
  | 'keepalive'
  /** The daemon sent something this client cannot make sense of; going on would be guessing. */
  | 'protocol'
  /** This side closed it. */
  | 'closed';

/** The session could not be opened. A retry can help, except for `phase: 'auth'`. */
export class LibvirtConnectError extends Error {
  override readonly name = 'LibvirtConnectError';
  readonly code = 'LIBVIRT_CONNECT_FAILED';
  /**
   * How far it got: reaching the socket, believing each other's certificates (`trust`: what is wrong with them does not go away by
   * waiting), authentication, or opening the driver that the URI names.
   */
  readonly phase: 'transport' | 'trust' | 'auth' | 'open';

  constructor(phase: LibvirtConnectError['phase'], message: string, cause?: unknown) {
    super(message, { cause });
    this.phase = phase;
  }
}

/** The connection is gone. A call that was `sent` may have happened and may still be running: look before doing it again. */
export class LibvirtConnectionError extends Error {
  override readonly name = 'LibvirtConnectionError';
  readonly code = 'LIBVIRT_CONNECTION_LOST';
  readonly reason: LossReason;
  /** Whether the call left this process; absent where the error is not about a call. */
  readonly sent: boolean | undefined;
  /** Name of the procedure; absent where the error is not about a call. */
  readonly procedure: string | undefined;

  constructor(
    reason: LossReason,
    message: string,
    about: { procedure?: string; sent?: boolean; cause?: unknown } = {},
  ) {
    const { procedure, sent, cause } = about;
    super(
      procedure === undefined ? message : `${procedure} ${sent ? 'was sent, no answer' : 'was not sent'}: ${message}`,
      { cause },
    );
    this.reason = reason;
    this.procedure = procedure;
    this.sent = sent;
  }
}

/** The daemon broke the protocol: an unknown reply, serial, procedure or a malformed packet. It is the cause of a loss. */
export class LibvirtProtocolError extends Error {
  override readonly name = 'LibvirtProtocolError';
  readonly code = 'LIBVIRT_PROTOCOL';
}

/** No answer within the call's `deadlineMs`. When `sent`, the daemon goes on with it. */
export class LibvirtDeadlineError extends Error {
  override readonly name = 'LibvirtDeadlineError';
  readonly code = 'LIBVIRT_DEADLINE';
  readonly procedure: string;
  readonly sent: boolean;

  constructor(procedure: string, deadlineMs: number, sent: boolean) {
    super(`${procedure}: ${sent ? 'no answer' : 'not sent'} within ${deadlineMs} ms`);
    this.procedure = procedure;
    this.sent = sent;
  }
}

/** The caller's signal fired; its reason is the cause. When `sent`, the daemon goes on with it. */
export class LibvirtAbortError extends Error {
  override readonly name = 'AbortError';
  readonly code = 'LIBVIRT_ABORTED';
  readonly procedure: string;
  readonly sent: boolean;

  constructor(procedure: string, sent: boolean, cause: unknown) {
    super(`${procedure}: aborted ${sent ? 'while waiting for the answer' : 'before it was sent'}`, { cause });
    this.procedure = procedure;
    this.sent = sent;
  }
}

/** A subscriber fell behind. Look at the world afresh, then subscribe again. */
export class LibvirtEventOverflowError extends Error {
  override readonly name = 'LibvirtEventOverflowError';
  readonly code = 'LIBVIRT_EVENT_OVERFLOW';
  /** How many events were not delivered. */
  readonly lost: number;

  constructor(lost: number, capacity: number) {
    super(`${lost} events were lost: the subscriber left more than ${capacity} unread`);
    this.lost = lost;
  }
}

/** An argument that this library refuses before anything is sent; the message says what to give instead. */
export class LibvirtUsageError extends TypeError {
  override readonly name = 'LibvirtUsageError';
  readonly code = 'LIBVIRT_USAGE';
}
