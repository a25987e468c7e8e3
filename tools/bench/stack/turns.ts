/** Stored turns as the event stream of the API tells them: what a user would wait on, so their way to the user is in every time taken. */
import type { IncomingMessage } from 'node:http';
import { CLUSTER, type TurnMessage } from '@chronovirt/contract';
import type { HttpCaller } from './http.ts';

/** A turn, and when it was heard (milliseconds of the monotonic clock). */
export interface HeardTurn {
  readonly host: string;
  readonly message: TurnMessage;
  readonly heard: number;
}

interface Waiter {
  readonly wanted: (turn: HeardTurn) => boolean;
  readonly resolve: (turn: HeardTurn) => void;
  readonly timer: NodeJS.Timeout;
}

const patienceMs = 60_000;

export class Turns {
  readonly #waiters = new Map<string, Set<Waiter>>();
  /** The last turn heard of each instance on a host. */
  readonly #latest = new Map<string, HeardTurn>();
  #stream: IncomingMessage | null = null;

  /** Resolves when nothing can be missed any more. */
  async start(http: HttpCaller): Promise<void> {
    const stream = await http.open('/v1/events');
    this.#stream = stream;
    const attached = Promise.withResolvers<void>();
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      const heard = performance.now();
      rest += chunk;
      for (let end = rest.indexOf('\n\n'); end >= 0; end = rest.indexOf('\n\n')) {
        this.#take(rest.slice(0, end), heard, attached.resolve);
        rest = rest.slice(end + 2);
      }
    });
    stream.once('error', () => {});
    await attached.promise;
  }

  stop(): void {
    this.#stream?.destroy();
  }

  /** The first turn of an instance from now on for which `wanted` holds. */
  next(instance: string, wanted: (turn: HeardTurn) => boolean): Promise<HeardTurn> {
    return new Promise((resolve, reject) => {
      const waiters = this.#waiters.get(instance) ?? new Set();
      const timer = setTimeout(() => {
        waiters.delete(waiter);
        reject(new Error(`the awaited turn of instance ${instance} was not stored within ${patienceMs / 1000} s`));
      }, patienceMs);
      const waiter = { wanted, resolve, timer };
      this.#waiters.set(instance, waiters.add(waiter));
    });
  }

  /** The next turn of an instance on a host that leads to this state. */
  reaches(instance: string, state: string): Promise<HeardTurn> {
    return this.next(instance, ({ host, message }) => host !== CLUSTER && message.state.value === state);
  }

  /** The turn of an instance on a host that led to this state, if it was the last; else the next one that does. */
  async reached(instance: string, state: string): Promise<HeardTurn> {
    const latest = this.#latest.get(instance);
    return latest?.message.state.value === state ? latest : this.reaches(instance, state);
  }

  #take(record: string, heard: number, attached: () => void): void {
    if (record.includes('event: position')) return attached();
    const data = record.indexOf('\ndata: ');
    if (data < 0 || !record.includes('event: turn')) return;
    const { host, message } = JSON.parse(record.slice(data + 7)) as { host: string; message: TurnMessage };
    const turn = { host, message, heard };
    if (host !== CLUSTER) this.#latest.set(message.instance, turn);
    const waiters = this.#waiters.get(message.instance);
    if (waiters === undefined) return;
    for (const waiter of waiters) {
      if (!waiter.wanted(turn)) continue;
      waiters.delete(waiter);
      clearTimeout(waiter.timer);
      waiter.resolve(turn);
    }
    if (waiters.size === 0) this.#waiters.delete(message.instance);
  }
}
