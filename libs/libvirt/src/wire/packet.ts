/**
 * A packet is a u32 length (which counts itself), six header words, and a body:
 *
 *     length | program version procedure type serial status | body …
 */
import { LibvirtCodecError } from './codec-error.ts';
import { PACKET_MAX, PACKET_MIN } from './limits.ts';
import type { XdrWriter } from './xdr-writer.ts';

/** Numbers of the programs that travel over one connection. */
export const Program = { remote: 0x2000_8086, qemu: 0x2000_8087, lxc: 0x2000_8088, keepalive: 0x6b65_6570 } as const;

/** What a packet is. */
export const PacketType = {
  call: 0,
  reply: 1,
  message: 2,
  stream: 3,
  callWithFds: 4,
  replyWithFds: 5,
  streamHole: 6,
} as const;

/** How it went; `continue` marks stream data. */
export const Status = { ok: 0, error: 1, continue: 2 } as const;

/** The six header words. */
export interface PacketHeader {
  readonly program: number;
  readonly version: number;
  readonly procedure: number;
  readonly type: number;
  readonly serial: number;
  readonly status: number;
}

/** A whole packet as it was received; the body starts at byte 28 of `bytes`. */
export interface Packet {
  readonly header: PacketHeader;
  readonly bytes: Buffer;
}

/** Reads the header of a whole packet. The words are not judged here. */
export function readHeader(bytes: Buffer): PacketHeader {
  return {
    program: bytes.readUInt32BE(4),
    version: bytes.readUInt32BE(8),
    procedure: bytes.readInt32BE(12),
    type: bytes.readInt32BE(16),
    serial: bytes.readUInt32BE(20),
    status: bytes.readInt32BE(24),
  };
}

/** Starts a packet: leaves room for the length and writes the header. */
export function beginPacket(writer: XdrWriter, header: PacketHeader): void {
  writer.u32(0, 'length');
  writer.u32(header.program, 'program');
  writer.u32(header.version, 'version');
  writer.i32(header.procedure, 'procedure');
  writer.i32(header.type, 'type');
  writer.u32(header.serial, 'serial');
  writer.i32(header.status, 'status');
}

/** Fills in the length and hands out the packet. */
export function endPacket(writer: XdrWriter): Buffer {
  const { bytes } = writer;
  if (bytes.length > PACKET_MAX)
    writer.fail('length', `the packet is ${bytes.length} bytes long, the protocol allows ${PACKET_MAX}`);
  bytes.writeUInt32BE(bytes.length, 0);
  return bytes;
}

/** Builds a packet around a body that is bytes already (stream data), or has none. */
export function rawPacket(header: PacketHeader, body: Uint8Array = new Uint8Array(0)): Buffer {
  const bytes = Buffer.allocUnsafe(PACKET_MIN + body.length);
  bytes.writeUInt32BE(bytes.length, 0);
  bytes.writeUInt32BE(header.program, 4);
  bytes.writeUInt32BE(header.version, 8);
  bytes.writeInt32BE(header.procedure, 12);
  bytes.writeInt32BE(header.type, 16);
  bytes.writeUInt32BE(header.serial, 20);
  bytes.writeInt32BE(header.status, 24);
  bytes.set(body, PACKET_MIN);
  return bytes;
}

/** Throws unless `length`, as a length word gives it, is one the protocol allows. */
export function checkPacketLength(length: number): void {
  if (length < PACKET_MIN || length > PACKET_MAX) {
    throw new LibvirtCodecError(
      'packet',
      'length',
      0,
      `is ${length}, the protocol allows ${PACKET_MIN} to ${PACKET_MAX}`,
    );
  }
}
