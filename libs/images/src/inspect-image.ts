/**
 * Decides whether a file may be booted as an image, from its own bytes alone. A file that points to others (backing file, external
 * data file) would let whoever uploads it read the host's files through the guest, so it is refused; so is what no reader of ours
 * understands, and a file whose content is not what it is said to be.
 */
import { open } from 'node:fs/promises';
import { IMAGE_HEAD_BYTES, judgeImage } from '@chronovirt/contract';
import type { ImageFormat } from '@chronovirt/contract';
import { ImageUnacceptableError } from './image-errors.ts';
import { QCOW2_MAGIC, hasFeature, incompatible, parseQcow2Header, unknownFeatures } from './qcow2/header.ts';
import { wholeSectors } from './qcow2/overlay.ts';

/** What an acceptable image is. `bytes` of the file, `virtualBytes` that a guest sees. */
export interface ImageFacts {
  readonly format: ImageFormat;
  readonly bytes: number;
  readonly virtualBytes: number;
}

/**
 * What is said of a file: its format; `known` = it was taken in before, or made here, so a raw disk need not look like one; left out = nothing,
 * and it has to.
 */
export type Said = ImageFormat | 'known';

/** Reads what `file` is; another content than said is refused. Throws `IMAGE_UNACCEPTABLE` with the reason; errors of the file system are passed on. */
export async function inspectImage(file: string, said?: Said): Promise<ImageFacts> {
  const handle = await open(file, 'r');
  try {
    const { size: bytes } = await handle.stat();
    if (bytes === 0) throw new ImageUnacceptableError('the image is empty');
    const buffer = Buffer.alloc(Math.min(IMAGE_HEAD_BYTES, bytes));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return inspectHead(buffer.subarray(0, bytesRead), bytes, said);
  } finally {
    await handle.close();
  }
}

/** As `inspectImage`, from the first `IMAGE_HEAD_BYTES` of a file of `bytes` bytes: for whoever has them at hand while a file comes in. */
export function inspectHead(head: Buffer, bytes: number, said?: Said): ImageFacts {
  if (isQcow2(head) && said !== 'raw') return inspectQcow2(head, bytes);
  const verdict = judgeImage(head, said === 'known' ? 'raw' : said);
  if ('why' in verdict) throw new ImageUnacceptableError(`the image ${verdict.why}; ${verdict.advice}`);
  return { format: 'raw', bytes, virtualBytes: wholeSectors(bytes) };
}

const isQcow2 = (head: Buffer): boolean => head.length >= 4 && head.readUInt32BE(0) === QCOW2_MAGIC;

function inspectQcow2(head: Buffer, bytes: number): ImageFacts {
  const header = parseQcow2Header(head);
  if (header.backingFile !== null) {
    throw new ImageUnacceptableError(
      `the image needs a backing file (${JSON.stringify(header.backingFile)}), which is not allowed; flatten it: qemu-img convert -O qcow2`,
    );
  }
  if (header.dataFile || hasFeature(header, incompatible.externalData)) {
    throw new ImageUnacceptableError(
      'the image keeps its data in another file, which is not allowed; convert it: qemu-img convert -O qcow2',
    );
  }
  if (header.encrypted) throw new ImageUnacceptableError('the image is encrypted; upload it decrypted');
  const unknown = unknownFeatures(header);
  if (unknown.length > 0) {
    throw new ImageUnacceptableError(
      `the image uses unknown qcow2 features (bits ${unknown.join(', ')}); convert it: qemu-img convert -O qcow2`,
    );
  }
  if (hasFeature(header, incompatible.corrupt) || hasFeature(header, incompatible.dirty)) {
    throw new ImageUnacceptableError(
      'the image is marked as damaged or not closed properly; repair it: qemu-img check -r all',
    );
  }
  if (header.virtualBytes === 0) throw new ImageUnacceptableError('the image has a disk of 0 bytes');
  if (header.tables.some(([offset, length]) => offset + length > BigInt(bytes))) {
    throw new ImageUnacceptableError(
      'the image is cut off: its tables lie beyond the end of the file; upload it again',
    );
  }
  return { format: 'qcow2', bytes, virtualBytes: header.virtualBytes };
}
