import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidInputError } from '@chronovirt/contract';
import type { ImageFormat } from '@chronovirt/contract';
import { ImageNotFoundError } from './image-errors.ts';
import type { ImageSource } from './image-source.ts';
import { inspectImage } from './inspect-image.ts';
import type { ImageFacts } from './inspect-image.ts';

const sha256Pattern = /^[0-9a-f]{64}$/;

/** Images in a directory, each under the SHA-256 of its content; an image is there whole or not at all. */
export class DirectoryImageStore implements ImageSource {
  readonly #directory: string;
  constructor(directory: string) {
    this.#directory = directory;
  }

  async open(sha256: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const file = this.#fileOf(sha256);
    const there = await stat(file).then(
      () => true,
      (cause: NodeJS.ErrnoException) => {
        if (cause.code !== 'ENOENT') throw cause;
        return false;
      },
    );
    if (!there) throw new ImageNotFoundError(sha256);
    return createReadStream(file, { signal, highWaterMark: 1024 * 1024 });
  }

  /** Takes an image in: reads it to its end, refuses what must not be booted (`IMAGE_UNACCEPTABLE`), then stores it under its hash. */
  async put(
    content: AsyncIterable<Uint8Array>,
    declared?: ImageFormat,
  ): Promise<ImageFacts & { readonly sha256: string }> {
    await mkdir(this.#directory, { recursive: true, mode: 0o711 });
    const temporary = join(this.#directory, `.incoming.${randomUUID()}`);
    try {
      const hash = createHash('sha256');
      const handle = await open(temporary, 'wx', 0o644);
      try {
        for await (const chunk of content) {
          hash.update(chunk);
          await handle.writeFile(chunk);
        }
        await handle.sync();
      } finally {
        await handle.close();
      }
      const facts = await inspectImage(temporary, declared);
      const sha256 = hash.digest('hex');
      await rename(temporary, this.#fileOf(sha256));
      return { ...facts, sha256 };
    } finally {
      await rm(temporary, { force: true });
    }
  }

  #fileOf(sha256: string): string {
    if (!sha256Pattern.test(sha256))
      throw new InvalidInputError('sha256', 'expected 64 hexadecimal digits in lower case');
    return join(this.#directory, sha256);
  }
}
