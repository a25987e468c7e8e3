import { Duplex } from 'node:stream';
import type { DuplexOptions } from 'node:stream';
import type { StreamDirection } from '../wire/procedure.ts';
import { STREAM_DATA_MAX } from '../wire/limits.ts';
import { Status } from '../wire/packet.ts';
import { LibvirtProtocolError } from './errors.ts';

/** What a stream needs of its connection. */
export interface StreamLink {
  /** Sends one stream packet; `flushed` is called when it has left this process, or cannot. */
  send(status: number, data: Uint8Array | undefined, flushed: (error?: Error | null) => void): void;
  /** Stops and restarts the reading of the whole connection: libvirt has no flow control per stream. */
  pauseReading(): void;
  resumeReading(): void;
  /** The consumer is gone, the daemon has not ended the stream yet: what still comes is to be dropped. */
  abandon(): void;
}

const NOTHING = (): void => {};

/**
 * Data that flows next to a call: a console, a screenshot, a volume's content.
 *
 *     opening ── reply ──▶ open ── our end (status ok) ──▶ finishing ── confirmed ──▶ done
 *                            └──── error from the daemon, abort, lost connection ─────▶ done
 *
 * The daemon may send data, and even its end, before the reply. `end()` finishes a stream; so does the daemon's end of data, with whoever still writes getting EPIPE. `destroy()` aborts it.
 * Reading slower than the daemon sends stops the connection once `readableHighWaterMark` bytes are waiting, so give
 * bulk data a connection of its own.
 */
export class LibvirtStream extends Duplex {
  private readonly link: StreamLink;
  private readonly direction: StreamDirection;
  private state: 'opening' | 'open' | 'finishing' | 'done' = 'opening';
  private endedEarly = false;
  private confirmed: (error?: Error | null) => void = NOTHING;

  /** Made by the session. `bufferBytes` may wait unread before the connection stops. */
  constructor(link: StreamLink, direction: StreamDirection, bufferBytes: number) {
    super(duplexOptions(direction, bufferBytes));
    this.link = link;
    this.direction = direction;
  }

  /** The call that opens it has succeeded. */
  opened(): void {
    if (this.state !== 'opening') return;
    this.state = 'open';
    if (this.destroyed) this.abort();
    else if (this.endedEarly) this.finish();
    else if (this.readableLength >= this.readableHighWaterMark) this.link.pauseReading();
  }

  /** A packet of this stream that is not an error. */
  receive(status: number, data: Buffer): void {
    if (status === Status.ok) return this.receiveOk();
    if (status !== Status.continue) throw new LibvirtProtocolError(`a stream packet has status ${status}`);
    if (this.destroyed) return;
    if (data.length === 0) this.receiveEnd();
    // While it opens, the reply is still to come through the same socket: pausing that would wait for ever.
    else if (!this.push(data) && this.state !== 'opening') this.link.pauseReading();
  }

  /** The stream failed: an error record of the daemon, or a lost connection. */
  fail(error: Error): void {
    this.state = 'done';
    this.confirmed(error);
    this.destroy(error);
  }

  override _read(): void {
    this.link.resumeReading();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    if (this.state !== 'open')
      return callback(Object.assign(new Error('the daemon has ended the stream'), { code: 'EPIPE' }));
    let at = 0;
    for (; chunk.length - at > STREAM_DATA_MAX; at += STREAM_DATA_MAX) {
      this.link.send(Status.continue, chunk.subarray(at, at + STREAM_DATA_MAX), NOTHING);
    }
    // An empty packet would mean the end.
    if (at === chunk.length) return callback();
    this.link.send(Status.continue, chunk.subarray(at), callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    if (this.state === 'done') return callback();
    this.confirmed = callback;
    this.finish();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    if (this.state === 'open') this.abort();
    else if (this.state === 'finishing') this.link.abandon();
    this.link.resumeReading();
    callback(error);
  }

  private receiveOk(): void {
    if (this.state !== 'finishing')
      throw new LibvirtProtocolError('the daemon confirmed the end of a stream that was not ended');
    this.state = 'done';
    this.confirmed();
    if (this.direction !== 'up') this.push(null);
  }

  private receiveEnd(): void {
    if (this.state === 'opening') this.endedEarly = true;
    else this.finish();
  }

  /** Our end, or our answer to the daemon's end. */
  private finish(): void {
    if (this.state !== 'open') return;
    this.state = 'finishing';
    this.link.send(Status.ok, undefined, NOTHING);
  }

  private abort(): void {
    this.state = 'done';
    this.link.send(Status.error, undefined, NOTHING);
    this.link.abandon();
  }
}

/** `readable` and `writable` are options of Duplex that its type definition leaves out. */
function duplexOptions(
  direction: StreamDirection,
  readableHighWaterMark: number,
): DuplexOptions & { readable: boolean; writable: boolean } {
  return { readable: direction !== 'up', writable: direction !== 'down', allowHalfOpen: false, readableHighWaterMark };
}
