import type { ImageRef, InstanceUuid } from '@chronovirt/contract';

/** Where a host gets images from, by the hash of their content. */
export interface ImageSource {
  /** The bytes of an image from its first to its last; throws `IMAGE_NOT_FOUND`. Ends early with the signal's reason. The reader checks the hash. */
  open(sha256: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
}

/** What is asked of other hosts: an image by its hash, and where it is to lie. */
export interface FetchOrder {
  readonly sha256: string;
  readonly to: string;
  /** While it comes in it lies under `to` and this ending, which no other run has. */
  readonly ending: string;
  readonly signal: AbortSignal;
}

/** Other hosts, which hand out images to files: broken connections are made again and go on where they broke off. */
export interface ImageFetcher {
  /** Ends with the image at `to`, its hash checked, there whole or not at all. Throws `IMAGE_NOT_FOUND` when nobody has it. */
  fetch(order: FetchOrder): Promise<void>;
}

/** An image as its maker brings it. `madeFor`: the instances that the system made it for; left out: it is a person's. */
export interface BroughtImage extends ImageRef {
  readonly madeFor?: readonly InstanceUuid[];
}

/** Where images go that were made on a host, so that they outlive it. */
export interface ImageSink {
  /** Stores an image under its hash, whole or not at all. What is there already is not sent again; a person's stays a person's. */
  put(image: BroughtImage, content: () => AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>;
}
