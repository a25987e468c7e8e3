/** The image store in a directory: content and record side by side, both by SHA-256. For one machine without an object store. */
import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { imageRef, madeFor, recordAfter, type MadeImage, type MadeImages } from '@chronovirt/contract';
import { ImageNotFoundError } from '@chronovirt/images';
import { z } from 'zod';
import type { ImageRecord, ImageStore } from '../http/ports.ts';

const recordSchema = imageRef.extend({ uploaded: z.int(), by: z.string(), madeFor: madeFor.exactOptional() });
/** As it lies in the directory: another revision with each time that it is brought. */
const fileSchema = z.strictObject({ revision: z.string(), record: recordSchema });

/** The record is renamed into place last, so an image is there when its record is: complete or not at all. */
export class DirectoryImages implements ImageStore, MadeImages {
  readonly #directory: string;
  constructor(directory: string) {
    this.#directory = directory;
  }

  async list(): Promise<ImageRecord[]> {
    const names = await readdir(this.#directory).catch(notThere(() => []));
    const hashes = names.filter((name) => /^[0-9a-f]{64}\.json$/.test(name)).map((name) => name.slice(0, 64));
    const records = await Promise.all(hashes.map((sha256) => this.find(sha256)));
    return records.filter((record) => record !== null);
  }

  async find(sha256: string): Promise<ImageRecord | null> {
    return (await this.#read(sha256))?.record ?? null;
  }

  async put(brought: ImageRecord, content: () => AsyncIterable<Uint8Array>): Promise<void> {
    const known = await this.find(brought.sha256);
    const record = recordAfter(known, brought);
    if (record === known) return;
    await mkdir(this.#directory, { recursive: true, mode: 0o711 });
    const temporary = join(this.#directory, `.${randomUUID()}`);
    try {
      if (known === null) {
        await pipeline(content(), createWriteStream(temporary, { mode: 0o644, flush: true }));
        await rename(temporary, this.#contentOf(record.sha256));
      }
      const text = JSON.stringify({ revision: randomUUID(), record });
      await writeFile(temporary, text, { mode: 0o644, flush: true });
      await rename(temporary, this.#recordOf(record.sha256));
    } finally {
      await rm(temporary, { force: true });
    }
  }

  async made(): Promise<MadeImage[]> {
    const all = await Promise.all((await this.list()).map(({ sha256 }) => this.#read(sha256)));
    return all.flatMap((file) => {
      const { sha256, madeFor: instances } = file?.record ?? {};
      if (file === null || sha256 === undefined || instances === undefined) return [];
      return [{ sha256, madeFor: [...instances], revision: file.revision }];
    });
  }

  async removeMade({ sha256, revision }: MadeImage): Promise<boolean> {
    const known = await this.#read(sha256);
    return known?.record.madeFor !== undefined && known.revision === revision && (await this.remove(sha256));
  }

  async remove(sha256: string): Promise<boolean> {
    if ((await this.find(sha256)) === null) return false;
    await rm(this.#recordOf(sha256), { force: true });
    await rm(this.#contentOf(sha256), { force: true });
    return true;
  }

  /** The bytes of an image, for a host that boots it. Throws `IMAGE_NOT_FOUND`. */
  async open(sha256: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    if ((await this.find(sha256)) === null) throw new ImageNotFoundError(sha256);
    return createReadStream(this.#contentOf(sha256), { signal, highWaterMark: 1024 * 1024 });
  }

  async #read(sha256: string): Promise<z.infer<typeof fileSchema> | null> {
    const text = await readFile(this.#recordOf(sha256), 'utf8').catch(notThere(() => null));
    return text === null ? null : fileSchema.parse(JSON.parse(text));
  }

  #contentOf(sha256: string): string {
    return join(this.#directory, sha256);
  }

  #recordOf(sha256: string): string {
    return join(this.#directory, `${sha256}.json`);
  }
}

function notThere<T>(instead: () => T): (error: NodeJS.ErrnoException) => T {
  return (error) => {
    if (error.code !== 'ENOENT') throw error;
    return instead();
  };
}
