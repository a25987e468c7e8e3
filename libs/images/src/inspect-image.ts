/**
 * Decides whether a file may be booted as an image, from its own bytes alone. A file that points to others (backing file, external
 * data file) would let whoever uploads it read the host's files through the guest, so it is refused; so is what no reader of ours
 * understands, and a file whose content is not what it is said to be.
 */
import { open } from 'node:fs/promises';
import type { ImageFormat } from '@chronovirt/contract';
import { ImageUnacceptableError } from './image-errors.ts';
import {
  HEADER_BYTES,
  QCOW2_MAGIC,
  hasFeature,
  incompatible,
  parseQcow2Header,
  unknownFeatures,
} from './qcow2/header.ts';
import { wholeSectors } from './qcow2/overlay.ts';

/** What an acceptable image is. `bytes` of the file, `virtualBytes` that a guest sees. */
export interface ImageFacts {
  readonly format: ImageFormat;
  readonly bytes: number;
  readonly virtualBytes: number;
}

/** First bytes of formats that are neither qcow2 nor a plain disk; booting them as raw would fail in a way that nobody understands. */
const strangers: readonly (readonly [name: string, at: number, bytes: string, advice: string])[] = [
  ['a VMDK', 0, 'KDMV', 'convert it: qemu-img convert -O qcow2'],
  ['a VMDK description', 0, '# Disk DescriptorFile', 'convert it: qemu-img convert -O qcow2'],
  ['a VHDX', 0, 'vhdxfile', 'convert it: qemu-img convert -O qcow2'],
  ['a VHD', 0, 'conectix', 'convert it: qemu-img convert -O qcow2'],
  ['a VDI', 0x40, '\x7f\x10\xda\xbe', 'convert it: qemu-img convert -O qcow2'],
  ['a QED', 0, 'QED\0', 'convert it: qemu-img convert -O qcow2'],
  ['a Parallels disk', 0, 'WithoutFreeSpace', 'convert it: qemu-img convert -O qcow2'],
  ['a Parallels disk', 0, 'WithouFreSpacExt', 'convert it: qemu-img convert -O qcow2'],
  ['LUKS-encrypted', 0, 'LUKS\xba\xbe', 'upload it decrypted'],
  ['gzip-compressed', 0, '\x1f\x8b\x08', 'unpack it: gunzip'],
  ['xz-compressed', 0, '\xfd7zXZ\0', 'unpack it: unxz'],
  ['zstd-compressed', 0, '\x28\xb5\x2f\xfd', 'unpack it: unzstd'],
  ['bzip2-compressed', 0, 'BZh', 'unpack it: bunzip2'],
  ['a zip archive', 0, 'PK\x03\x04', 'unpack it: unzip'],
];

/**
 * Reads what `file` is. `declared` is what somebody says it is: another content is refused. Throws `IMAGE_UNACCEPTABLE` with the
 * reason; errors of the file system are passed on.
 */
export async function inspectImage(file: string, declared?: ImageFormat): Promise<ImageFacts> {
  const handle = await open(file, 'r');
  try {
    const { size: bytes } = await handle.stat();
    if (bytes === 0) throw new ImageUnacceptableError('the image is empty');
    const buffer = Buffer.alloc(Math.min(HEADER_BYTES, bytes));
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, 0);
    return inspectHead(buffer.subarray(0, bytesRead), bytes, declared);
  } finally {
    await handle.close();
  }
}

/** As `inspectImage`, from the first `HEADER_BYTES` of a file of `bytes` bytes: for whoever has them at hand while a file comes in. */
export function inspectHead(head: Buffer, bytes: number, declared?: ImageFormat): ImageFacts {
  const real: ImageFormat = head.length >= 4 && head.readUInt32BE(0) === QCOW2_MAGIC ? 'qcow2' : 'raw';
  if (declared !== undefined && declared !== real) {
    throw new ImageUnacceptableError(`the image is said to be ${declared} but its content is ${real}; say what it is`);
  }
  if (real === 'qcow2') return inspectQcow2(head, bytes);
  const stranger = strangers.find(([, at, magic]) => head.toString('latin1', at, at + magic.length) === magic);
  if (stranger !== undefined)
    throw new ImageUnacceptableError(`the image is ${stranger[0]}, expected qcow2 or raw; ${stranger[3]}`);
  return { format: 'raw', bytes, virtualBytes: wholeSectors(bytes) };
}

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
