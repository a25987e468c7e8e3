import { Status } from '../wire/packet.ts';
import type { ErrorRecord } from '../generated/records.ts';

/** The daemon's end of a stream. It confirms the client's end and abort by itself. */
export class FakeStream {
  /** What the client sent, in order: data, `end` or `abort`. */
  readonly received: (Buffer | 'end' | 'abort')[] = [];
  private readonly sendPacket: (status: number, data?: Uint8Array) => void;
  private readonly sendError: (record: ErrorRecord) => void;
  private readonly waiting: { when: () => boolean; resolve: () => void }[] = [];
  private over = false;

  constructor(sendPacket: (status: number, data?: Uint8Array) => void, sendError: (record: ErrorRecord) => void) {
    this.sendPacket = sendPacket;
    this.sendError = sendError;
  }

  /** Sends data to the client. */
  write(data: Uint8Array): void {
    this.sendPacket(Status.continue, data);
  }

  /** Tells the client that no more data comes. */
  end(): void {
    this.sendPacket(Status.continue);
  }

  /** Breaks the stream with an error. */
  fail(record: ErrorRecord): void {
    this.over = true;
    this.sendError(record);
  }

  /** Resolves when `when` holds of what was received. */
  until(when: (received: FakeStream['received']) => boolean): Promise<void> {
    return new Promise((resolve) => {
      this.waiting.push({ when: () => when(this.received), resolve });
      this.check();
    });
  }

  /** A packet came from the client; used by the connection. */
  receive(status: number, data: Buffer): void {
    if (this.over) return;
    if (status === Status.continue) this.received.push(data);
    else {
      this.over = true;
      this.received.push(status === Status.ok ? 'end' : 'abort');
      this.sendPacket(Status.ok);
    }
    this.check();
  }

  private check(): void {
    for (const waiter of this.waiting) if (waiter.when()) waiter.resolve();
  }
}
