import { LibvirtEventOverflowError } from './errors.ts';

/** Where events go. */
export interface EventSink<Body> {
  deliver(body: Body): void;
  /** No more events: the session ended, with an error unless this side closed it. */
  end(error?: Error): void;
}

/**
 * Events as an async iterator with a bounded queue. When the reader leaves more than `capacity` events unread, it still
 * gets those, and then a {@link LibvirtEventOverflowError} with the exact number that it did not get.
 */
export class Subscription<Body> implements EventSink<Body>, AsyncIterableIterator<Body> {
  private readonly capacity: number;
  private readonly detach: () => void;
  private readonly queue: Body[] = [];
  private readonly waiting: ((result: IteratorResult<Body> | Promise<never>) => void)[] = [];
  private lost = 0;
  private failure: Error | undefined;
  private ended = false;

  /** `detach` is called once, when the subscription is over. */
  constructor(capacity: number, detach: () => void) {
    this.capacity = capacity;
    this.detach = detach;
  }

  /** Events that wait to be read. */
  get pending(): number {
    return this.queue.length;
  }

  deliver(body: Body): void {
    if (this.ended) return;
    const reader = this.waiting.shift();
    if (reader) reader({ done: false, value: body });
    else if (this.lost > 0 || this.queue.length >= this.capacity) this.lost += 1;
    else this.queue.push(body);
  }

  end(error?: Error): void {
    if (this.ended) return;
    this.ended = true;
    this.failure = error;
    for (const reader of this.waiting.splice(0)) reader(this.conclusion());
    this.detach();
  }

  next(): Promise<IteratorResult<Body>> {
    const body = this.queue.shift();
    if (body !== undefined) return Promise.resolve({ done: false, value: body });
    if (this.lost > 0) this.overflow();
    if (this.ended) return Promise.resolve(this.conclusion());
    return new Promise((resolve) => {
      this.waiting.push(resolve);
    });
  }

  /** Ends the subscription; unread events are dropped. */
  return(): Promise<IteratorResult<Body>> {
    this.close();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Ends the subscription; unread events are dropped. */
  close(): void {
    this.queue.length = 0;
    this.lost = 0;
    this.end();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.close();
  }

  private overflow(): void {
    const error = new LibvirtEventOverflowError(this.lost, this.capacity);
    this.lost = 0;
    this.end();
    this.failure = error;
  }

  /** A failure is told once; after it the iterator is done. */
  private conclusion(): IteratorResult<Body> | Promise<never> {
    const { failure } = this;
    this.failure = undefined;
    return failure ? Promise.reject(failure) : { done: true, value: undefined };
  }
}

/** Events as calls of a function, in the order of arrival. */
export class Listener<Body> implements EventSink<Body> {
  /** Resolves when it is over: to the error that ended it, a throw of the handler included, or to undefined after {@link close}. */
  readonly closed: Promise<Error | undefined>;
  private readonly handler: (body: Body) => void;
  private readonly detach: () => void;
  private over!: (error: Error | undefined) => void;
  private ended = false;

  constructor(handler: (body: Body) => void, detach: () => void) {
    this.handler = handler;
    this.detach = detach;
    this.closed = new Promise((resolve) => {
      this.over = resolve;
    });
  }

  deliver(body: Body): void {
    if (this.ended) return;
    try {
      this.handler(body);
    } catch (error) {
      this.end(error instanceof Error ? error : new Error(String(error)));
    }
  }

  end(error?: Error): void {
    if (this.ended) return;
    this.ended = true;
    this.over(error);
    this.detach();
  }

  close(): void {
    this.end();
  }
}
