/** Images in the object store, each under the SHA-256 of its content. */
import { createHash } from 'node:crypto';
import { buckets, imageRef, InvalidInputError, madeFor, recordAfter } from '@chronovirt/contract';
import type { ImageRef, InstanceUuid, MadeImage, MadeImages } from '@chronovirt/contract';
import { z } from 'zod';
import type { NatsConnection } from '../connection/handle.ts';
import { coreOf } from '../connection/core.ts';
import { Bucket } from './bucket.ts';
import { ImageDamagedError, StoredImageMissingError } from './object-errors.ts';

/**
 * An image in the store, as it was taken in. `uploaded`: milliseconds since 1970. `madeFor`: the instances that the system made it for;
 * left out: it is a person's.
 */
export interface StoredImage extends ImageRef {
  readonly uploaded: number;
  readonly by: string;
  readonly madeFor?: readonly InstanceUuid[];
}

const storedImage = imageRef.extend({
  uploaded: z.int().nonnegative(),
  by: z.string(),
  madeFor: madeFor.exactOptional(),
});

export class NatsImageStore implements MadeImages {
  readonly #bucket: Bucket;

  private constructor(bucket: Bucket) {
    this.#bucket = bucket;
  }

  /** Opens the store; makes it when it is missing and this user may. */
  static async open(connection: NatsConnection): Promise<NatsImageStore> {
    return new NatsImageStore(await Bucket.open(coreOf(connection), buckets.images));
  }

  async list(): Promise<StoredImage[]> {
    const found: StoredImage[] = [];
    for await (const { meta } of this.#bucket.list()) {
      const image = storedImage.safeParse(meta);
      if (image.success) found.push(image.data);
    }
    return found;
  }

  async find(sha256: string): Promise<StoredImage | null> {
    const found = await this.#bucket.meta(checked(sha256));
    return found ? storedImage.parse(found.meta) : null;
  }

  /**
   * Stores an image under its hash, whole or not at all. Of what is there already the content is not sent again, and a person's record
   * stays as it is; the system's says that it was made once more, and for whom. Throws `IMAGE_DAMAGED` when the content is not what the
   * record says, `OBJECT_STORE_FULL`, the signal's reason, and what reading the content throws.
   */
  async put(record: StoredImage, content: () => AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<void> {
    const image = storedImage.parse(record);
    const { sha256, bytes } = image;
    for (let isStored = false; !isStored;) {
      const { revision, found } = await this.#bucket.present(sha256);
      const known = found === null ? null : storedImage.parse(found.meta);
      const next = recordAfter(known, image);
      if (found !== null && (await this.#bucket.isWhole(sha256))) {
        isStored = next === known || (await this.#bucket.revise(sha256, revision, next));
      } else {
        const sent = verified(sha256, bytes, content(), 'what was sent');
        // A coordinator that starts sweeps chunks that no object names yet: then it is sent once more.
        isStored =
          (await this.#bucket.put(sha256, sent, () => next, signal, revision)) && (await this.#bucket.isWhole(sha256));
      }
      signal?.throwIfAborted();
    }
  }

  async made(): Promise<MadeImage[]> {
    const all: MadeImage[] = [];
    for await (const { meta, revision } of this.#bucket.list()) {
      const image = storedImage.safeParse(meta);
      const { sha256, madeFor: instances } = image.data ?? {};
      if (sha256 !== undefined && instances !== undefined)
        all.push({ sha256, madeFor: instances, revision: String(revision) });
    }
    return all;
  }

  removeMade({ sha256, revision }: MadeImage): Promise<boolean> {
    return this.#bucket.removeRevision(checked(sha256), Number(revision));
  }

  /** The bytes of an image from first to last. Throws `IMAGE_NOT_FOUND`; while reading `IMAGE_DAMAGED`, at the latest after the last byte. */
  async open(sha256: string, signal?: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const found = await this.#bucket.read(checked(sha256), signal);
    if (!found) throw new StoredImageMissingError(sha256);
    return verified(sha256, found.bytes, found.content, 'what the store holds');
  }

  /** Removes an image; false when it is not there. */
  async remove(sha256: string): Promise<boolean> {
    return (await this.#bucket.remove(checked(sha256))) > 0;
  }

  /** Removes what unfinished uploads left behind; only at a start, while nobody uploads. Returns how many. */
  sweep(): Promise<number> {
    return this.#bucket.sweep();
  }
}

function checked(sha256: string): string {
  if (!/^[0-9a-f]{64}$/.test(sha256)) throw new InvalidInputError('sha256', 'expected 64 hexadecimal digits');
  return sha256;
}

/** Passes bytes on and throws at the end unless they were the right ones. */
async function* verified(
  sha256: string,
  bytes: number,
  content: AsyncIterable<Uint8Array>,
  what: string,
): AsyncIterable<Uint8Array> {
  const hash = createHash('sha256');
  let size = 0;
  for await (const piece of content) {
    size += piece.length;
    if (size > bytes) break;
    hash.update(piece);
    yield piece;
  }
  if (size !== bytes)
    throw new ImageDamagedError(sha256, `${what} has ${size > bytes ? 'more than' : size} of ${bytes} bytes`);
  if (hash.digest('hex') !== sha256) throw new ImageDamagedError(sha256, `${what} has another hash`);
}
