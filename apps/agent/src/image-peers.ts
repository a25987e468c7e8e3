/** Other agents as a place to get images from: those that were made on their hosts are nowhere else. */
import { readFileSync } from 'node:fs';
import { ImageNotFoundError, type FetchOrder, type ImageFetcher } from '@chronovirt/images';
import { ClusterKey, fetchImage } from '@chronovirt/peer';
import type { AgentConfig } from './config.ts';

/** Asks the configured agents one after the other; undefined when there are none. */
export function imagePeers({ peer, secretsKeyFile }: AgentConfig): ImageFetcher | undefined {
  if (peer === undefined || peer.imagesFrom.length === 0) return undefined;
  const key = ClusterKey.fromFile(peer.keyFile ?? secretsKeyFile);
  const tls = peer.tls === undefined ? {} : { ca: readFileSync(peer.tls.caFile) };
  const urls = peer.imagesFrom.map((address) => `${peer.tls === undefined ? 'http' : 'https'}://${address}`);
  return { fetch: (order) => fromFirst(urls, { key, ...tls }, order) };
}

/** Who does not answer, or breaks off, is passed over; that is told when nobody else has the image. */
async function fromFirst(
  urls: readonly string[],
  access: { readonly key: ClusterKey; readonly ca?: Buffer },
  { sha256, to, ending, signal }: FetchOrder,
): Promise<void> {
  let unanswered: unknown;
  for (const url of urls) {
    signal.throwIfAborted();
    try {
      await fetchImage({ ...access, url, sha256, to, temporary: ending, signal });
      return;
    } catch (error) {
      signal.throwIfAborted();
      if ((error as { code?: string }).code !== 'IMAGE_NOT_FOUND') unanswered ??= error;
    }
  }
  throw unanswered ?? new ImageNotFoundError(sha256);
}
