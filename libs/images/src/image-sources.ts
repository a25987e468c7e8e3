import type { ImageSource } from './image-source.ts';
import { ImageNotFoundError } from './image-errors.ts';

/**
 * Several sources as one, asked in their order: what this host keeps, the cluster's store, other hosts. One that does not have the
 * image, or does not answer, is passed over; when all were, the first that did not answer is what is told, since it may have it.
 */
export class ImageSources implements ImageSource {
  readonly #sources: readonly ImageSource[];
  constructor(sources: readonly ImageSource[]) {
    this.#sources = sources;
  }

  async open(sha256: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    let unanswered: unknown;
    for (const source of this.#sources) {
      signal.throwIfAborted();
      try {
        return await source.open(sha256, signal);
      } catch (error) {
        signal.throwIfAborted();
        if ((error as { code?: string }).code !== 'IMAGE_NOT_FOUND') unanswered ??= error;
      }
    }
    throw unanswered ?? new ImageNotFoundError(sha256);
  }
}
