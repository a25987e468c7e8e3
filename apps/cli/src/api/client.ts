/** Requests to the API. Plain node:http: it starts faster than fetch, and a command lives for a moment. */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { userInfo } from 'node:os';
import type { Readable } from 'node:stream';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import type { ApiAddress } from './find-api.ts';
import { errorOf } from './problems.ts';

type Query = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Call {
  readonly method?: 'GET' | 'POST' | 'DELETE' | 'HEAD';
  readonly query?: Query;
  readonly body?: unknown;
  /** Bytes to send, with their number. */
  readonly upload?: { readonly content: Readable; readonly bytes: number };
  /** Id of an order: makes it safe to send again when the connection breaks. */
  readonly key?: string;
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
}

const retryPausesMs = [100, 400, 1_000];

/** How long an API that has taken the connection may keep silent. Milliseconds. */
export interface Patience {
  /** Then whoever waits is told. The API itself waits for a host that is silent, some five seconds. */
  readonly tellAfterMs: number;
  /** Then it counts as one that cannot be used. An order is answered when it is stored, which takes moments. */
  readonly endAfterMs: number;
}

const usualPatience: Patience = { tellAfterMs: 7_000, endAfterMs: 90_000 };

export interface ClientOptions {
  /** Ends what is waited for, where a call has no signal of its own. */
  readonly signal?: AbortSignal;
  /** Told once that the API lets wait. */
  readonly onSilence?: (text: string) => void;
  readonly patience?: Patience;
}

export class ApiClient {
  readonly #address: ApiAddress;
  readonly #options: ClientOptions;
  #isSilenceTold = false;
  constructor(address: ApiAddress, options: ClientOptions = {}) {
    this.#address = address;
    this.#options = options;
  }

  get address(): string {
    return this.#address.address;
  }

  /** A JSON answer. Throws `CliError` with the exit code that fits the problem. */
  async json<T>(path: string, call: Call = {}): Promise<T> {
    const text = await this.text(path, call);
    return JSON.parse(text) as T;
  }

  async text(path: string, call: Call = {}): Promise<string> {
    const { response, text } = await this.#whole(path, call);
    if ((response.statusCode ?? 500) < 400) return text;
    throw errorOf(response.statusCode ?? 500, text);
  }

  /** An answer that goes on: the response as it comes. Throws as `json` does. */
  async stream(path: string, call: Call = {}): Promise<IncomingMessage> {
    const response = await this.#send(path, call);
    if ((response.statusCode ?? 500) < 400) return response;
    throw errorOf(response.statusCode ?? 500, await read(response));
  }

  /** Sends, and sends again where that can do no harm: reads, and orders that bear their id. */
  async #whole(path: string, call: Call): Promise<{ response: IncomingMessage; text: string }> {
    const isRepeatable = call.upload === undefined && ((call.method ?? 'GET') === 'GET' || call.key !== undefined);
    for (let attempt = 0; ; attempt++) {
      try {
        const response = await this.#send(path, call);
        return { response, text: await read(response) };
      } catch (error) {
        const pause = retryPausesMs[attempt];
        if (!isBroken(error) || !isRepeatable || pause === undefined || call.signal?.aborted === true)
          throw this.#told(error);
        await new Promise((resolve) => {
          setTimeout(resolve, pause);
        });
      }
    }
  }

  #send(
    path: string,
    { method = 'GET', query = {}, body, upload, key, signal = this.#options.signal, headers = {} }: Call,
  ): Promise<IncomingMessage> {
    const url = new URL(this.#address.address + path);
    for (const [name, value] of Object.entries(query))
      if (value !== undefined) url.searchParams.set(name, String(value));
    const payload = body === undefined ? undefined : Buffer.from(JSON.stringify(body));
    const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
    const request = httpRequest(
      url,
      {
        method,
        ...(signal === undefined ? {} : { signal }),
        headers: {
          authorization: `Bearer ${this.#address.token}`,
          'chronovirt-user': userName(),
          ...(key === undefined ? {} : { 'idempotency-key': key }),
          ...(payload === undefined ? {} : { 'content-type': 'application/json', 'content-length': payload.length }),
          ...(upload === undefined
            ? {}
            : { 'content-type': 'application/octet-stream', 'content-length': upload.bytes }),
          ...headers,
        },
      },
      resolve,
    );
    request.on('error', reject);
    if (upload === undefined) request.end(payload);
    else {
      upload.content.on('error', (error) => request.destroy(error));
      // An answer may come before the end of the bytes: a refusal, for instance.
      request.on('response', () => upload.content.unpipe(request));
      upload.content.pipe(request);
    }
    const stopWaiting = upload === undefined ? this.#wait((error) => request.destroy(error)) : () => {};
    return promise
      .catch((error: unknown) => {
        // Whoever ordered something and does not wait for the answer has to look.
        if (key !== undefined && signal?.aborted === true)
          throw new CliError(
            exitCodes.timeout,
            'interrupted before the API had answered; it may have taken the order',
            {
              hint: 'chronovirt history tells whether it was taken',
              cause: error,
            },
          );
        throw upload === undefined ? error : this.#told(error);
      })
      .finally(stopWaiting);
  }

  /** Tells of an API that accepts a connection and then says nothing, and gives it up in the end. Returns what ends the wait. */
  #wait(giveUp: (error: Error) => void): () => void {
    const { onSilence, patience: { tellAfterMs, endAfterMs } = usualPatience } = this.#options;
    const tell = setTimeout(() => {
      if (this.#isSilenceTold) return;
      this.#isSilenceTold = true;
      onSilence?.(`no answer from ${this.#address.address} yet; waiting ${endAfterMs / 1000} s at most`);
    }, tellAfterMs);
    const end = setTimeout(
      () =>
        giveUp(
          new CliError(
            exitCodes.error,
            `the API at ${this.#address.address} does not answer: it took the request and said nothing for ${endAfterMs / 1000} s`,
            { hint: 'see to the coordinator; chronovirt history tells afterwards whether an order was taken' },
          ),
        ),
      endAfterMs,
    );
    return () => {
      clearTimeout(tell);
      clearTimeout(end);
    };
  }

  #told(error: unknown): unknown {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof CliError || code === undefined || code === 'ABORT_ERR') return error;
    const hint =
      code === 'ECONNREFUSED'
        ? 'is it running? npm start starts one'
        : 'try again; an order that was sent keeps its id';
    return new CliError(exitCodes.error, `the API at ${this.#address.address} cannot be reached (${code})`, {
      hint,
      cause: error,
    });
  }
}

function isBroken(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ECONNRESET' || code === 'EPIPE' || code === 'ECONNREFUSED' || code === 'ETIMEDOUT';
}

async function read(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

function userName(): string {
  try {
    return userInfo()
      .username.replaceAll(/[^\w.@+-]/g, '_')
      .slice(0, 100);
  } catch {
    return 'cli';
  }
}
