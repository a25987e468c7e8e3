import { ChronovirtError } from '@chronovirt/contract';

/** No server answered within the patience. */
export class NatsUnreachableError extends ChronovirtError {
  constructor(message: string, cause?: unknown) {
    super('NATS_UNREACHABLE', message, { retry: 'later', cause });
  }
}

/** The server does not let this user in, or not do this. */
export class NatsForbiddenError extends ChronovirtError {
  constructor(message: string, cause?: unknown) {
    super('NATS_FORBIDDEN', message, { cause });
  }
}

/** The server is too old for what is asked of it; names both versions. */
export class NatsTooOldError extends ChronovirtError {
  constructor(what: string, needs: string, has: string) {
    super('NATS_TOO_OLD', `${what} needs nats-server ${needs} or newer; this one is ${has}`);
  }
}

/** A file with a secret cannot be used: missing, of the wrong shape, or readable by others. Says what to do. */
export class SecretFileError extends ChronovirtError {
  constructor(message: string, cause?: unknown) {
    super('SECRET_FILE_UNUSABLE', message, { cause });
  }
}

/** One setting of a stream that is not as it has to be. */
export interface ConfigDifference {
  readonly field: string;
  readonly expected: unknown;
  readonly found: unknown;
}

/** A stream exists, or was made, with other settings than histories need. */
export class StreamConfigError extends ChronovirtError {
  readonly differences: readonly ConfigDifference[];
  constructor(stream: string, differences: readonly ConfigDifference[]) {
    const said = differences.map(
      ({ field, expected, found }) => `${field} is ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`,
    );
    super('JOURNAL_MISCONFIGURED', `stream ${stream}: ${said.join('; ')}`);
    this.differences = differences;
  }
}

/** A request of the JetStream API was refused; `errCode` is the server's own number. */
export class JetStreamRefusal extends ChronovirtError {
  readonly status: number;
  readonly errCode: number;
  constructor(what: string, status: number, errCode: number, description: string) {
    super('JETSTREAM_REFUSED', `${what}: ${description} (${errCode})`, { retry: status === 503 ? 'later' : 'never' });
    this.status = status;
    this.errCode = errCode;
  }
}
