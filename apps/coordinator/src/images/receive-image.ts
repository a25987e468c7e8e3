/** Takes images in: to a temporary file first, read once for hash and format, then into the store whole, or not at all. */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidInputError, type ImageFormat, type ImageProperties } from '@chronovirt/contract';
import { inspectImage } from '@chronovirt/images';
import type { Clock, Log } from '@chronovirt/runtime';
import type { ImageRecord, ImageStore } from '../http/ports.ts';
import { Problem } from '../http/problem.ts';

export interface Upload {
  readonly name: string;
  /** What the caller says that it is. */
  readonly format?: ImageFormat | undefined;
  readonly sha256?: string | undefined;
  readonly by: string;
  /** What it says of its guests; left out or empty: nothing is asked for, and what is there already will do. */
  readonly properties?: ImageProperties;
}

const prefix = 'incoming-';
/** A temporary file that nobody has written to for this long is of a process that is gone. */
const staleMs = 24 * 60 * 60 * 1000;

export class ImageReceiver {
  readonly #store: ImageStore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #directory: string;
  readonly #maxBytes: number;

  constructor(options: {
    images: ImageStore;
    clock: Clock;
    log: Log;
    config: { incomingDirectory: string; maxImageBytes: number };
  }) {
    this.#store = options.images;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#directory = options.config.incomingDirectory;
    this.#maxBytes = options.config.maxImageBytes;
  }

  /** Reads `content` to its end and stores it. Refusals name the reason; nothing is left of a refused or broken upload. */
  async receive(
    content: AsyncIterable<Uint8Array>,
    upload: Upload,
    signal: AbortSignal,
  ): Promise<{ image: ImageRecord; isNew: boolean }> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await this.#removeStale();
    const file = join(this.#directory, `${prefix}${randomUUID()}`);
    try {
      const sha256 = await this.#write(file, content, signal);
      if (upload.sha256 !== undefined && upload.sha256 !== sha256) {
        throw new InvalidInputError(
          'sha256',
          `the content hashes to ${sha256}, not to ${upload.sha256}: it was changed or cut on the way`,
        );
      }
      const known = await this.#store.find(sha256);
      // One that the system made for itself is this person's from now on, by the name that they give it.
      if (known !== null && known.madeFor === undefined)
        return { image: sameProperties(known, upload.properties), isNew: false };
      const facts = await inspectImage(file, upload.format);
      const image: ImageRecord = {
        sha256,
        name: upload.name,
        ...facts,
        ...(Object.keys(upload.properties ?? {}).length > 0 && { properties: upload.properties }),
        uploaded: this.#clock.now(),
        by: upload.by,
      };
      await this.#store.put(image, () => createReadStream(file, { highWaterMark: 1024 * 1024 }));
      this.#log.info(
        { sha256, name: image.name, bytes: image.bytes, format: image.format, by: upload.by },
        'image taken in',
      );
      return { image, isNew: known === null };
    } catch (error) {
      if (error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT')) {
        throw new Problem(
          507,
          'NO_ROOM',
          `the disk of ${this.#directory} is full: make room for the image and upload it again`,
        );
      }
      throw error;
    } finally {
      await rm(file, { force: true });
    }
  }

  async #write(file: string, content: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<string> {
    const hash = createHash('sha256');
    const handle = await open(file, 'wx', 0o600);
    let bytes = 0;
    try {
      for await (const chunk of content) {
        signal.throwIfAborted();
        bytes += chunk.length;
        if (bytes > this.#maxBytes) {
          throw new Problem(
            413,
            'IMAGE_TOO_LARGE',
            `the image is larger than the ${this.#maxBytes} bytes that are taken here`,
          );
        }
        hash.update(chunk);
        await handle.writeFile(chunk);
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    return hash.digest('hex');
  }

  async #removeStale(): Promise<void> {
    for (const name of await readdir(this.#directory)) {
      if (!name.startsWith(prefix)) continue;
      const file = join(this.#directory, name);
      const changed = await stat(file).then(
        ({ mtimeMs }) => mtimeMs,
        () => Number.POSITIVE_INFINITY,
      );
      if (Date.now() - changed > staleMs) await rm(file, { force: true });
    }
  }
}

/** An image is its content, and stored once: what it says of its guests is not changed behind the back of whoever uploaded it. */
function sameProperties(known: ImageRecord, asked: ImageProperties = {}): ImageRecord {
  const other = Object.entries(asked).filter(([name, value]) => (known.properties?.[name] ?? 'no') !== value);
  if (other.length === 0) return known;
  const wanted = other.map(([name, value]) => `${name}=${value}`).join(', ');
  throw new Problem(
    409,
    'IMAGE_EXISTS',
    `the content is in the store already, as ${known.name}, without ${wanted}; delete that image and upload it again`,
    { field: other[0]?.[0] ?? 'properties' },
  );
}
