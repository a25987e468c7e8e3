/** The service of a host for other hosts of its cluster: takes in the files of a cold move, hands out images. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { createReadStream } from 'node:fs';
import { mkdir, rmdir, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { InstanceUuid } from '@chronovirt/contract';
import type { ClusterKey } from './cluster-key.ts';
import { PeerRefusedError, refusals } from './peer-errors.ts';
import { createServer } from './plain-http.ts';
import { arrived, receive } from './receive-file.ts';
import { EXPIRES_HEADER, SIGNATURE_HEADER, askedBy } from './wire.ts';
import type { Asked, MovedFile } from './wire.ts';

/** What the service needs of its host. */
export interface PeerHost {
  /** Whether this host is the destination of that move and waits for its files. Asked before a file and again before it gets its name. */
  expects(migration: string, instance: InstanceUuid): Promise<boolean>;
  /** Where a file of an instance belongs; null for a name that no file of a move has. */
  placeOf(instance: InstanceUuid, file: string): string | null;
  /** The file of an image that is here as a whole, or null. */
  imageFile(sha256: string): Promise<string | null>;
  /** Whether a probe file of that name is seen in the directory of instances. */
  sees(token: string): Promise<boolean>;
}

export interface PeerServiceOptions {
  readonly address: string;
  /** 0 = any that is free. */
  readonly port: number;
  readonly key: ClusterKey;
  /** Certificate and private key, as PEM; without them the service speaks plain HTTP: for networks that only the hosts share. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
  readonly host: PeerHost;
  readonly log: PeerLog;
  /** Milliseconds of silence after which a sender is given up; 30,000 unless said otherwise. */
  readonly silenceMs?: number;
}

export interface PeerLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

/** A signature is good for a minute; one from a clock that is further ahead than this is refused. */
const FURTHEST_AHEAD_MS = 10 * 60_000;
/** So often a sender hears that its file is still being read here. */
const STILL_AT_IT_MS = 2_000;
const MOST_CONNECTIONS = 128;

type FileAsked = Extract<Asked, { kind: 'file' }>;

export class PeerService {
  readonly #options: PeerServiceOptions;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #stopping = new AbortController();
  /** Files that somebody is sending now, by place. */
  readonly #receiving = new Set<string>();
  readonly #running = new Set<Promise<void>>();

  private constructor(options: PeerServiceOptions) {
    this.#options = options;
    const handle = (request: IncomingMessage, response: ServerResponse): void => this.#begin(request, response);
    this.#server = options.tls === undefined ? createServer(handle) : createTlsServer({ ...options.tls }, handle);
    // A file may take hours; silence is what ends a request.
    this.#server.requestTimeout = 0;
    this.#server.headersTimeout = 10_000;
    this.#server.maxConnections = MOST_CONNECTIONS;
    this.#server.timeout = options.silenceMs ?? 30_000;
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  /** Listens, and returns when others can connect. Throws when the address or port cannot be taken. */
  static async start(options: PeerServiceOptions): Promise<PeerService> {
    const service = new PeerService(options);
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    service.#server.once('error', reject);
    service.#server.listen(options.port, options.address, resolve);
    await promise;
    service.#server.off('error', reject);
    // A connection that cannot be taken (no file descriptors left, say) is the other side's to try again.
    service.#server.on('error', (error) => options.log.warn({ why: error.message }, 'connection of a peer not taken'));
    return service;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends all connections and returns when no file is written any more. */
  async stop(): Promise<void> {
    this.#stopping.abort(new Error('the service stops'));
    const closed = new Promise<void>((resolve) => void this.#server.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all([closed, ...this.#running]);
  }

  #begin(request: IncomingMessage, response: ServerResponse): void {
    const work = this.#serve(request, response).finally(() => this.#running.delete(work));
    this.#running.add(work);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const ticking = setInterval(() => {
      if (!response.headersSent && !response.destroyed) response.writeProcessing();
    }, STILL_AT_IT_MS);
    try {
      this.#authenticate(request);
      await this.#answer(askedBy(request.url ?? ''), request, response);
    } catch (error) {
      this.#refuse(error, request, response);
    } finally {
      clearInterval(ticking);
    }
  }

  #authenticate({ headers, method = '', url = '' }: IncomingMessage): void {
    const expires = Number(headers[EXPIRES_HEADER] ?? Number.NaN);
    const signature = headers[SIGNATURE_HEADER];
    if (!Number.isSafeInteger(expires) || typeof signature !== 'string')
      throw new PeerRefusedError('WRONG_KEY', 'the request is not signed');
    if (!this.#options.key.verifies(signature, method, url, expires))
      throw new PeerRefusedError('WRONG_KEY', 'the request is signed with another key than that of this cluster');
    const ahead = expires - Date.now();
    if (ahead < 0) throw new PeerRefusedError('EXPIRED', `the request expired ${-ahead} ms ago; compare the clocks`);
    if (ahead > FURTHEST_AHEAD_MS)
      throw new PeerRefusedError('EXPIRED', `the request is signed for ${ahead} ms from now; compare the clocks`);
  }

  async #answer(asked: Asked, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '' } = request;
    const { host } = this.#options;
    const route = `${method} ${asked.kind}`;
    switch (route) {
      case 'GET move':
        await this.#welcome(asked as MovedFile);
        return say(response, 200, { expected: true });
      case 'GET shared':
        return say(response, 200, { seen: await host.sees((asked as { token: string }).token) });
      case 'GET file':
      case 'PUT file':
        return await this.#file(asked as FileAsked, request, response);
      case 'GET image':
      case 'HEAD image':
        return await this.#image((asked as { sha256: string }).sha256, request, response);
      default:
        throw new PeerRefusedError('NOT_FOUND', `${method} is not possible here`);
    }
  }

  /** Throws unless files of the move are waited for. */
  async #welcome({ migration, instance }: Pick<MovedFile, 'migration' | 'instance'>): Promise<void> {
    if (!(await this.#options.host.expects(migration, instance))) {
      throw new PeerRefusedError(
        'NOT_EXPECTED',
        `this host waits for no files of instance ${instance} in move ${migration}`,
      );
    }
  }

  async #file(asked: FileAsked, request: IncomingMessage, response: ServerResponse): Promise<void> {
    await this.#welcome(asked);
    const place = this.#options.host.placeOf(asked.instance, asked.file);
    if (place === null)
      throw new PeerRefusedError('BAD_REQUEST', `file: ${JSON.stringify(asked.file)} is no file of a move`);
    if (this.#receiving.has(place)) throw new PeerRefusedError('BUSY', `${asked.file}: somebody is sending it already`);
    this.#receiving.add(place);
    try {
      const signal = this.#stopping.signal;
      if (request.method === 'GET') return say(response, 200, await arrived(place, asked, signal));
      await this.#receive(place, asked, request, signal);
      this.#options.log.info(
        { instance: asked.instance, migration: asked.migration, file: asked.file, bytes: asked.bytes },
        'file of a move received',
      );
      return say(response, 201, { whole: true, received: asked.bytes });
    } finally {
      this.#receiving.delete(place);
    }
  }

  async #receive(place: string, asked: FileAsked, request: IncomingMessage, signal: AbortSignal): Promise<void> {
    const directory = dirname(place);
    const made = await mkdir(directory, { recursive: true, mode: 0o711 });
    try {
      // The move may have been undone, and its directory removed, since it was asked for above.
      if (made !== undefined) await this.#welcome(asked);
      await receive(place, asked, request as AsyncIterable<Buffer>, () => this.#welcome(asked), signal);
    } catch (error) {
      if (made !== undefined) await rmdir(directory).catch(() => {});
      throw error;
    }
  }

  async #image(sha256: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const file = await this.#options.host.imageFile(sha256);
    if (file === null) throw new PeerRefusedError('NOT_FOUND', `no image with SHA-256 ${sha256} is here`);
    const { size } = await stat(file);
    const from = offsetIn(request.headers.range, size);
    response.writeHead(from === 0 ? 200 : 206, {
      'content-type': 'application/octet-stream',
      'content-length': size - from,
      'accept-ranges': 'bytes',
      ...(from === 0 ? {} : { 'content-range': `bytes ${from}-${size - 1}/${size}` }),
    });
    if (request.method === 'HEAD') return void response.end();
    await pipeline(createReadStream(file, { start: from, highWaterMark: 1024 * 1024 }), response);
  }

  #refuse(error: unknown, request: IncomingMessage, response: ServerResponse): void {
    const refusal =
      error instanceof PeerRefusedError
        ? error
        : new PeerRefusedError('BROKEN', 'the request failed on this side; the log of the host says why');
    const cut = request.destroyed && !request.complete;
    const why = error instanceof Error ? error.message : String(error);
    this.#options.log.warn(
      { reason: cut ? 'CUT' : refusal.reason, method: request.method, path: request.url?.slice(0, 300), why },
      'request of a peer not fulfilled',
    );
    if (response.headersSent || response.destroyed) return void response.destroy();
    // Taken now: with its answer the request lets go of its connection.
    const socket: Socket | null = request.socket;
    // The rest of a file that is not wanted is not read.
    response.once('finish', () => socket?.destroySoon());
    say(response, refusals[refusal.reason], { reason: refusal.reason, message: refusal.message });
  }
}

function say(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify(body));
}

/** Where a reader goes on: `bytes=N-` of the header, which may be missing. */
function offsetIn(range: string | undefined, size: number): number {
  if (range === undefined) return 0;
  const from = Number(/^bytes=(\d{1,16})-$/.exec(range)?.[1] ?? Number.NaN);
  if (!(from < size))
    throw new PeerRefusedError(
      'BAD_REQUEST',
      `range: expected bytes=N- with N below ${size}, got ${range.slice(0, 50)}`,
    );
  return from;
}
