/** The HTTP API as the demonstration uses it. */
import { createReadStream, readFileSync, statSync } from 'node:fs';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { StoredEvent, TurnMessage } from '@chronovirt/contract';

const RECONNECT_MS = 500;

export interface Turn {
  readonly seq: number;
  readonly host: string;
  readonly message: TurnMessage;
}

export interface InstanceView {
  readonly uuid: string;
  readonly name: string;
  readonly state: string;
  readonly host: string;
  readonly power: string | null;
  readonly awaiting: string | null;
  readonly failure: { readonly method: string; readonly code: string; readonly message: string } | null;
}

export class ApiError extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** One that is just coming up may answer 503. */
const isRefusal = (error: unknown): boolean => error instanceof ApiError && error.status < 500;

export class Api {
  readonly address: string;
  readonly #token: string;

  constructor(address: string, tokenFile: string) {
    this.address = address;
    this.#token = readFileSync(tokenFile, 'utf8').trim();
  }

  async get<T>(path: string): Promise<T> {
    return (await this.#request('GET', path)) as T;
  }

  /** With a `key` the same order may be sent again: it gets the same answer. */
  async post<T>(path: string, body: object, query: string = '', key?: string): Promise<T> {
    const json = JSON.stringify(body);
    return (await this.#request('POST', `${path}${query}`, json, 'application/json', undefined, key)) as T;
  }

  async delete<T>(path: string): Promise<T> {
    return (await this.#request('DELETE', path)) as T;
  }

  /** Uploads an image; one that is there already is only named. `properties`: as Nova names them. */
  async upload(file: string, name: string, properties: Record<string, string> = {}): Promise<{ sha256: string }> {
    const body = Readable.toWeb(createReadStream(file, { highWaterMark: 1024 * 1024 })) as ReadableStream;
    return (await this.#request(
      'POST',
      `/v1/images?${new URLSearchParams({ name, ...properties })}`,
      body,
      'application/octet-stream',
      statSync(file).size,
    )) as { sha256: string };
  }

  /** The end of what a guest wrote to its serial console. */
  async consoleLog(name: string): Promise<string> {
    const { headers } = this.#as();
    const response = await fetch(`${this.address}/v1/instances/${encodeURIComponent(name)}/console-log`, { headers });
    if (!response.ok) throw new ApiError(response.status, `the console of ${name} cannot be read (${response.status})`);
    return response.text();
  }

  async find(name: string): Promise<InstanceView | null> {
    try {
      return await this.get<InstanceView>(`/v1/instances/${encodeURIComponent(name)}`);
    } catch (error) {
      if (error instanceof ApiError && error.status === 404) return null;
      throw error;
    }
  }

  /**
   * Every turn that is stored from now on, as it is stored. `attached` is called once nothing can be missed. A stream that breaks off, with
   * the coordinator, goes on where it was; `onAway` hears of that.
   */
  async *turns(
    signal: AbortSignal,
    attached: () => void,
    onAway: (isAway: boolean) => void = () => {},
  ): AsyncGenerator<Turn> {
    let position: string | undefined;
    let isAway = false;
    for (;;) {
      try {
        for await (const { event, id, data } of this.#events(position, signal)) {
          if (isAway) onAway((isAway = false));
          position = id ?? position;
          if (event === 'position') attached();
          if (event === 'turn' && data !== undefined) yield JSON.parse(data) as Turn;
        }
      } catch (error) {
        if (signal.aborted || position === undefined || isRefusal(error)) throw error;
      }
      if (!isAway) onAway((isAway = true));
      await sleep(RECONNECT_MS, undefined, { signal });
    }
  }

  async *#events(
    since: string | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<{ event: string | undefined; id: string | undefined; data: string | undefined }> {
    const query = since === undefined ? '' : `?${new URLSearchParams({ since })}`;
    const response = await fetch(`${this.address}/v1/events${query}`, {
      headers: { authorization: `Bearer ${this.#token}` },
      signal,
    });
    if (!response.ok || response.body === null)
      throw new ApiError(response.status, `the event stream was refused (${response.status})`);
    let text = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const record = text.slice(0, end);
        text = text.slice(end + 2);
        const field = (name: string): string | undefined => new RegExp(`^${name}: (.*)$`, 'm').exec(record)?.[1];
        yield { event: field('event'), id: field('id'), data: field('data') };
      }
    }
  }

  #as(): { headers: Record<string, string> } {
    return { headers: { authorization: `Bearer ${this.#token}`, 'chronovirt-user': 'npm-start' } };
  }

  async #request(
    method: string,
    path: string,
    body?: string | ReadableStream,
    type?: string,
    bytes?: number,
    key?: string,
  ): Promise<unknown> {
    const init: RequestInit & { duplex?: 'half' } = {
      method,
      headers: {
        ...this.#as().headers,
        ...(type && { 'content-type': type }),
        ...(bytes !== undefined && { 'content-length': String(bytes) }),
        ...(key !== undefined && { 'idempotency-key': key }),
      },
      ...(body !== undefined && { body, duplex: 'half' as const }),
    };
    const response = await fetch(`${this.address}${path}`, init);
    const text = await response.text();
    const answer = text === '' ? null : (JSON.parse(text) as { title?: string; detail?: string });
    if (!response.ok)
      throw new ApiError(response.status, answer?.detail ?? answer?.title ?? `${method} ${path}: ${response.status}`);
    return answer;
  }
}

/** Types of a turn's events and where they led, for one line. */
export function eventsText(events: readonly StoredEvent[]): string {
  return events.map(({ type }) => type).join(', ');
}
