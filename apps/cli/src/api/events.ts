/** The API's server-sent events, followed over broken connections. */
import type { ApiClient } from './client.ts';
import { CliError } from '../cli-error.ts';
import type { Io } from '../io.ts';
import type { HistoryEntry } from './types.ts';

export type ApiEvent =
  | { readonly kind: 'position'; readonly position: string }
  | { readonly kind: 'entry'; readonly entry: HistoryEntry & { instance?: string } };

const reconnectMs = 500;

/**
 * Every turn from a position on (`since` undefined: from now on), until aborted. Comes back by itself with the position that it reached;
 * `onAway` hears when the API is gone and when it is back, so that nobody takes its silence for peace.
 */
export async function* followEvents(
  client: ApiClient,
  options: { instance?: string; since?: string; signal: AbortSignal; onAway?: (isAway: boolean) => void },
): AsyncGenerator<ApiEvent> {
  const { instance, signal, onAway } = options;
  let position = options.since;
  let isAway = false;
  while (!signal.aborted) {
    try {
      const response = await client.stream('/v1/events', { query: { instance, since: position }, signal });
      if (isAway) onAway?.((isAway = false));
      for await (const { id, event, data } of parseEvents(response as AsyncIterable<Buffer>)) {
        if (id !== null) position = id;
        if (event === 'position') yield { kind: 'position', position: position ?? '' };
        else if (event === 'turn' || event === 'unreadable')
          yield { kind: 'entry', entry: JSON.parse(data) as HistoryEntry };
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof CliError) throw error;
      if (!isAway) onAway?.((isAway = true));
    }
    await new Promise((resolve) => {
      setTimeout(resolve, signal.aborted ? 0 : reconnectMs);
    });
  }
}

/** Tells on the error output when the API goes and comes. */
export const tellsAway =
  ({ err }: Pick<Io, 'err'>, { address }: Pick<ApiClient, 'address'>) =>
  (isAway: boolean): void =>
    err(isAway ? `the API at ${address} does not answer; trying again until it does\n` : 'it answers again\n');

interface ServerEvent {
  readonly id: string | null;
  readonly event: string;
  readonly data: string;
}

/** Server-sent events out of a stream of bytes; comments are left out. */
export async function* parseEvents(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of chunks) {
    text += decoder.decode(chunk, { stream: true });
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const parsed = parseBlock(text.slice(0, end));
      text = text.slice(end + 2);
      if (parsed !== null) yield parsed;
    }
  }
}

function parseBlock(block: string): ServerEvent | null {
  let id: string | null = null;
  let event = 'message';
  const data: string[] = [];
  for (const line of block.split('\n')) {
    const [, name, value = ''] = /^(id|event|data): ?(.*)$/.exec(line) ?? [];
    if (name === 'id') id = value;
    if (name === 'event') event = value;
    if (name === 'data') data.push(value);
  }
  return data.length === 0 ? null : { id, event, data: data.join('\n') };
}
