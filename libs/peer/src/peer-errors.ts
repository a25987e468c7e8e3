import { ChronovirtError } from '@chronovirt/contract';

/** Why a peer service says no, with the HTTP status that carries it. The reason is what a caller acts on; the text is for people. */
export const refusals = {
  /** The signature does not fit: another cluster, another key, or an altered request. */
  WRONG_KEY: 401,
  /** The request was signed for a time that is over, or for one much too far ahead. */
  EXPIRED: 401,
  /** A name, a size, a hash or a place in the file that makes no sense; the same request never goes better. */
  BAD_REQUEST: 400,
  NOT_FOUND: 404,
  /** This host does not wait for files of that move: it was never asked to, or the move has gone on. */
  NOT_EXPECTED: 409,
  /** Somebody else is sending this very file; later it goes better. */
  BUSY: 409,
  /** The sender goes on from another place than the one up to which the file is here. */
  WRONG_OFFSET: 409,
  /** What came in is not what was announced; it was thrown away. */
  DAMAGED: 422,
  /** The disk of the receiver is full. */
  NO_ROOM: 507,
  /** Anything else on the other side; its log has the cause. */
  BROKEN: 500,
} as const;
export type RefusalReason = keyof typeof refusals;

/** The other host answered, and said no. */
export class PeerRefusedError extends ChronovirtError {
  readonly reason: RefusalReason;
  constructor(reason: RefusalReason, message: string) {
    super('PEER_REFUSED', message, { retry: reason === 'BUSY' || reason === 'NO_ROOM' ? 'later' : 'never' });
    this.reason = reason;
  }
}

/** The other host did not answer, or stopped answering; what arrived there stays for the next try. */
export class PeerUnreachableError extends ChronovirtError {
  constructor(peer: string, why: string, cause?: unknown) {
    super('PEER_UNREACHABLE', `the peer service at ${peer} does not answer: ${why}`, { retry: 'later', cause });
  }
}

/** The other host answered, and its certificate is not believed here: no later request goes better until somebody sees to that. */
export class PeerUntrustedError extends ChronovirtError {
  constructor(peer: string, why: string, cause?: unknown) {
    const what = `the certificate of the peer service at ${peer} is not believed here: ${why}; compare peer.tls of both hosts`;
    super('PEER_UNTRUSTED', what, { cause });
  }
}

/** The key file of the cluster cannot be used. */
export class ClusterKeyError extends ChronovirtError {
  constructor(why: string, cause?: unknown) {
    super('CLUSTER_KEY_UNUSABLE', why, { cause });
  }
}
