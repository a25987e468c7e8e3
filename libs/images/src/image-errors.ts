import { ChronovirtError } from '@chronovirt/contract';

/** An image that must not be booted: what is wrong with it, and what to do. Uploading or spawning it again changes nothing. */
export class ImageUnacceptableError extends ChronovirtError {
  constructor(why: string, cause?: unknown) {
    super('IMAGE_UNACCEPTABLE', why, { cause });
  }
}

/** The store does not hold an image of that content. */
export class ImageNotFoundError extends ChronovirtError {
  constructor(sha256: string, cause?: unknown) {
    super('IMAGE_NOT_FOUND', `no image with SHA-256 ${sha256} in the store; upload it first`, { cause });
  }
}
