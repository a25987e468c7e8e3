/**
 * Requests and their replies over one subscription. The client library's own request costs two to three times as much processor time per
 * call (a race of promises and a timer each), which is what bounds an agent with many instances; and it tells of a lost connection only by
 * its time-out. Here one sweep watches all deadlines, and a disconnect ends every wait at once.
 */
import { createInbox, type Msg, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';

/** Why no reply came. Only with `noResponder` and `forbidden` is it known that nobody took the request. */
export type LostBecause = 'timeout' | 'disconnected' | 'noResponder' | 'forbidden';

/** A request ended without its reply. */
export class ReplyLost extends Error {
  readonly because: LostBecause;
  constructor(because: LostBecause, subject: string, cause?: unknown) {
    super(`${subject}: ${because}`, cause === undefined ? undefined : { cause });
    this.because = because;
  }
}

interface Waiting {
  readonly subject: string;
  readonly deadline: number;
  resolve(reply: Msg): void;
  reject(reason: unknown): void;
}

export interface AskOptions {
  readonly timeoutMs: number;
  readonly headers?: MsgHdrs;
  readonly signal?: AbortSignal | undefined;
}

const sweepEveryMs = 50;

export class ReplyInbox {
  readonly #nc: NatsConnection;
  readonly #prefix: string;
  readonly #waiting = new Map<string, Waiting>();
  #next = 0;
  #sweep: NodeJS.Timeout | undefined;

  constructor(nc: NatsConnection, inboxPrefix: string) {
    this.#nc = nc;
    this.#prefix = `${createInbox(inboxPrefix)}.`;
    nc.subscribe(`${this.#prefix}*`, {
      callback: (error, msg) => {
        if (error) this.failAll('forbidden', error);
        else this.#take(msg);
      },
    });
  }

  /** Publishes with a reply subject and waits. Rejects with `ReplyLost`, or with the signal's reason. */
  ask(subject: string, payload: Uint8Array, { timeoutMs, headers, signal }: AskOptions): Promise<Msg> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    return new Promise((resolve, reject) => {
      const token = (this.#next++).toString(36);
      const waiting: Waiting = { subject, deadline: performance.now() + timeoutMs, resolve, reject };
      if (signal) this.#tie(token, waiting, signal);
      this.#waiting.set(token, waiting);
      this.#sweep ??= setInterval(() => this.#expire(), sweepEveryMs).unref();
      try {
        this.#nc.publish(
          subject,
          payload,
          headers ? { reply: this.#prefix + token, headers } : { reply: this.#prefix + token },
        );
      } catch (error) {
        this.#waiting.delete(token);
        waiting.reject(error);
      }
    });
  }

  /** Ends every wait, or those on one subject. */
  failAll(because: LostBecause, cause?: unknown, subject?: string): void {
    for (const [token, waiting] of this.#waiting) {
      if (subject !== undefined && waiting.subject !== subject) continue;
      this.#waiting.delete(token);
      waiting.reject(new ReplyLost(because, waiting.subject, cause));
    }
  }

  /** Stops the sweep; nothing may wait any more. */
  end(): void {
    clearInterval(this.#sweep);
    this.failAll('disconnected');
  }

  #tie(token: string, waiting: Waiting, signal: AbortSignal): void {
    const { resolve, reject } = waiting;
    const abort = () => {
      this.#waiting.delete(token);
      reject(signal.reason);
    };
    signal.addEventListener('abort', abort, { once: true });
    waiting.resolve = (reply) => {
      signal.removeEventListener('abort', abort);
      resolve(reply);
    };
    waiting.reject = (reason) => {
      signal.removeEventListener('abort', abort);
      reject(reason);
    };
  }

  #take(msg: Msg): void {
    const token = msg.subject.slice(this.#prefix.length);
    const waiting = this.#waiting.get(token);
    if (!waiting) return;
    this.#waiting.delete(token);
    if (msg.data.length === 0 && msg.headers?.code === 503) {
      waiting.reject(new ReplyLost('noResponder', waiting.subject));
    } else waiting.resolve(msg);
  }

  #expire(): void {
    const now = performance.now();
    for (const [token, waiting] of this.#waiting) {
      if (waiting.deadline > now) continue;
      this.#waiting.delete(token);
      waiting.reject(new ReplyLost('timeout', waiting.subject));
    }
    if (this.#waiting.size > 0) return;
    clearInterval(this.#sweep);
    this.#sweep = undefined;
  }
}
