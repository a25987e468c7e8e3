/**
 * The header of a qcow2 file, read by ourselves: nothing is opened that the header points to, which is what makes it safe to look at
 * a file that a stranger has uploaded. All numbers are big endian.
 */
import { ImageUnacceptableError } from '../image-errors.ts';

export const QCOW2_MAGIC = 0x51_46_49_fb;

/** Bits of the field of incompatible features (version 3). A reader that does not know a set bit must not open the file. */
export const incompatible = { dirty: 0n, corrupt: 1n, externalData: 2n, compressionType: 3n, extendedL2: 4n } as const;

const extensionType = {
  end: 0,
  backingFormat: 0xe2_79_2a_ca,
  dataFile: 0x44_41_54_41,
  encryption: 0x05_37_be_77,
} as const;

/** What a header says. Sizes in bytes. */
export interface Qcow2Header {
  readonly version: 2 | 3;
  readonly virtualBytes: number;
  readonly clusterBytes: number;
  readonly backingFile: string | null;
  readonly backingFormat: string | null;
  readonly dataFile: boolean;
  readonly encrypted: boolean;
  /** Bit field; 0n in version 2. */
  readonly incompatibleFeatures: bigint;
  readonly snapshots: number;
  /** Where the tables lie that the header points to: [offset, length]. */
  readonly tables: readonly (readonly [bigint, bigint])[];
}

/** Bytes from the start of a file that hold every header of a file with clusters of up to 2 MiB in practice: extensions end far before. */
export const HEADER_BYTES = 64 * 1024;

/** Reads the header from the first bytes of a file; throws `IMAGE_UNACCEPTABLE` when it is none or makes no sense. */
export function parseQcow2Header(head: Buffer): Qcow2Header {
  if (head.length < 72 || head.readUInt32BE(0) !== QCOW2_MAGIC) throw new ImageUnacceptableError('not a qcow2 file');
  const version = head.readUInt32BE(4);
  if (version !== 2 && version !== 3) {
    throw new ImageUnacceptableError(`qcow version ${version} is not supported; convert it: qemu-img convert -O qcow2`);
  }
  if (version === 3 && head.length < 104) throw new ImageUnacceptableError('the qcow2 header is cut off');
  const clusterBits = head.readUInt32BE(20);
  if (clusterBits < 9 || clusterBits > 21) {
    throw new ImageUnacceptableError(
      `the qcow2 header names clusters of 2^${clusterBits} bytes; 2^9 to 2^21 are possible`,
    );
  }
  const headerLength = version === 3 ? head.readUInt32BE(100) : 72;
  if (version === 3 && (headerLength < 104 || headerLength > head.length)) {
    throw new ImageUnacceptableError(`the qcow2 header claims to be ${headerLength} bytes long`);
  }
  const size = head.readBigUInt64BE(24);
  if (size > BigInt(Number.MAX_SAFE_INTEGER))
    throw new ImageUnacceptableError('the qcow2 header names an impossible disk size');
  const extensions = readExtensions(head, headerLength);
  return {
    version,
    virtualBytes: Number(size),
    clusterBytes: 2 ** clusterBits,
    backingFile: readBackingFile(head),
    backingFormat: extensions.get(extensionType.backingFormat)?.toString('utf8') ?? null,
    dataFile: extensions.has(extensionType.dataFile),
    encrypted: head.readUInt32BE(32) !== 0 || extensions.has(extensionType.encryption),
    incompatibleFeatures: version === 3 ? head.readBigUInt64BE(72) : 0n,
    snapshots: head.readUInt32BE(60),
    tables: [
      [head.readBigUInt64BE(40), BigInt(head.readUInt32BE(36)) * 8n],
      [head.readBigUInt64BE(48), BigInt(head.readUInt32BE(56)) * BigInt(2 ** clusterBits)],
    ],
  };
}

/** Whether a bit of `incompatible` is set. */
export function hasFeature(header: Qcow2Header, bit: bigint): boolean {
  return ((header.incompatibleFeatures >> bit) & 1n) === 1n;
}

/** Set bits that this reader does not know, lowest first. */
export function unknownFeatures(header: Qcow2Header): number[] {
  const known = Object.values<bigint>(incompatible).reduce((bits, bit) => bits | (1n << bit), 0n);
  const unknown = header.incompatibleFeatures & ~known;
  return Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => ((unknown >> BigInt(bit)) & 1n) === 1n);
}

function readBackingFile(head: Buffer): string | null {
  const offset = head.readBigUInt64BE(8);
  const length = head.readUInt32BE(16);
  if (offset === 0n) return null;
  const end = offset + BigInt(length);
  return end <= BigInt(head.length)
    ? head.toString('utf8', Number(offset), Number(end))
    : '(name outside of the header)';
}

function readExtensions(head: Buffer, start: number): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = start; at + 8 <= head.length;) {
    const type = head.readUInt32BE(at);
    const length = head.readUInt32BE(at + 4);
    if (type === extensionType.end) break;
    if (at + 8 + length > head.length) throw new ImageUnacceptableError('an extension of the qcow2 header is cut off');
    found.set(type, head.subarray(at + 8, at + 8 + length));
    at += 8 + Math.ceil(length / 8) * 8;
  }
  return found;
}
