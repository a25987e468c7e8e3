/**
 * Stored turns as server-sent events. The reader is attached to the live model first; then what lies between its position and the
 * model's is read from the journal; then come the live ones that were kept meanwhile. So nothing is missed and nothing comes twice.
 *
 * Back-pressure: the body is pulled. What a slow reader has not taken waits in a bounded queue; at its bound the stream ends, and the
 * reader comes back with the position that it reached.
 *
 * Between them comes how far drains are. That is no event: it has no id, is not stored, and only the latest waits for a slow reader.
 */
import { CLUSTER } from '@chronovirt/contract';
import { isOfHost, isReadable, type Stored } from '@chronovirt/runtime';
import { formatPosition, type Position } from '../read-model/position.ts';
import type { ApiContext } from './context.ts';
import type { DrainFeed, DrainWord } from './drain-feed.ts';

export interface EventStreamOptions {
  readonly since: Position | null;
  /** UUID of the only instance that is asked for. */
  readonly instance: string | null;
  /** Tells how far drains are; null = nobody wants to know. */
  readonly drains: DrainFeed | null;
  /** Aborted when the reader has gone. */
  readonly signal: AbortSignal;
}

const encoder = new TextEncoder();
const reconnectMs = 1_000;

/** Answers with the stream. */
export function eventStream(context: ApiContext, options: EventStreamOptions): Response {
  const ended = new AbortController();
  const turns = turnsFrom(context, options, AbortSignal.any([options.signal, context.closing, ended.signal]));
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const next = await turns.next();
          if (next.done === true) controller.close();
          else controller.enqueue(encoder.encode(next.value));
        } catch (error) {
          if (!options.signal.aborted) context.log.warn({ error: String(error) }, 'an event stream broke off');
          controller.error(error);
        }
      },
      async cancel() {
        ended.abort();
        await turns.return(undefined);
      },
    },
    { highWaterMark: 1 },
  );
  const headers = { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' };
  return new Response(body, { headers });
}

async function* turnsFrom(
  context: ApiContext,
  { since, instance, drains }: EventStreamOptions,
  signal: AbortSignal,
): AsyncGenerator<string, undefined> {
  const { model, config } = context;
  const live = new LiveQueue(config.maxEventsBehind, instance);
  const detach = model.onStored((stored) => live.push(stored));
  let unfollow = (): void => {};
  const stopped = () => live.end();
  signal.addEventListener('abort', stopped, { once: true });
  try {
    const attachedAt = new Map(model.position);
    const position = new Map(since ?? attachedAt);
    yield `retry: ${reconnectMs}\nid: ${formatPosition(position)}\nevent: position\ndata: {"position":"${formatPosition(position)}"}\n\n`;
    if (since !== null) {
      for await (const stored of between(context, since, attachedAt, instance, signal)) {
        position.set(stored.host, stored.seq);
        yield written(stored, position);
      }
    }
    unfollow = drains?.follow((word) => live.say(word)) ?? unfollow;
    while (!signal.aborted) {
      const batch = await live.take(config.heartbeatMs);
      if (batch === null) return;
      const { turns, words } = batch;
      let text = turns.length + words.length === 0 ? ': still here\n\n' : '';
      for (const stored of turns) {
        if (stored.seq <= (position.get(stored.host) ?? 0)) continue;
        position.set(stored.host, stored.seq);
        text += written(stored, position);
      }
      for (const word of words) text += `event: drain\ndata: ${JSON.stringify(word)}\n\n`;
      if (text !== '') yield text;
    }
  } finally {
    signal.removeEventListener('abort', stopped);
    detach();
    unfollow();
  }
}

/** What is stored after `since` and up to `end`: of one instance in order of time, of all host by host, the spine first, since every history begins there. */
async function* between(
  context: ApiContext,
  since: Position,
  end: Position,
  instance: string | null,
  signal: AbortSignal,
): AsyncGenerator<Stored> {
  const { journal } = context;
  const hosts = [...end]
    .toSorted(([a], [b]) => Number(b === CLUSTER) - Number(a === CLUSTER))
    .map(([host, to]) => ({ host, from: since.get(host) ?? 0, to }))
    .filter(({ from, to }) => from < to);
  if (instance !== null) {
    yield* inOrderOfTime(
      hosts.map(({ host, from, to }) => journal.read(host, instance, { from: from + 1, to })),
      signal,
    );
    return;
  }
  for (const { host, from, to } of hosts) {
    if (signal.aborted) continue;
    const stop = new AbortController();
    try {
      for await (const stored of journal.feed(host, from, AbortSignal.any([signal, stop.signal]))) {
        if (stored.seq <= to) yield stored;
        if (stored.seq >= to) break;
      }
    } finally {
      stop.abort();
    }
  }
}

/** Histories of several hosts as one: each stays in its own order, and of those that come next the earliest is told first. */
async function* inOrderOfTime(
  histories: readonly AsyncIterable<Stored>[],
  signal: AbortSignal,
): AsyncGenerator<Stored> {
  const readers = histories.map((history) => history[Symbol.asyncIterator]());
  try {
    const heads = await Promise.all(readers.map((reader) => reader.next()));
    while (!signal.aborted) {
      const times = heads.map((head) =>
        head.done === true ? Infinity : isReadable(head.value) ? head.value.message.at : 0,
      );
      const first = times.indexOf(Math.min(...times));
      const head = heads[first];
      const reader = readers[first];
      if (head === undefined || reader === undefined || head.done === true) return;
      yield head.value;
      heads[first] = await reader.next();
    }
  } finally {
    await Promise.all(readers.map((reader) => reader.return?.()));
  }
}

function written(stored: Stored, position: Position): string {
  const { instance: _, ...rest } = stored;
  const name = isReadable(stored) ? 'turn' : isOfHost(stored) ? 'host' : 'unreadable';
  return `id: ${formatPosition(position)}\nevent: ${name}\ndata: ${JSON.stringify(name === 'unreadable' ? stored : rest)}\n\n`;
}

/** Live messages that wait for their reader. */
class LiveQueue {
  readonly #limit: number;
  readonly #instance: string | null;
  #waiting: Stored[] = [];
  /** The latest word of each host's drain. */
  readonly #words = new Map<string, DrainWord>();
  #wake: () => void = () => {};
  #ended = false;

  constructor(limit: number, instance: string | null) {
    this.#limit = limit;
    this.#instance = instance;
  }

  push(stored: Stored): void {
    if (this.#ended || (this.#instance !== null && stored.instance !== this.#instance)) return;
    if (this.#waiting.length >= this.#limit) {
      this.end();
      return;
    }
    this.#waiting.push(stored);
    this.#wake();
  }

  say(word: DrainWord): void {
    this.#words.set(word.host, word);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  /** All that waits, as soon as there is something; empty after `ms` without; null at the end. What waited before the end is given first. */
  async take(ms: number): Promise<{ readonly turns: Stored[]; readonly words: DrainWord[] } | null> {
    if (this.#waiting.length === 0 && this.#words.size === 0 && !this.#ended) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const timer = setTimeout(resolve, ms);
      timer.unref();
      await promise;
      clearTimeout(timer);
    }
    const turns = this.#waiting;
    const words = [...this.#words.values()];
    this.#waiting = [];
    this.#words.clear();
    return turns.length === 0 && this.#ended ? null : { turns, words };
  }
}
