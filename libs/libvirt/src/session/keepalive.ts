import { PacketType, Program, rawPacket, Status } from '../wire/packet.ts';
import type { PacketHeader } from '../wire/packet.ts';

/** When to ping, and when to give up. */
export interface KeepaliveOptions {
  /** Milliseconds of silence before a ping. Default 5,000. */
  readonly intervalMs?: number;
  /** Unanswered pings after which the peer counts as dead. Default 5. */
  readonly count?: number;
}

const PING = 1;
const PONG = 2;

/** What keepalive needs of its connection. */
export interface KeepaliveLink {
  /** Sends a packet; `flushed` is called when it has left this process. */
  send(packet: Buffer, flushed: () => void): void;
  /** Whether this side has stopped reading: then silence says nothing about the peer. */
  readingPaused(): boolean;
  /** The peer has been silent for `count` pings. */
  dead(silentMs: number): void;
}

/**
 * Both halves of keepalive. Every packet is a sign of life; a silent interval earns a ping; `count` pings without any
 * packet mean that the peer is dead: `intervalMs × (count + 1)` after its last packet, and at most one interval later.
 */
export class Keepalive {
  private readonly link: KeepaliveLink;
  private readonly intervalMs: number;
  private readonly count: number;
  private timer: NodeJS.Timeout | undefined;
  private heard = true;
  private unanswered = 0;
  private pongLeaving = false;

  constructor(link: KeepaliveLink, options: KeepaliveOptions) {
    this.link = link;
    this.intervalMs = options.intervalMs ?? 5_000;
    this.count = options.count ?? 5;
  }

  /** Starts own pings. The peer's pings are answered in any case. */
  start(): void {
    this.timer ??= setInterval(() => this.tick(), this.intervalMs).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** A packet came. */
  sign(): void {
    this.heard = true;
  }

  /** A keepalive packet came; false when it is neither ping nor pong. */
  receive({ procedure }: PacketHeader): boolean {
    if (procedure === PING) this.answer();
    return procedure === PING || procedure === PONG;
  }

  private tick(): void {
    if (this.heard) {
      this.heard = false;
      this.unanswered = 0;
    } else if (this.link.readingPaused()) {
      // Its pings lie unread in the socket. An unasked pong tells it that we live.
      this.answer();
      this.unanswered = 0;
    } else if (this.unanswered >= this.count) {
      this.stop();
      this.link.dead(this.intervalMs * (this.count + 1));
    } else {
      this.unanswered += 1;
      this.link.send(keepalivePacket(PING), () => {});
    }
  }

  /** One pong at a time: a peer that floods us with pings and does not read gets no growing buffer. */
  private answer(): void {
    if (this.pongLeaving) return;
    this.pongLeaving = true;
    this.link.send(keepalivePacket(PONG), () => {
      this.pongLeaving = false;
    });
  }
}

function keepalivePacket(procedure: number): Buffer {
  return rawPacket({
    program: Program.keepalive,
    version: 1,
    procedure,
    type: PacketType.message,
    serial: 0,
    status: Status.ok,
  });
}
