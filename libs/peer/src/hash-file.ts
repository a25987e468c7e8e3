import { createHash } from 'node:crypto';
import type { Hash } from 'node:crypto';
import { createReadStream } from 'node:fs';

/** SHA-256 of a file's first `bytes` bytes (all of them unless said), to be gone on with. Ends with the signal's reason. */
export async function hashOf(file: string, signal: AbortSignal, bytes?: number): Promise<Hash> {
  const hash = createHash('sha256');
  if (bytes === 0) return hash;
  const end = bytes === undefined ? {} : { end: bytes - 1 };
  for await (const chunk of createReadStream(file, { ...end, signal, highWaterMark: 1024 * 1024 })) {
    hash.update(chunk as Buffer);
  }
  return hash;
}
