import { readFailure } from '../libvirt-error.ts';
import { PACKET_MIN } from '../wire/limits.ts';
import { PacketType, rawPacket, Status } from '../wire/packet.ts';
import type { Packet } from '../wire/packet.ts';
import type { StreamDirection } from '../wire/procedure.ts';
import { LibvirtProtocolError, LibvirtUsageError } from './errors.ts';
import { LibvirtStream } from './stream.ts';

/** What streams need of their connection. */
export interface StreamTableLink {
  send(packet: Buffer, flushed: (error?: Error | null) => void): void;
  pauseReading(): void;
  resumeReading(): void;
}

/** A procedure, as far as its stream is concerned. */
interface Opener {
  readonly name: string;
  readonly program: number;
  readonly version: number;
  readonly number: number;
  readonly stream?: StreamDirection;
}

/** The consumer has left; packets are dropped until the one that ends the stream. */
const ABANDONED = Symbol('abandoned');

/** The streams of one connection, by the serial of the call that opened them. */
export class StreamTable {
  private readonly link: StreamTableLink;
  private readonly bufferBytes: number;
  private readonly streams = new Map<number, LibvirtStream | typeof ABANDONED>();
  private readonly bindings = new WeakMap<LibvirtStream, { opener: Opener; serial: number }>();
  private readonly slow = new Set<LibvirtStream>();

  constructor(link: StreamTableLink, bufferBytes: number) {
    this.link = link;
    this.bufferBytes = bufferBytes;
  }

  /** Whether a slow consumer has stopped the reading of the connection. */
  get paused(): boolean {
    return this.slow.size > 0;
  }

  /** Whether packets of this serial may still come. */
  has(serial: number): boolean {
    return this.streams.has(serial);
  }

  /** A stream for a call that is about to be made. */
  make(opener: Opener): LibvirtStream {
    if (!opener.stream) throw new LibvirtUsageError(`${opener.name} opens no stream; use call()`);
    const binding = { opener, serial: 0 };
    const stream: LibvirtStream = new LibvirtStream(
      {
        send: (status, data, flushed) => {
          const { program, version, number } = opener;
          this.link.send(
            rawPacket(
              { program, version, procedure: number, type: PacketType.stream, serial: binding.serial, status },
              data,
            ),
            flushed,
          );
        },
        pauseReading: () => {
          this.slow.add(stream);
          this.link.pauseReading();
        },
        resumeReading: () => {
          if (this.slow.delete(stream) && this.slow.size === 0) this.link.resumeReading();
        },
        abandon: () => {
          if (this.streams.has(binding.serial)) this.streams.set(binding.serial, ABANDONED);
        },
      },
      opener.stream,
      this.bufferBytes,
    );
    this.bindings.set(stream, binding);
    return stream;
  }

  /** The call leaves with this serial. From now on there may be data. */
  expect(stream: LibvirtStream, serial: number): void {
    this.bindings.get(stream)!.serial = serial;
    this.streams.set(serial, stream);
  }

  /** The call failed: there is no stream. */
  forget(serial: number): void {
    this.streams.delete(serial);
  }

  /** A stream packet came. */
  receive({ header, bytes }: Packet): void {
    const { serial, status } = header;
    const stream = this.streams.get(serial);
    if (!stream) throw new LibvirtProtocolError(`a stream packet came with serial ${serial}, which no stream has`);
    if (stream !== ABANDONED) {
      if (status === Status.error) stream.fail(readFailure(this.bindings.get(stream)!.opener.name, bytes));
      else stream.receive(status, bytes.subarray(PACKET_MIN));
    }
    // Not before: when the packet makes no sense, the stream is still here to be told of the lost connection.
    if (status !== Status.continue) this.streams.delete(serial);
  }

  /** This side closes the connection. */
  abortAll(): void {
    for (const stream of this.streams.values()) if (stream !== ABANDONED) stream.destroy();
  }

  /** The connection is gone. */
  failAll(error: Error): void {
    const streams = [...this.streams.values()];
    this.streams.clear();
    for (const stream of streams) if (stream !== ABANDONED) stream.fail(error);
  }
}
