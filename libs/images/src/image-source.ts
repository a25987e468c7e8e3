/** Where a host gets images from, by the hash of their content. */
export interface ImageSource {
  /** The bytes of an image from its first to its last; throws `IMAGE_NOT_FOUND`. Ends early with the signal's reason. The reader checks the hash. */
  open(sha256: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>>;
}
