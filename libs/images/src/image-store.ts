import type { ImageFormat, InstanceUuid, MadeImages } from '@chronovirt/contract';
import type { ImageSource } from './image-source.ts';

/** An image that is whole and in its place. `file` is read only: other images and guests may rest on it. */
export interface KeptImage {
  readonly sha256: string;
  readonly file: string;
  readonly format: ImageFormat;
  readonly bytes: number;
  /** Size that a guest sees. */
  readonly virtualBytes: number;
}

/** Ends a long piece of work early, with the signal's reason; `check` is asked once more before the result gets its name. */
export interface Leave {
  readonly signal: AbortSignal;
  check(): void;
}

/** What is said of an image that is taken over. */
export interface Keeping {
  /** Hears what it is just before, so that whoever made it can write that down first. */
  readonly announce?: (image: KeptImage) => Promise<void>;
  /** The instance that the system made it for; left out: it is a person's. */
  readonly madeFor?: InstanceUuid | undefined;
}

/** The images that a host itself keeps, by the hash of their content: each whole or not at all. */
export interface ImageStore extends ImageSource, MadeImages {
  /** The image, or null when it is not here. */
  find(sha256: string): Promise<KeptImage | null>;
  /**
   * Takes a finished file over by renaming it: it must lie on the same file system. Throws `IMAGE_UNACCEPTABLE` for what must not be
   * booted.
   */
  keep(file: string, leave: Leave, about?: Keeping): Promise<KeptImage>;
  /** Takes an image out, whosesoever it is; false when it is not here. Disks that rest on a copy elsewhere do not notice. */
  remove(sha256: string): Promise<boolean>;
}
