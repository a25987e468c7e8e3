import { checkPacketLength, readHeader } from './packet.ts';
import type { Packet } from './packet.ts';

const LENGTH_BYTES = 4;

/**
 * Cuts a byte stream into packets. A packet that lies within one chunk is a view of it; one that spans chunks is
 * copied once, into a buffer of its own size. Back-pressure is the caller's: no more bytes are held than one packet.
 */
export class Framer {
  private readonly onPacket: (packet: Packet) => void;
  private readonly lengthWord = Buffer.alloc(LENGTH_BYTES);
  /** The packet that is being gathered, once its length is known. */
  private partial: Buffer | undefined;
  /** How much of it, or of the length word, has come. */
  private have = 0;

  /** `onPacket` is called in order, synchronously, from within {@link push}. */
  constructor(onPacket: (packet: Packet) => void) {
    this.onPacket = onPacket;
  }

  /** Whether the stream may end here: no packet has begun. */
  get idle(): boolean {
    return this.have === 0;
  }

  /** Takes the next chunk. Throws {@link LibvirtCodecError} on a length that the protocol does not allow. */
  push(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      const left = chunk.length - at;
      if (this.have === 0 && left >= LENGTH_BYTES) {
        const length = chunk.readUInt32BE(at);
        checkPacketLength(length);
        if (left >= length) {
          this.emit(chunk.subarray(at, at + length));
          at += length;
          continue;
        }
      }
      at += this.gather(chunk, at);
    }
  }

  private gather(chunk: Buffer, at: number): number {
    const target = this.partial ?? this.lengthWord;
    const used = chunk.copy(target, this.have, at);
    this.have += used;
    if (this.have < target.length) return used;
    if (this.partial) {
      const whole = this.partial;
      this.partial = undefined;
      this.have = 0;
      this.emit(whole);
    } else {
      const length = this.lengthWord.readUInt32BE(0);
      checkPacketLength(length);
      this.partial = Buffer.allocUnsafeSlow(length);
      this.lengthWord.copy(this.partial);
    }
    return used;
  }

  private emit(bytes: Buffer): void {
    this.onPacket({ header: readHeader(bytes), bytes });
  }
}
