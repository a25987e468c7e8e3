import { isUtf8 } from 'node:buffer';
import { LibvirtCodecError } from './codec-error.ts';
import { STRING_MAX } from './limits.ts';

/** Reads one body in XDR. Every length is checked before it is used; bytes are handed out as views, not copies. */
export class XdrReader {
  readonly procedure: string;
  private readonly buffer: Buffer;
  private offset: number;

  /** Reads `buffer` from `offset` to its end; `procedure` is what errors are reported against. */
  constructor(procedure: string, buffer: Buffer, offset = 0) {
    this.procedure = procedure;
    this.buffer = buffer;
    this.offset = offset;
  }

  i32(field: string): number {
    return this.buffer.readInt32BE(this.take(4, field));
  }

  u32(field: string): number {
    return this.buffer.readUInt32BE(this.take(4, field));
  }

  i64(field: string): bigint {
    return this.buffer.readBigInt64BE(this.take(8, field));
  }

  u64(field: string): bigint {
    return this.buffer.readBigUInt64BE(this.take(8, field));
  }

  f64(field: string): number {
    return this.buffer.readDoubleBE(this.take(8, field));
  }

  bool(field: string): boolean {
    const word = this.u32(field);
    if (word > 1) this.fail(field, 'expected a boolean, 0 or 1');
    return word === 1;
  }

  str(field: string): string {
    const length = this.count(field, STRING_MAX, 'bytes');
    const start = this.padded(length, field);
    const text = this.buffer.toString('utf8', start, start + length);
    // Undecodable bytes become U+FFFD; the text may also hold a real one.
    if (text.includes('\ufffd') && !isUtf8(this.buffer.subarray(start, start + length)))
      this.fail(field, 'expected UTF-8');
    if (text.includes('\0')) this.fail(field, 'expected text without NUL');
    return text;
  }

  uuid(field: string): string {
    const start = this.take(16, field);
    const hex = this.buffer.toString('hex', start, start + 16);
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }

  /** Counted bytes, as a view of the packet. */
  bytesOf(field: string, max: number): Uint8Array {
    const length = this.count(field, max, 'bytes');
    const start = this.padded(length, field);
    return this.buffer.subarray(start, start + length);
  }

  /** C chars, each in a word of its own; exactly `fixed` of them, or counted and at most `max`. */
  chars(field: string, max: number, fixed: boolean): Uint8Array {
    const length = fixed ? max : this.count(field, max, 'chars');
    if (length * 4 > this.left) this.fail(field, 'the packet ends before it');
    const chars = new Uint8Array(length);
    for (let i = 0; i < length; i += 1) {
      const word = this.i32(field);
      if (word < -128 || word > 127) this.fail(field, 'expected a signed char');
      chars[i] = word;
    }
    return chars;
  }

  list<T>(field: string, max: number, read: (reader: XdrReader) => T): T[] {
    const length = this.count(field, max, 'items');
    // No item is shorter than a word: a count beyond that is a lie, found before anything is allocated for it.
    if (length * 4 > this.left) this.fail(field, 'the packet ends before it');
    const values: T[] = [];
    for (let i = 0; i < length; i += 1) values.push(read(this));
    return values;
  }

  /** The body must be used up. */
  end(): void {
    if (this.left > 0) this.fail('(end)', `${this.left} bytes follow the last field`);
  }

  fail(field: string, expected: string): never {
    throw new LibvirtCodecError(this.procedure, field, this.offset, expected);
  }

  private get left(): number {
    return this.buffer.length - this.offset;
  }

  private count(field: string, max: number, unit: string): number {
    const count = this.u32(field);
    if (count > max) this.fail(field, `has ${count} ${unit}, the protocol allows ${max}`);
    return count;
  }

  private padded(length: number, field: string): number {
    const start = this.take((length + 3) & ~3, field);
    for (let at = start + length; at < this.offset; at += 1) {
      if (this.buffer[at] !== 0) this.fail(field, 'its padding is not zero');
    }
    return start;
  }

  private take(length: number, field: string): number {
    if (length > this.left) this.fail(field, 'the packet ends before it');
    const start = this.offset;
    this.offset += length;
    return start;
  }
}
