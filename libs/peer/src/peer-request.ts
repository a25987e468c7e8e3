/** One signed request to a peer, and its answer. */
import type { ClientRequest, IncomingMessage } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { Readable } from 'node:stream';
import { InvalidInputError } from '@chronovirt/contract';
import type { ClusterKey } from './cluster-key.ts';
import { PeerRefusedError, PeerUnreachableError, PeerUntrustedError, refusals } from './peer-errors.ts';
import type { RefusalReason } from './peer-errors.ts';
import { request as plainRequest } from './plain-http.ts';
import { EXPIRES_HEADER, SIGNATURE_HEADER } from './wire.ts';

/** How to reach peers. `ca`: PEM of who signed their certificates; without it plain HTTP is spoken. */
export interface PeerAccess {
  readonly key: ClusterKey;
  readonly ca?: Buffer;
  /** Milliseconds without a sign of life after which a peer counts as not answering; 15,000 unless said otherwise. */
  readonly silenceMs?: number;
}

export interface Outgoing {
  readonly method: 'GET' | 'HEAD' | 'PUT';
  readonly target: string;
  readonly headers?: Readonly<Record<string, string | number>>;
  readonly body?: Readable;
  readonly signal: AbortSignal;
}

/** A request has to arrive within this time; how long its answer takes does not matter. */
const GOOD_FOR_MS = 60_000;
const LONGEST_WORD = 4096;

/** Reads `address:port`. Throws `INVALID_INPUT` for anything else. */
export function peerAddress(peer: string): { readonly host: string; readonly port: number } {
  const [, bracketed, plain, port] = /^(?:\[([0-9a-fA-F:.]+)\]|([A-Za-z0-9_.-]+)):(\d{1,5})$/.exec(peer) ?? [];
  const host = bracketed ?? plain;
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535)
    throw new InvalidInputError('peer', `expected address:port of a peer service, got ${JSON.stringify(peer)}`);
  return { host, port: Number(port) };
}

/**
 * Sends a request and returns its answer, whose body the caller reads. Throws `PEER_REFUSED` with the peer's reason, `PEER_UNREACHABLE`
 * when it does not answer, `PEER_UNTRUSTED` when its certificate is not believed, or the signal's reason.
 */
export async function ask(peer: string, access: PeerAccess, outgoing: Outgoing): Promise<IncomingMessage> {
  const { method, target, headers = {}, body, signal } = outgoing;
  const expires = Date.now() + GOOD_FOR_MS;
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const sent: ClientRequest = (access.ca === undefined ? plainRequest : tlsRequest)(
    {
      ...peerAddress(peer),
      method,
      path: target,
      agent: false,
      headers: {
        ...headers,
        [EXPIRES_HEADER]: expires,
        [SIGNATURE_HEADER]: access.key.sign(method, target, expires),
      },
      ...(access.ca === undefined ? {} : { ca: access.ca }),
    },
    resolve,
  );
  const silent = (): void => void sent.destroy(new Error('no sign of life'));
  const abort = (): void => void sent.destroy();
  sent.setTimeout(access.silenceMs ?? 15_000, silent);
  sent.on('error', (cause) => reject(signal.aborted ? signal.reason : faultOf(peer, cause)));
  signal.addEventListener('abort', abort, { once: true });
  // Kept until the answer is read to its end: an abort ends that too.
  sent.once('close', () => signal.removeEventListener('abort', abort));
  if (body === undefined) sent.end();
  else {
    body.on('error', (cause) => {
      reject(cause);
      sent.destroy();
    });
    sent.once('close', () => body.destroy());
    body.pipe(sent);
  }
  const answer = await promise;
  if (answer.statusCode !== undefined && answer.statusCode < 300) return answer;
  throw await refusalOf(peer, answer);
}

/** Node's codes of what is wrong with a certificate. */
const OF_TRUST = /^(UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|CERT_|ERR_TLS_CERT_)/;

function faultOf(peer: string, cause: NodeJS.ErrnoException): Error {
  if (!OF_TRUST.test(cause.code ?? '')) return new PeerUnreachableError(peer, cause.message, cause);
  // Without Node's advice on how to start it, which follows a semicolon.
  return new PeerUntrustedError(peer, cause.message.split(';')[0] ?? '', cause);
}

/** The answer's body as JSON. */
export async function jsonOf(peer: string, answer: IncomingMessage): Promise<unknown> {
  let text = '';
  try {
    for await (const chunk of answer.setEncoding('utf8')) text = `${text}${chunk as string}`.slice(0, LONGEST_WORD);
    return JSON.parse(text);
  } catch (cause) {
    throw new PeerUnreachableError(peer, 'its answer broke off', cause);
  }
}

async function refusalOf(peer: string, answer: IncomingMessage): Promise<Error> {
  const status = answer.statusCode ?? 0;
  const { reason, message } = (await jsonOf(peer, answer).catch(() => ({}))) as { reason?: string; message?: string };
  if (reason === undefined || !Object.hasOwn(refusals, reason))
    return new PeerUnreachableError(peer, `something else answers there, with status ${status}`);
  return new PeerRefusedError(reason as RefusalReason, `the peer at ${peer} refused: ${message ?? reason}`);
}
