import type { Socket } from 'node:net';
import { procedures } from '../generated/procedures.ts';
import { writeErrorRecord } from '../generated/records.ts';
import type { ErrorRecord } from '../generated/records.ts';
import { Framer } from '../wire/framer.ts';
import { PACKET_MIN } from '../wire/limits.ts';
import { PacketType, Program, rawPacket, Status } from '../wire/packet.ts';
import type { Packet, PacketHeader } from '../wire/packet.ts';
import { decodeBody, encodePacket } from '../wire/procedure.ts';
import type { AnyProcedure, Message } from '../wire/procedure.ts';
import { FakeFailure } from './fake-failure.ts';
import { FakeStream } from './fake-stream.ts';

const PING = 1;
const PONG = 2;

const known = new Map<string, AnyProcedure>(
  procedures.map((procedure) => [`${procedure.program}:${procedure.number}`, procedure]),
);

/** What a handler learns about the call, next to its arguments. */
export interface FakeCall {
  readonly connection: FakeConnection;
  readonly serial: number;
  /** The stream that the reply opens, for procedures that open one. */
  readonly stream: FakeStream;
}

/** Finds the answer to a call. */
export type Answer = (procedure: AnyProcedure, args: unknown, call: FakeCall) => Promise<unknown>;

/** One client of the fake daemon. */
export class FakeConnection {
  /** Calls that were not answered yet. */
  unanswered = 0;
  /** The most there ever were at once. */
  mostUnanswered = 0;
  /** Keepalive packets that came. */
  pings = 0;
  pongs = 0;
  /** Whether pings are answered. */
  answersPings = true;
  private readonly socket: Socket;
  private readonly answer: Answer;
  private readonly streams = new Map<number, FakeStream>();

  constructor(socket: Socket, answer: Answer) {
    this.socket = socket;
    this.answer = answer;
    const framer = new Framer((packet) => this.receive(packet));
    socket.on('data', (chunk: Buffer) => framer.push(chunk));
    socket.on('error', () => {});
  }

  /** Sends bytes as they are: pieces of packets, or nonsense. */
  raw(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** Sends a packet with this header. */
  packet(header: Partial<PacketHeader>, body?: Uint8Array): void {
    this.raw(
      rawPacket(
        {
          program: Program.remote,
          version: 1,
          procedure: 0,
          type: PacketType.reply,
          serial: 0,
          status: Status.ok,
          ...header,
        },
        body,
      ),
    );
  }

  /** Sends a message, such as an event. */
  message<Body>(message: Message<Body>, body: Body): void {
    const { program, version, number } = message;
    this.raw(
      encodePacket(
        message.name,
        { program, version, procedure: number, type: PacketType.message, serial: 0, status: Status.ok },
        message.body,
        body,
      ),
    );
  }

  ping(): void {
    this.keepalive(PING);
  }

  /** Stops and restarts reading, as a daemon does that hangs. */
  pause(): void {
    this.socket.pause();
  }

  resume(): void {
    this.socket.resume();
  }

  /** Closes once everything has left. */
  finish(): void {
    this.socket.end();
  }

  destroy(): void {
    this.socket.destroy();
  }

  private keepalive(procedure: number): void {
    this.packet({ program: Program.keepalive, procedure, type: PacketType.message });
  }

  private receive(packet: Packet): void {
    const { header, bytes } = packet;
    if (header.program === Program.keepalive) this.receiveKeepalive(header.procedure);
    else if (header.type === PacketType.stream)
      this.streams.get(header.serial)?.receive(header.status, bytes.subarray(PACKET_MIN));
    else void this.receiveCall(packet);
  }

  private receiveKeepalive(procedure: number): void {
    if (procedure === PONG) this.pongs += 1;
    else {
      this.pings += 1;
      if (this.answersPings) this.keepalive(PONG);
    }
  }

  private async receiveCall({ header, bytes }: Packet): Promise<void> {
    const procedure = known.get(`${header.program}:${header.procedure}`)!;
    this.unanswered += 1;
    this.mostUnanswered = Math.max(this.mostUnanswered, this.unanswered);
    const reply = { ...header, type: PacketType.reply };
    const streamHeader = { ...header, type: PacketType.stream };
    const stream = new FakeStream(
      (status, data) => this.raw(rawPacket({ ...streamHeader, status }, data)),
      (record) => this.error(streamHeader, record),
    );
    if (procedure.stream) this.streams.set(header.serial, stream);
    try {
      const args = decodeBody(`${procedure.name} args`, procedure.args, bytes);
      const result = await this.answer(procedure, args, { connection: this, serial: header.serial, stream });
      this.raw(encodePacket(`${procedure.name} result`, reply, procedure.result, result as never));
    } catch (error) {
      const failure = error instanceof FakeFailure ? error : new FakeFailure({ code: 1, message: String(error) });
      this.error(reply, failure.record);
    }
    this.unanswered -= 1;
  }

  private error(header: PacketHeader, record: ErrorRecord): void {
    this.raw(encodePacket('error', { ...header, status: Status.error }, { write: writeErrorRecord }, record));
  }
}
