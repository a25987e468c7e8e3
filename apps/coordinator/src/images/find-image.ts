import { InvalidInputError, type ImageRef } from '@chronovirt/contract';
import type { ImageRecord, ImageStore } from '../http/ports.ts';

/**
 * An image by SHA-256, by name, or by the beginning of a SHA-256: eight digits at least, as lists show it. Throws `INVALID_INPUT` when there
 * is none, or more than one.
 */
export async function findImage(store: ImageStore, ref: string, field: string): Promise<ImageRecord> {
  if (/^[0-9a-f]{64}$/.test(ref)) {
    const found = await store.find(ref);
    if (found !== null) return found;
    throw new InvalidInputError(field, `no image with SHA-256 ${ref} is in the store; upload it first`);
  }
  const all = await store.list();
  const called = all.filter(({ name }) => name === ref);
  const isBeginning = called.length === 0 && /^[0-9a-f]{8,63}$/.test(ref);
  const named = isBeginning ? all.filter(({ sha256 }) => sha256.startsWith(ref)) : called;
  const [found, another] = named;
  if (found === undefined) {
    const names = [...new Set(all.map(({ name }) => name))].slice(0, 10).join(', ');
    throw new InvalidInputError(
      field,
      `no image is called ${JSON.stringify(ref)}; ${names === '' ? 'the store is empty, upload one' : `there are ${names}`}`,
    );
  }
  if (another !== undefined) {
    const hashes = named.map(({ sha256 }) => `${sha256.slice(0, 16)}…`).join(', ');
    throw new InvalidInputError(
      field,
      `${named.length} images are called ${JSON.stringify(ref)} (${hashes}); give the SHA-256, or as much of it as tells them apart`,
    );
  }
  return found;
}

/** What a spec holds of an image. */
export function refOf({ uploaded: _at, by: _whom, madeFor: _for, ...image }: ImageRecord): ImageRef {
  return image;
}
