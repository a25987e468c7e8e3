/**
 * Writes an empty qcow2 file: header, refcount table, refcount block, L1 table; nothing else exists yet. Done here and not by a child
 * process because a spawn makes several of them and a start of `qemu-img` costs more than all else that a spawn does on the disk.
 *
 * ```text
 * cluster   0        1               2               3 …
 *           header   refcount table  refcount block  L1 table (all zero: every read goes to the backing file)
 * ```
 */
import type { FileHandle } from 'node:fs/promises';
import { InvalidInputError } from '@chronovirt/contract';
import type { ImageFormat } from '@chronovirt/contract';
import { QCOW2_MAGIC } from './header.ts';

const CLUSTER = 65_536;
const BYTES_PER_L1_ENTRY = CLUSTER * (CLUSTER / 8);
/** The specification's limit for the name of a backing file. */
const LONGEST_NAME = 1023;
const LARGEST = 2 ** 50;

/** What lies beneath a new file. The format is written into the header, so that nobody ever guesses it from the content. */
export interface Backing {
  readonly file: string;
  readonly format: ImageFormat;
}

/** Rounds up to what a guest can see: whole sectors of 512 bytes. */
export const wholeSectors = (bytes: number): number => Math.ceil(bytes / 512) * 512;

/** Writes an empty qcow2 (version 3) of `virtualBytes` into a new file, over `backing` or over nothing. Does not sync it. */
export async function writeEmptyQcow2(file: FileHandle, virtualBytes: number, backing?: Backing): Promise<void> {
  if (!Number.isSafeInteger(virtualBytes) || virtualBytes <= 0 || virtualBytes > LARGEST) {
    throw new InvalidInputError('virtualBytes', `expected 1 to ${LARGEST} bytes, got ${virtualBytes}`);
  }
  const l1Entries = Math.ceil(virtualBytes / BYTES_PER_L1_ENTRY);
  const clusters = 3 + Math.ceil((l1Entries * 8) / CLUSTER);
  await file.write(header(wholeSectors(virtualBytes), l1Entries, backing), 0, null, 0);
  const refcountTable = Buffer.alloc(8);
  refcountTable.writeBigUInt64BE(BigInt(2 * CLUSTER));
  await file.write(refcountTable, 0, null, CLUSTER);
  const refcountBlock = Buffer.alloc(2 * clusters);
  for (let cluster = 0; cluster < clusters; cluster += 1) refcountBlock.writeUInt16BE(1, 2 * cluster);
  await file.write(refcountBlock, 0, null, 2 * CLUSTER);
  await file.truncate(clusters * CLUSTER);
}

function header(virtualBytes: number, l1Entries: number, backing: Backing | undefined): Buffer {
  const format = Buffer.from(backing?.format ?? '', 'utf8');
  const name = Buffer.from(backing?.file ?? '', 'utf8');
  if (name.length > LONGEST_NAME) {
    throw new InvalidInputError('backing.file', `expected a path of at most ${LONGEST_NAME} bytes, got ${name.length}`);
  }
  const extensionAt = 104;
  const extensionBytes = backing === undefined ? 0 : 8 + Math.ceil(format.length / 8) * 8;
  const nameAt = extensionAt + extensionBytes + 8;
  const bytes = Buffer.alloc(nameAt + name.length);
  bytes.writeUInt32BE(QCOW2_MAGIC, 0);
  bytes.writeUInt32BE(3, 4);
  bytes.writeBigUInt64BE(BigInt(backing === undefined ? 0 : nameAt), 8);
  bytes.writeUInt32BE(name.length, 16);
  bytes.writeUInt32BE(Math.log2(CLUSTER), 20);
  bytes.writeBigUInt64BE(BigInt(virtualBytes), 24);
  bytes.writeUInt32BE(l1Entries, 36);
  bytes.writeBigUInt64BE(BigInt(3 * CLUSTER), 40);
  bytes.writeBigUInt64BE(BigInt(CLUSTER), 48);
  bytes.writeUInt32BE(1, 56);
  bytes.writeUInt32BE(4, 96); // reference counts of 2^4 bits
  bytes.writeUInt32BE(extensionAt, 100);
  if (backing !== undefined) {
    bytes.writeUInt32BE(0xe2_79_2a_ca, extensionAt);
    bytes.writeUInt32BE(format.length, extensionAt + 4);
    format.copy(bytes, extensionAt + 8);
  }
  name.copy(bytes, nameAt);
  return bytes;
}
