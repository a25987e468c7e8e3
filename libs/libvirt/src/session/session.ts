/**
 * One connection to a daemon: calls, streams, events and keepalive over one socket.
 *
 *     call ─▶ queue ─▶ window (4 in flight) ─▶ daemon ─▶ reply, matched by serial
 *
 * The daemon stops reading a connection that has five calls unanswered, pings included; so the window is four. A call
 * that nobody waits for any more keeps its place in the window until its reply comes: the daemon is still at it.
 */
import type { Socket } from 'node:net';
import { connectClose } from '../generated/procedures.ts';
import { readFailure } from '../libvirt-error.ts';
import { LibvirtCodecError } from '../wire/codec-error.ts';
import { Framer } from '../wire/framer.ts';
import { PacketType, Program, readHeader, Status } from '../wire/packet.ts';
import type { Packet, PacketHeader } from '../wire/packet.ts';
import { decodeBody, encodePacket } from '../wire/procedure.ts';
import type { BodyCodec, Procedure } from '../wire/procedure.ts';
import type { CallOptions } from './call-options.ts';
import { CallQueue } from './call-queue.ts';
import { LibvirtAbortError, LibvirtConnectionError, LibvirtProtocolError } from './errors.ts';
import type { LossReason } from './errors.ts';
import { EventHub } from './event-hub.ts';
import { Keepalive } from './keepalive.ts';
import type { KeepaliveOptions } from './keepalive.ts';
import { PendingCall } from './pending-call.ts';
import { StreamTable } from './stream-table.ts';
import type { LibvirtStream } from './stream.ts';

/** A packet as the tap sees it. Bodies may hold secrets: passwords, secret values. */
export interface TappedPacket {
  readonly direction: 'in' | 'out';
  readonly header: PacketHeader;
  /** The whole packet. */
  readonly bytes: Buffer;
}

/** Settings of a session; every one has a default. */
export interface SessionOptions {
  /** Calls in flight at once. Default 4; more than 4 makes a default daemon deaf while they are served. */
  readonly window?: number;
  readonly keepalive?: KeepaliveOptions;
  /** Bytes of one stream that may wait unread before the connection stops reading. Default 1 MiB. */
  readonly streamBufferBytes?: number;
  /** Sees every packet, before it is acted on. */
  readonly onPacket?: (packet: TappedPacket) => void;
}

/** How a session ended. */
export interface SessionEnd {
  readonly reason: LossReason;
  /** Set unless this side closed it. */
  readonly error?: LibvirtConnectionError;
}

export class Session {
  /** Resolves, never rejects, when the session is over. */
  readonly closed: Promise<SessionEnd>;
  /** What the daemon reports by itself. */
  readonly events: EventHub;
  private readonly socket: Socket;
  private readonly options: SessionOptions;
  private readonly window: number;
  private readonly keepalive: Keepalive;
  private readonly queue = new CallQueue<PendingCall>();
  private readonly inFlight = new Map<number, PendingCall>();
  private readonly streams: StreamTable;
  private state: 'open' | 'closing' | 'closed' = 'open';
  private serial = 0;
  private over!: (end: SessionEnd) => void;
  private whenIdle: (() => void) | undefined;

  /** Takes over a connected socket. `connect` is the way in for everybody else. */
  constructor(socket: Socket, options: SessionOptions = {}) {
    this.socket = socket;
    this.options = options;
    this.window = options.window ?? 4;
    this.closed = new Promise((resolve) => {
      this.over = resolve;
    });
    this.events = new EventHub({
      call: (procedure, args) => this.call(procedure, args),
      protocolFailure: (error) => this.finish('protocol', error.message, error),
    });
    this.streams = new StreamTable(
      {
        send: (packet, flushed) =>
          this.isOver()
            ? flushed(new LibvirtConnectionError('closed', 'the session is closed'))
            : this.write(packet, flushed),
        pauseReading: () => this.socket.pause(),
        resumeReading: () => this.socket.resume(),
      },
      options.streamBufferBytes ?? 1_048_576,
    );
    this.keepalive = new Keepalive(
      {
        send: (packet, flushed) => this.write(packet, flushed),
        readingPaused: () => this.streams.paused,
        dead: (silentMs) => this.finish('keepalive', `the daemon was silent for ${silentMs} ms`),
      },
      options.keepalive ?? {},
    );
    this.listen();
  }

  get isOpen(): boolean {
    return this.state === 'open';
  }

  /** Calls waiting for a place in the window, and calls that the daemon has. */
  get load(): { readonly queued: number; readonly inFlight: number } {
    return { queued: this.queue.size, inFlight: this.inFlight.size };
  }

  /** Starts own pings; the daemon must have been asked for keepalive before. */
  startKeepalive(): void {
    this.keepalive.start();
  }

  /**
   * Calls a procedure. Rejects with {@link LibvirtError} when the daemon answers with an error, and with
   * {@link LibvirtConnectionError}, {@link LibvirtDeadlineError} or {@link LibvirtAbortError} when there is no answer;
   * those say whether the call was sent. Arguments that the protocol cannot carry throw {@link LibvirtCodecError}.
   */
  async call<Args, Result>(procedure: Procedure<Args, Result>, args: Args, options: CallOptions = {}): Promise<Result> {
    return readReply(procedure, await this.request(procedure, args, options));
  }

  /** Calls a procedure that opens a stream. The stream buffers from the reply on: nothing is missed. */
  async openStream<Args, Result>(
    procedure: Procedure<Args, Result>,
    args: Args,
    options: CallOptions = {},
  ): Promise<{ result: Result; stream: LibvirtStream }> {
    const stream = this.streams.make(procedure);
    const reply = await this.request(procedure, args, options, stream);
    return { result: readReply(procedure, reply), stream };
  }

  /**
   * Ends the session in order: nothing new is taken, what waits is refused, what was sent may be answered for `graceMs`
   * (default 5,000), then the daemon is told.
   */
  async close({ graceMs = 5_000 }: { graceMs?: number } = {}): Promise<void> {
    if (this.state === 'open') {
      this.state = 'closing';
      for (const call of this.queue.drain()) call.reject(this.lossOf(call, 'closed', 'the session was closed'));
      this.streams.abortAll();
      const deadline = setTimeout(() => this.finish('closed', 'the session was closed'), graceMs);
      await Promise.race([this.idle(), this.closed]);
      if (!this.isOver()) {
        const goodbye = this.send(connectClose, undefined, {});
        await Promise.race([goodbye.catch(() => {}), this.closed]);
      }
      clearTimeout(deadline);
      this.finish('closed', 'the session was closed');
    }
    await this.closed;
  }

  /** Ends the session at once; every call is rejected. */
  destroy(): void {
    this.finish('closed', 'the session was closed');
  }

  private isOver(): boolean {
    return this.state === 'closed';
  }

  private request<Args, Result>(
    procedure: Procedure<Args, Result>,
    args: Args,
    options: CallOptions,
    stream?: LibvirtStream,
  ): Promise<Packet> {
    if (this.state !== 'open') {
      return Promise.reject(
        new LibvirtConnectionError('closed', 'the session is closed', { procedure: procedure.name, sent: false }),
      );
    }
    return this.send(procedure, args, options, stream);
  }

  private send<Args, Result>(
    procedure: Procedure<Args, Result>,
    args: Args,
    options: CallOptions,
    stream?: LibvirtStream,
  ): Promise<Packet> {
    return new Promise((resolve, reject) => {
      const { signal } = options;
      if (signal?.aborted) throw new LibvirtAbortError(procedure.name, false, signal.reason);
      const { program, version, number } = procedure;
      const header = { program, version, procedure: number, type: PacketType.call, serial: 0, status: Status.ok };
      const packet = encodePacket(`${procedure.name} args`, header, procedure.args, args);
      const call = new PendingCall(procedure, packet, options, { resolve, reject }, stream);
      call.watch(options, () => this.queue.remove(call));
      this.queue.add(call, call.rank);
      this.pump();
    });
  }

  /** Sends what may be sent. */
  private pump(): void {
    while (this.inFlight.size < this.window) {
      const call = this.queue.next();
      if (!call) break;
      const serial = this.nextSerial();
      call.packet.writeUInt32BE(serial, 20);
      call.sent = true;
      this.inFlight.set(serial, call);
      if (call.stream) this.streams.expect(call.stream, serial);
      this.write(call.packet);
    }
    if (this.inFlight.size === 0) this.whenIdle?.();
  }

  private nextSerial(): number {
    do this.serial = (this.serial % 0xffff_ffff) + 1;
    while (this.inFlight.has(this.serial) || this.streams.has(this.serial));
    return this.serial;
  }

  private write(packet: Buffer, flushed?: (error?: Error | null) => void): void {
    this.options.onPacket?.({ direction: 'out', header: readHeader(packet), bytes: packet });
    this.socket.write(packet, flushed);
  }

  private listen(): void {
    const framer = new Framer((packet) => this.receive(packet));
    this.socket.on('data', (chunk: Buffer) => {
      if (this.isOver()) return;
      try {
        framer.push(chunk);
      } catch (error) {
        // Anything else was thrown by somebody's listener, and is theirs.
        if (!(error instanceof LibvirtProtocolError || error instanceof LibvirtCodecError)) throw error;
        this.finish('protocol', error.message, error);
      }
    });
    this.socket.on('error', (error) => this.finish('socket', error.message, error));
    this.socket.on('close', () =>
      this.finish(
        'socket',
        framer.idle ? 'the daemon closed the connection' : 'the connection broke in the middle of a packet',
      ),
    );
    this.socket.resume();
  }

  private receive(packet: Packet): void {
    if (this.isOver()) return;
    this.options.onPacket?.({ direction: 'in', header: packet.header, bytes: packet.bytes });
    this.keepalive.sign();
    switch (packet.header.type) {
      case PacketType.reply:
        return this.receiveReply(packet);
      case PacketType.message:
        return this.receiveMessage(packet);
      case PacketType.stream:
        return this.streams.receive(packet);
      default:
        throw new LibvirtProtocolError(`a packet of type ${packet.header.type} came, which was never asked for`);
    }
  }

  private receiveReply(packet: Packet): void {
    const { header } = packet;
    const call = this.inFlight.get(header.serial);
    if (!call) throw new LibvirtProtocolError(`a reply came with serial ${header.serial}, which no call has`);
    const { procedure } = call;
    if (
      header.program !== procedure.program ||
      header.version !== procedure.version ||
      header.procedure !== procedure.number
    ) {
      throw new LibvirtProtocolError(
        `the reply to ${procedure.name} is for procedure ${header.procedure} of program 0x${header.program.toString(16)}`,
      );
    }
    if (header.status !== Status.ok && header.status !== Status.error)
      throw new LibvirtProtocolError(`the reply to ${procedure.name} has status ${header.status}`);
    this.inFlight.delete(header.serial);
    if (header.status === Status.ok) call.stream?.opened();
    else if (call.stream) this.streams.forget(header.serial);
    call.resolve(packet);
    this.pump();
  }

  private receiveMessage(packet: Packet): void {
    const understood =
      packet.header.program === Program.keepalive ? this.keepalive.receive(packet.header) : this.events.receive(packet);
    if (!understood)
      throw new LibvirtProtocolError(
        `unknown message ${packet.header.procedure} of program 0x${packet.header.program.toString(16)}`,
      );
  }

  private idle(): Promise<void> {
    return new Promise((resolve) => {
      this.whenIdle = resolve;
      if (this.inFlight.size === 0) resolve();
    });
  }

  private finish(reason: LossReason, message: string, cause?: unknown): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    this.keepalive.stop();
    const ours = reason === 'closed';
    const error = new LibvirtConnectionError(reason, message, { cause });
    for (const call of [...this.inFlight.values(), ...this.queue.drain()])
      call.reject(this.lossOf(call, reason, message, cause));
    this.inFlight.clear();
    this.streams.failAll(error);
    this.events.end(error);
    this.socket.destroy();
    this.over(ours ? { reason } : { reason, error });
  }

  private lossOf(call: PendingCall, reason: LossReason, message: string, cause?: unknown): LibvirtConnectionError {
    return new LibvirtConnectionError(reason, message, { procedure: call.procedure.name, sent: call.sent, cause });
  }
}

/** Runs in the caller's own continuation, so that an error's stack leads to the caller. */
function readReply<Result>(
  procedure: { readonly name: string; readonly result: BodyCodec<Result> },
  { header, bytes }: Packet,
): Result {
  if (header.status === Status.error) throw readFailure(procedure.name, bytes);
  return decodeBody(`${procedure.name} result`, procedure.result, bytes);
}
