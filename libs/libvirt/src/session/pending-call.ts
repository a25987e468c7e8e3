import type { Packet } from '../wire/packet.ts';
import type { AnyProcedure } from '../wire/procedure.ts';
import type { CallOptions } from './call-options.ts';
import type { Rank } from './call-queue.ts';
import { LibvirtAbortError, LibvirtDeadlineError } from './errors.ts';
import type { LibvirtStream } from './stream.ts';

/** What to tell the caller, once. */
export interface Settle {
  resolve(reply: Packet): void;
  reject(error: Error): void;
}

/** A call from the moment it was made until its reply has come, even if nobody waits for the reply any more. */
export class PendingCall {
  readonly procedure: AnyProcedure;
  /** The encoded call; its serial is filled in when it is sent. */
  readonly packet: Buffer;
  readonly rank: Rank;
  /** Set on calls that open a stream. */
  readonly stream: LibvirtStream | undefined;
  /** Whether it has left this process. */
  sent = false;
  /** Whether the caller has its answer, or has stopped waiting. */
  settled = false;
  private readonly settle: Settle;
  private timer: NodeJS.Timeout | undefined;
  private unlisten: (() => void) | undefined;

  constructor(procedure: AnyProcedure, packet: Buffer, options: CallOptions, settle: Settle, stream?: LibvirtStream) {
    this.procedure = procedure;
    this.packet = packet;
    this.rank = options.urgent ? 'urgent' : procedure.high ? 'high' : 'normal';
    this.settle = settle;
    this.stream = stream;
  }

  /** Arms deadline and signal; `abandoned` is called when one of them ends the wait. */
  watch({ deadlineMs, signal }: CallOptions, abandoned: () => void): void {
    const giveUp = (error: Error): void => {
      this.reject(error);
      abandoned();
    };
    if (deadlineMs !== undefined) {
      this.timer = setTimeout(
        () => giveUp(new LibvirtDeadlineError(this.procedure.name, deadlineMs, this.sent)),
        deadlineMs,
      );
    }
    if (signal) {
      const onAbort = (): void => giveUp(new LibvirtAbortError(this.procedure.name, this.sent, signal.reason));
      signal.addEventListener('abort', onAbort, { once: true });
      this.unlisten = () => signal.removeEventListener('abort', onAbort);
    }
  }

  resolve(reply: Packet): void {
    if (this.finish()) this.settle.resolve(reply);
  }

  reject(error: Error): void {
    if (!this.finish()) return;
    this.stream?.destroy();
    this.settle.reject(error);
  }

  private finish(): boolean {
    if (this.settled) return false;
    this.settled = true;
    clearTimeout(this.timer);
    this.unlisten?.();
    return true;
  }
}
