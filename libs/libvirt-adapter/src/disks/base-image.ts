/** Images on this host, each once, under the hash of its content; every instance's disk is an overlay on one. */
import { createHash } from 'node:crypto';
import { link, mkdir, rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { ChronovirtError, DriverError } from '@chronovirt/contract';
import type { EffectContext, ImageFormat } from '@chronovirt/contract';
import { ImageUnacceptableError, inspectImage } from '@chronovirt/images';
import type { ImageFetcher, ImageSource, ImageStore } from '@chronovirt/images';
import type { InstanceDirectory } from './instance-directory.ts';
import { temporaryName } from './temporary-name.ts';
import { nothingThere, writeWhole } from './whole-file.ts';

export interface BaseImage {
  readonly sha256: string;
  readonly format: ImageFormat;
}

/** Where a base image lies. */
export const baseFile = (directory: InstanceDirectory, image: BaseImage): string =>
  join(directory.base, `${image.sha256}.${image.format}`);

export class BaseImages {
  readonly #kept: Pick<ImageStore, 'find'>;
  readonly #source: ImageSource;
  readonly #peers: ImageFetcher | null;
  /** One download per image at a time: who comes second waits and then finds it there. */
  readonly #fetching = new Map<string, Promise<unknown>>();

  /** Images come from what this host keeps, else from the cluster's store, else from other hosts. */
  constructor(kept: Pick<ImageStore, 'find'>, source: ImageSource, peers: ImageFetcher | null) {
    this.#kept = kept;
    this.#source = source;
    this.#peers = peers;
  }

  /**
   * Sees to it that an image is in the base directory, and returns its path. Fetches it into the instance's own directory, checks
   * hash and format, then moves it. Throws `IMAGE_NOT_FOUND` or `IMAGE_UNACCEPTABLE`.
   */
  async ensure(directory: InstanceDirectory, image: BaseImage, context: EffectContext): Promise<string> {
    const target = baseFile(directory, image);
    // To be counted on it has to be touched and found: who clears the cache spares what was touched (`manageImageCache`).
    while (!(await touch(target))) {
      const other = this.#fetching.get(target);
      if (other !== undefined) {
        await waitFor(other, context.permit.signal);
        continue;
      }
      const fetching = this.#fetch(directory, image, target, context);
      this.#fetching.set(target, fetching);
      try {
        await fetching;
      } finally {
        this.#fetching.delete(target);
      }
    }
    return target;
  }

  async #fetch(directory: InstanceDirectory, image: BaseImage, target: string, context: EffectContext): Promise<void> {
    context.permit.check();
    await mkdir(directory.base, { recursive: true, mode: 0o711 });
    const { signal } = context.permit;
    if (await this.#linkKept(image, target)) return;
    const file = directory.file('base');
    const content = await this.#source.open(image.sha256, signal).catch(asDriverError).catch(unlessMissing);
    if (content instanceof ChronovirtError) {
      if (this.#peers === null) throw content;
      return await this.#fetchFromPeers(image, temporaryName(file, context), target, context, content);
    }
    const fetched = { bytes: 0 };
    await writeWhole(
      file,
      context,
      async (handle) => {
        const hash = createHash('sha256');
        for await (const chunk of content) {
          signal.throwIfAborted();
          hash.update(chunk);
          await handle.writeFile(chunk);
          fetched.bytes += chunk.length;
          context.progress(`fetching image, ${Math.round(fetched.bytes / 2 ** 20)} MiB`);
        }
        if (hash.digest('hex') !== image.sha256)
          throw new ImageUnacceptableError('the image came in damaged: its hash is not the expected one');
        await inspectImage(temporaryName(file, context), image.format);
      },
      { mode: 0o644, target },
    );
  }

  /** An image that was made here is not copied: it gets a second name, which may go again by itself. */
  async #linkKept(image: BaseImage, target: string): Promise<boolean> {
    const kept = await this.#kept.find(image.sha256);
    if (kept === null) return false;
    if (kept.format !== image.format) throw formatDiffers(kept.format, image);
    // One file under two names: it is not to look old under the second one for a moment.
    await touch(kept.file);
    await link(kept.file, target).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    });
    return true;
  }

  /** `missing`: why the store did not give it; what is told when nobody else has it either. */
  async #fetchFromPeers(
    image: BaseImage,
    file: string,
    target: string,
    context: EffectContext,
    missing: ChronovirtError,
  ): Promise<void> {
    const { signal } = context.permit;
    context.progress('fetching image from another host');
    try {
      const order = { sha256: image.sha256, to: file, ending: temporaryName('', context), signal };
      const found = await this.#peers?.fetch(order).catch(asDriverError).catch(unlessMissing);
      if (found instanceof ChronovirtError) throw missing;
      await inspectImage(file, image.format);
      context.permit.check();
      await rename(file, target);
    } finally {
      await rm(file, { force: true });
    }
  }
}

/** For `catch`: an image that is not there, or a store that does not answer, is for others to make good. */
function unlessMissing(error: unknown): ChronovirtError {
  if (error instanceof ChronovirtError && error.code === 'IMAGE_NOT_FOUND') return error;
  throw error;
}

const formatDiffers = (real: string, image: BaseImage): ImageUnacceptableError =>
  new ImageUnacceptableError(`the image is said to be ${image.format} but its content is ${real}; say what it is`);

/** Says that an image is wanted again, so that it does not count as old; false when it is not there. */
async function touch(file: string): Promise<boolean> {
  const now = new Date();
  return (await utimes(file, now, now).catch(nothingThere)) !== null;
}

async function waitFor(other: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const aborted = Promise.withResolvers<never>();
  const abort = (): void => aborted.reject(signal.reason);
  signal.addEventListener('abort', abort, { once: true });
  try {
    signal.throwIfAborted();
    // Its failure is its own; the next round looks and fetches itself.
    await Promise.race([other.catch(() => {}), aborted.promise]);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function asDriverError(cause: unknown): never {
  if (cause instanceof ChronovirtError) throw cause;
  throw new DriverError('IMAGE_NOT_FOUND', 'the image store does not answer; see the cause', { retry: 'later', cause });
}
