import { createHash } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { DriverError, InvalidInputError } from '@chronovirt/contract';
import { PeerRefusedError, PeerUnreachableError } from './peer-errors.ts';
import { ask } from './peer-request.ts';
import type { PeerAccess } from './peer-request.ts';
import { targetOf } from './wire.ts';

export interface ImageRequest extends PeerAccess {
  /** `http://address:port` or `https://address:port` of a peer service. */
  readonly url: string;
  readonly sha256: string;
  /** Where the image ends: there whole or not at all. Bytes lie beside it, under this name and `temporary`, until then. */
  readonly to: string;
  /** Ending of the temporary name; one that no other run has. */
  readonly temporary?: string;
  readonly signal: AbortSignal;
  readonly onProgress?: (received: number, of: number) => void;
}

/** A broken connection is made again this often without a byte in between. */
const TRIES = 3;

/**
 * Fetches an image by its hash from a peer. Returns its length in bytes. Throws `IMAGE_NOT_FOUND` when the peer has none of that
 * hash, `PEER_UNREACHABLE`, `PEER_UNTRUSTED`, `PEER_REFUSED`, or `IMAGE_UNACCEPTABLE` when what came is not what was asked for.
 */
export async function fetchImage(request: ImageRequest): Promise<number> {
  const { sha256, to, temporary = `.${process.pid}.incoming` } = request;
  const file = `${to}${temporary}`;
  const handle = await open(file, 'w', 0o644);
  try {
    const hash = createHash('sha256');
    let bytes = 0;
    for (let tries = 1; ; tries += 1) {
      try {
        for await (const chunk of restOf(request, bytes)) {
          await handle.writeFile(chunk);
          hash.update(chunk);
          bytes += chunk.length;
          tries = 1;
        }
        break;
      } catch (error) {
        if (!(error instanceof PeerUnreachableError) || tries >= TRIES) throw error;
      }
    }
    if (hash.digest('hex') !== sha256)
      throw new DriverError('IMAGE_UNACCEPTABLE', `the image that came from ${request.url} is not ${sha256}`);
    await handle.datasync();
    request.signal.throwIfAborted();
    await rename(file, to);
    return bytes;
  } finally {
    await handle.close();
    await rm(file, { force: true });
  }
}

/** The bytes of an image from a place on; an end before its announced length is a broken connection. */
async function* restOf(request: ImageRequest, from: number): AsyncIterable<Buffer> {
  const { url, sha256, signal, onProgress } = request;
  const peer = peerOf(request);
  const headers = from === 0 ? {} : { range: `bytes=${from}-` };
  const target = targetOf({ kind: 'image', sha256 });
  const answer = await ask(peer, request, { method: 'GET', target, headers, signal }).catch((error: unknown) => {
    if (error instanceof PeerRefusedError && error.reason === 'NOT_FOUND')
      throw new DriverError('IMAGE_NOT_FOUND', `no image with SHA-256 ${sha256} at ${url}`, { cause: error });
    throw error;
  });
  const of = from + Number(answer.headers['content-length'] ?? 0);
  let at = from;
  try {
    for await (const chunk of answer) {
      at += (chunk as Buffer).length;
      onProgress?.(at, of);
      yield chunk as Buffer;
    }
  } catch (cause) {
    signal.throwIfAborted();
    throw new PeerUnreachableError(peer, 'the image broke off', cause);
  }
}

/** The address in a URL, whose scheme has to be the one that is spoken. */
function peerOf({ url, ca }: ImageRequest): string {
  const scheme = ca === undefined ? 'http://' : 'https://';
  if (!url.startsWith(scheme))
    throw new InvalidInputError('url', `expected ${scheme}address:port, got ${JSON.stringify(url.slice(0, 100))}`);
  return url.slice(scheme.length).replace(/\/$/, '');
}
