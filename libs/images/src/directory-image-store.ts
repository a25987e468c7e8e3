import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { InvalidInputError } from '@chronovirt/contract';
import type { ImageFormat, MadeImage } from '@chronovirt/contract';
import { ImageNotFoundError } from './image-errors.ts';
import type { ImageStore, Keeping, KeptImage, Leave } from './image-store.ts';
import { inspectImage } from './inspect-image.ts';
import type { ImageFacts } from './inspect-image.ts';
import { notedImages, removeNote, removeNoted, writeNote } from './made-note.ts';

const sha256Pattern = /^[0-9a-f]{64}$/;

/** Images in a directory, each under the SHA-256 of its content; an image is there whole or not at all. */
export class DirectoryImageStore implements ImageStore {
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

  async find(sha256: string): Promise<KeptImage | null> {
    const file = this.#fileOf(sha256);
    try {
      const { format, bytes, virtualBytes } = await inspectImage(file, 'known');
      return { sha256, file, format, bytes, virtualBytes };
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
      throw cause;
    }
  }

  async keep(file: string, leave: Leave, { announce, madeFor }: Keeping = {}): Promise<KeptImage> {
    const { format, bytes, virtualBytes } = await inspectImage(file, 'known');
    const sha256 = await hashOf(file, leave.signal);
    const kept = { sha256, file: this.#fileOf(sha256), format, bytes, virtualBytes };
    await announce?.(kept);
    leave.check();
    await mkdir(this.#directory, { recursive: true, mode: 0o711 });
    await writeNote(this.#directory, sha256, madeFor);
    await rename(file, kept.file);
    return kept;
  }

  made(): Promise<MadeImage[]> {
    return notedImages(this.#directory);
  }

  removeMade(image: MadeImage): Promise<boolean> {
    return removeNoted(this.#directory, image);
  }

  async remove(sha256: string): Promise<boolean> {
    await removeNote(this.#directory, sha256);
    return await unlink(this.#fileOf(sha256)).then(
      () => true,
      (cause: NodeJS.ErrnoException) => {
        if (cause.code !== 'ENOENT') throw cause;
        return false;
      },
    );
  }

  #fileOf(sha256: string): string {
    if (!sha256Pattern.test(sha256))
      throw new InvalidInputError('sha256', 'expected 64 hexadecimal digits in lower case');
    return join(this.#directory, sha256);
  }
}

/** The hash of a file's content, after the content was made durable. */
async function hashOf(file: string, signal: AbortSignal): Promise<string> {
  const handle = await open(file, 'r+');
  try {
    await handle.chmod(0o644);
    await handle.sync();
    const hash = createHash('sha256');
    for await (const chunk of handle.createReadStream({ signal, highWaterMark: 1024 * 1024, autoClose: false }))
      hash.update(chunk as Uint8Array);
    return hash.digest('hex');
  } finally {
    await handle.close();
  }
}
