import { LibvirtCodecError } from './codec-error.ts';
import { STRING_MAX } from './limits.ts';

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** Writes one packet in XDR: big endian, every item padded with zeros to four bytes. Grows as needed. */
export class XdrWriter {
  readonly procedure: string;
  private buffer: Buffer = Buffer.allocUnsafe(256);
  private offset = 0;

  /** `procedure` is what errors are reported against. */
  constructor(procedure: string) {
    this.procedure = procedure;
  }

  /** The bytes written so far; shares memory with the writer. */
  get bytes(): Buffer {
    return this.buffer.subarray(0, this.offset);
  }

  get length(): number {
    return this.offset;
  }

  i32(value: number, field: string): void {
    if (!Number.isInteger(value) || value < -0x8000_0000 || value > 0x7fff_ffff)
      this.fail(field, 'expected a 32-bit integer');
    this.offset = this.reserve(4).writeInt32BE(value, this.offset);
  }

  u32(value: number, field: string): void {
    if (!Number.isInteger(value) || value < 0 || value > 0xffff_ffff)
      this.fail(field, 'expected an unsigned 32-bit integer');
    this.offset = this.reserve(4).writeUInt32BE(value, this.offset);
  }

  i64(value: bigint, field: string): void {
    if (typeof value !== 'bigint' || value !== BigInt.asIntN(64, value)) this.fail(field, 'expected a 64-bit bigint');
    this.offset = this.reserve(8).writeBigInt64BE(value, this.offset);
  }

  u64(value: bigint, field: string): void {
    if (typeof value !== 'bigint' || value !== BigInt.asUintN(64, value))
      this.fail(field, 'expected an unsigned 64-bit bigint');
    this.offset = this.reserve(8).writeBigUInt64BE(value, this.offset);
  }

  f64(value: number, field: string): void {
    if (typeof value !== 'number') this.fail(field, 'expected a number');
    this.offset = this.reserve(8).writeDoubleBE(value, this.offset);
  }

  bool(value: boolean, field: string): void {
    if (typeof value !== 'boolean') this.fail(field, 'expected a boolean');
    this.offset = this.reserve(4).writeUInt32BE(value ? 1 : 0, this.offset);
  }

  str(value: string, field: string): void {
    // A NUL would end the string early in the daemon, a lone surrogate has no UTF-8 form: both would change what was meant.
    if (typeof value !== 'string' || value.includes('\0') || !value.isWellFormed())
      this.fail(field, 'expected well-formed text without NUL');
    const length = Buffer.byteLength(value);
    if (length > STRING_MAX) this.fail(field, `is ${length} bytes long, the protocol allows ${STRING_MAX}`);
    this.reserve(4 + padded(length)).writeUInt32BE(length, this.offset);
    this.buffer.write(value, this.offset + 4, length, 'utf8');
    this.pad(4 + length);
  }

  uuid(value: string, field: string): void {
    if (typeof value !== 'string' || !UUID.test(value)) this.fail(field, 'expected a uuid such as 8a1b…-…');
    this.offset += this.reserve(16).write(value.replaceAll('-', ''), this.offset, 16, 'hex');
  }

  /** Counted bytes. */
  bytesOf(value: Uint8Array, field: string, max: number): void {
    if (!(value instanceof Uint8Array)) this.fail(field, 'expected bytes');
    if (value.length > max) this.fail(field, `is ${value.length} bytes long, the protocol allows ${max}`);
    this.reserve(4 + padded(value.length)).writeUInt32BE(value.length, this.offset);
    this.buffer.set(value, this.offset + 4);
    this.pad(4 + value.length);
  }

  /** C chars, each in a word of its own; exactly `fixed` of them, or counted and at most `max`. */
  chars(value: Uint8Array, field: string, max: number, fixed: boolean): void {
    if (!(value instanceof Uint8Array)) this.fail(field, 'expected bytes');
    if (fixed ? value.length !== max : value.length > max)
      this.fail(field, `has ${value.length} chars, the protocol ${fixed ? 'wants' : 'allows'} ${max}`);
    if (!fixed) this.u32(value.length, field);
    this.reserve(4 * value.length);
    for (const char of value) this.offset = this.buffer.writeInt32BE((char << 24) >> 24, this.offset);
  }

  /** Presence flag of an optional; true when the value must follow. */
  present<T>(value: T | null, field: string): value is T & {} {
    if (value === undefined) this.fail(field, 'expected a value or null');
    this.bool(value !== null, field);
    return value !== null;
  }

  list<T>(values: readonly T[], field: string, max: number, write: (writer: XdrWriter, value: T) => void): void {
    if (!Array.isArray(values)) this.fail(field, 'expected a list');
    if (values.length > max) this.fail(field, `has ${values.length} items, the protocol allows ${max}`);
    this.u32(values.length, field);
    for (const value of values) write(this, value);
  }

  /** Bytes as they are, without count or padding. */
  raw(value: Uint8Array): void {
    this.reserve(value.length).set(value, this.offset);
    this.offset += value.length;
  }

  fail(field: string, expected: string): never {
    throw new LibvirtCodecError(this.procedure, field, this.offset, expected);
  }

  private pad(length: number): void {
    const end = this.offset + padded(length);
    this.buffer.fill(0, this.offset + length, end);
    this.offset = end;
  }

  private reserve(length: number): Buffer {
    const wanted = this.offset + length;
    if (wanted > this.buffer.length) {
      const grown = Buffer.allocUnsafe(Math.max(wanted, this.buffer.length * 2));
      this.buffer.copy(grown, 0, 0, this.offset);
      this.buffer = grown;
    }
    return this.buffer;
  }
}

function padded(length: number): number {
  return (length + 3) & ~3;
}
