import { ChronovirtError } from '@chronovirt/contract';

/** The store does not hold an image of that content. */
export class StoredImageMissingError extends ChronovirtError {
  constructor(sha256: string) {
    super('IMAGE_NOT_FOUND', `no image with SHA-256 ${sha256} in the store; upload it first`);
  }
}

/** The bytes of an image are not those that its hash names: what was sent in, or what was read back. */
export class ImageDamagedError extends ChronovirtError {
  constructor(sha256: string, why: string) {
    super('IMAGE_DAMAGED', `image ${sha256}: ${why}`);
  }
}

/** The server has no room for another object. */
export class ObjectStoreFullError extends ChronovirtError {
  constructor(bucket: string, why: string) {
    super('OBJECT_STORE_FULL', `bucket ${bucket}: ${why}; remove images, or raise the server's max_file_store`);
  }
}

/** There is no such bucket, and this user may not make it; the coordinator does at its start. */
export class ObjectStoreMissingError extends ChronovirtError {
  constructor(bucket: string) {
    super('OBJECT_STORE_MISSING', `there is no bucket ${bucket}; start the coordinator`, { retry: 'later' });
  }
}

/** A sealed secret is not what was sealed, or not under this key. Says nothing of the content. */
export class SecretDamagedError extends ChronovirtError {
  constructor(object: string, why: string, cause?: unknown) {
    super('SECRET_DAMAGED', `secret ${object}: ${why}`, { cause });
  }
}

/** A sealed secret is not in the store. */
export class SecretMissingError extends ChronovirtError {
  constructor(object: string) {
    super('SECRET_MISSING', `secret ${object} is not in the store`);
  }
}

/** A data key was wrapped by another wrapping key than the one at hand. */
export class WrappingKeyError extends ChronovirtError {
  constructor(needs: string, has: string) {
    super('SECRET_KEY_UNKNOWN', `the data key was wrapped by key ${needs}; the key file here holds ${has}`);
  }
}
