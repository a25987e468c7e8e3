/**
 * Reading many messages of a stream, in order, without gap or repetition, over any number of lost links and restarted servers.
 *
 *   an ephemeral pull consumer from the next sequence on -> messages; its own counter has no holes, else it is made again
 *   link lost, consumer gone, server silent              -> wait for the link, a new consumer from the last sequence + 1
 *   bounded: ends after the messages that there were when it began; following: goes on until aborted
 *
 * The client library's ordered consumer does the same, but takes seconds to notice a restarted server and cannot be stopped at once.
 */
import type { Msg, Subscription } from '@nats-io/transport-node';
import { createInbox, nuid } from '@nats-io/transport-node';
import { JournalFault } from '@chronovirt/runtime';
import { api, body, callApi, untilAnswered, type Core } from '../connection/core.ts';
import { JetStreamRefusal } from '../errors.ts';
import { deliveryOf } from './delivery.ts';
import { errCodes } from './error-codes.ts';

export interface ScanOptions {
  readonly stream: string;
  /** Subject filter; has to lie inside the stream's subjects. */
  readonly filter: string;
  /** First sequence wanted, at least 1. */
  readonly from: number;
  /** Only the last message of each subject, as of the beginning. */
  readonly lastPerSubject?: boolean;
  /** Messages on the way or waiting to be read, at most. Fewer for large ones. */
  readonly window?: number;
  /** Goes on with new messages after the present end. */
  readonly follow?: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface Scanned {
  readonly seq: number;
  readonly subject: string;
  readonly data: Uint8Array;
}

/** Of small messages, more are not faster, and fewer wait for the network. */
const usualWindow = 1_024;
const heartbeatMs = 2_000;
/** A pull request lives this long at the server; it is renewed. */
const pullMs = 30_000;
/** A consumer whose reader is gone ends by itself after this. */
const abandonedMs = 60_000;

/**
 * Yields messages in the order of their sequences. Ends at the bound, or throws: the signal's reason, `JOURNAL_MISSING`, and
 * `JOURNAL_CLOSED` when the connection was closed.
 */
export async function* scan(core: Core, options: ScanOptions): AsyncGenerator<Scanned, void, undefined> {
  const { signal, follow = false } = options;
  let next = Math.max(1, options.from);
  for (;;) {
    await core.link.whenUp(signal);
    const run = new Run(core, options, next);
    try {
      let left = follow ? Number.POSITIVE_INFINITY : await run.begin();
      if (follow) await run.begin();
      while (left > 0) {
        const message = run.take() ?? (await run.wait());
        if (message === 'exhausted') return;
        if (message === 'broken') break;
        left--;
        // A scan of last messages that was begun again meets those it has given already.
        if (message.seq < next) continue;
        next = message.seq + 1;
        yield message;
        if (!follow && message.pending === 0) left = 0;
      }
      if (left <= 0) return;
    } finally {
      run.end();
    }
  }
}

interface Delivered extends Scanned {
  readonly pending: number;
}

/** One consumer's life. */
class Run {
  readonly #core: Core;
  readonly #options: ScanOptions;
  readonly #from: number;
  readonly #name = `cv${nuid.next()}`;
  readonly #queue: Delivered[] = [];
  readonly #stopListening: () => void;
  #read = 0;
  #subscription: Subscription | undefined;
  #asked = 0;
  #counter = 0;
  #broken = false;
  #exhausted = false;
  #delivered = performance.now();
  #wake: (() => void) | undefined;
  #watchdog: NodeJS.Timeout | undefined;
  #heard = performance.now();

  constructor(core: Core, options: ScanOptions, from: number) {
    this.#core = core;
    this.#options = options;
    this.#from = from;
    const stopLink = core.link.onChange((up) => up || this.#break('link lost'));
    const abort = () => this.#wake?.();
    options.signal?.addEventListener('abort', abort, { once: true });
    this.#stopListening = () => {
      stopLink();
      options.signal?.removeEventListener('abort', abort);
    };
  }

  /** Makes the consumer and asks for the first messages. Returns how many there are at this moment. */
  async begin(): Promise<number> {
    const inbox = createInbox(this.#core.inboxPrefix);
    this.#subscription = this.#core.client.subscribe(inbox, {
      callback: (error, msg) => (error ? this.#break(error.message) : this.#hear(msg)),
    });
    const info = await this.#create();
    this.#inbox = inbox;
    if (info.num_pending === 0 && !this.#options.follow) return 0;
    this.#pull();
    this.#watchdog = setInterval(() => this.#check(), heartbeatMs).unref();
    return info.num_pending;
  }
  #inbox = '';

  /** The next message if it has arrived. */
  take(): Delivered | undefined {
    if (this.#options.signal?.aborted) throw this.#options.signal.reason;
    const message = this.#queue[this.#read];
    if (message === undefined) return undefined;
    this.#read++;
    if (this.#read === this.#queue.length) {
      this.#queue.length = 0;
      this.#read = 0;
    }
    this.#pull();
    return message;
  }

  /** Waits for the next message. `broken`: this consumer gives no more; `exhausted`: what it would have given was removed meanwhile. */
  async wait(): Promise<Delivered | 'broken' | 'exhausted'> {
    for (;;) {
      const message = this.take();
      if (message) return message;
      if (this.#broken) return 'broken';
      if (this.#exhausted) return 'exhausted';
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  end(): void {
    this.#stopListening();
    clearInterval(this.#watchdog);
    this.#subscription?.unsubscribe();
    const { client, link } = this.#core;
    if (!this.#created || !link.up() || client.isClosed()) return;
    callApi(this.#core, `CONSUMER.DELETE.${this.#options.stream}.${this.#name}`).catch(() => {
      // It ends by itself when nobody reads it.
    });
  }
  #created = false;

  async #create(): Promise<{ num_pending: number }> {
    const { stream, filter, lastPerSubject, signal } = this.#options;
    const config = {
      name: this.#name,
      ...(lastPerSubject
        ? { deliver_policy: 'last_per_subject' }
        : { deliver_policy: 'by_start_sequence', opt_start_seq: this.#from }),
      filter_subject: filter,
      ack_policy: 'none',
      replay_policy: 'instant',
      mem_storage: true,
      num_replicas: 1,
      inactive_threshold: abandonedMs * 1e6,
    };
    let missing = 0;
    return untilAnswered(this.#core, signal, async () => {
      try {
        const what = `CONSUMER.CREATE.${stream}.${this.#name}.${filter}`;
        const info = await callApi<{ num_pending: number }>(this.#core, what, { stream_name: stream, config }, signal);
        this.#created = true;
        return info;
      } catch (error) {
        if (!(error instanceof JetStreamRefusal && error.errCode === errCodes.streamNotFound)) throw error;
        // A starting server does not know its streams at once.
        if (++missing >= 3) throw new JournalFault('JOURNAL_MISSING', `there is no stream ${stream}`, error);
        throw new JetStreamRefusal(`stream ${stream}`, 503, error.errCode, 'not found, perhaps not yet');
      }
    });
  }

  #pull(): void {
    const { window = usualWindow } = this.#options;
    const wanted = window - this.#asked - (this.#queue.length - this.#read);
    if (this.#broken || wanted < window / 2) return;
    this.#asked += wanted;
    const request = { batch: wanted, expires: pullMs * 1e6, idle_heartbeat: heartbeatMs * 1e6 };
    const subject = api(`CONSUMER.MSG.NEXT.${this.#options.stream}.${this.#name}`);
    this.#core.client.publish(subject, body(request), { reply: this.#inbox });
  }

  #hear(msg: Msg): void {
    this.#heard = performance.now();
    const delivery = msg.reply ? deliveryOf(msg.reply) : undefined;
    if (!delivery) return this.#hearStatus(msg);
    if (delivery.counter !== this.#counter + 1)
      return this.#break(`message ${delivery.counter} after ${this.#counter}`);
    this.#counter = delivery.counter;
    this.#delivered = this.#heard;
    this.#asked--;
    this.#queue.push({ seq: delivery.seq, subject: msg.subject, data: msg.data, pending: delivery.pending });
    this.#wake?.();
  }

  #hearStatus({ headers }: Msg): void {
    switch (headers?.code) {
      case 100:
        return;
      // The request has run out; what it did not use is free again.
      case 408:
      case 404: {
        this.#asked = Math.max(0, this.#asked - Number(headers.get('Nats-Pending-Messages') || this.#asked));
        this.#pull();
        return;
      }
      default:
        this.#break(`${headers?.code} ${headers?.description}`);
    }
  }

  /** A server that was killed says nothing; neither does one that has lost this consumer. */
  #check(): void {
    const now = performance.now();
    if (this.#asked > 0 && now - this.#heard > 2.5 * heartbeatMs) this.#break('silence');
    else if (!this.#options.follow && this.#queue.length === 0 && now - this.#delivered > heartbeatMs)
      void this.#askForMore();
  }

  /** A bounded scan whose messages are removed under it would wait for ever. */
  async #askForMore(): Promise<void> {
    try {
      const { stream } = this.#options;
      const info = await callApi<{ num_pending: number }>(this.#core, `CONSUMER.INFO.${stream}.${this.#name}`);
      if (info.num_pending > 0 || this.#queue.length > 0) return;
      this.#exhausted = true;
      this.#wake?.();
    } catch (error) {
      this.#break(String(error));
    }
  }

  #break(why: string): void {
    if (this.#broken) return;
    this.#broken = true;
    this.#core.log.debug({ stream: this.#options.stream, why }, 'reading begins again');
    this.#wake?.();
  }
}
