export { ImageNotFoundError, ImageUnacceptableError } from './image-errors.ts';
export { inspectHead, inspectImage } from './inspect-image.ts';
export type { ImageFacts } from './inspect-image.ts';
export type { ImageSource } from './image-source.ts';
export { DirectoryImageStore } from './directory-image-store.ts';
export { HEADER_BYTES, parseQcow2Header } from './qcow2/header.ts';
export type { Qcow2Header } from './qcow2/header.ts';
export { wholeSectors, writeEmptyQcow2 } from './qcow2/overlay.ts';
export type { Backing } from './qcow2/overlay.ts';
