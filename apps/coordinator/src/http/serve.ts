import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import {
  coordinatorConfig,
  type CoordinatorConfig,
  type CoordinatorConfigInput,
} from '../config/coordinator-config.ts';
import { ReadModel } from '../read-model/read-model.ts';
import { InvalidInputError } from '@chronovirt/contract';
import { buildApi } from './api.ts';
import { tokenFromFile } from './bearer-token.ts';
import type { HttpPorts } from './ports.ts';

export interface ServeOptions extends HttpPorts {
  readonly config: CoordinatorConfigInput;
  /** File with the bearer token, 0600. */
  readonly tokenFile: string;
  /** A model that runs already; else one is started here. */
  readonly model?: ReadModel;
}

export interface HttpServer {
  /** `http://127.0.0.1:8774` */
  readonly address: string;
  readonly model: ReadModel;
  /** Ends event streams, lets running requests finish for a moment, closes. */
  close(): Promise<void>;
}

/** How long running requests get to end at a close. */
const closeGraceMs = 2_000;

/** Starts the read model and the HTTP API; resolves when both serve. Throws `INVALID_INPUT` for a configuration that cannot be used. */
export async function serveHttp(options: ServeOptions): Promise<HttpServer> {
  const config = coordinatorConfig.parse(options.config);
  const hasToken = tokenFromFile(options.tokenFile);
  const model = options.model ?? new ReadModel({ journal: options.journal, log: options.log });
  if (options.model === undefined) await model.start();
  const closing = new AbortController();
  const app = buildApi({ ...options, config, model, closing: closing.signal }, hasToken);
  const server = createAdaptorServer({ fetch: app.fetch });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, config)));
    server.listen(config.port, config.listen, resolve);
  });
  const { address, family, port } = server.address() as AddressInfo;
  return {
    address: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    model,
    async close() {
      closing.abort(new Error('the API closes'));
      if (options.model === undefined) model.close();
      const closed = new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      const timer = setTimeout(() => 'closeAllConnections' in server && server.closeAllConnections(), closeGraceMs);
      if ('closeIdleConnections' in server) server.closeIdleConnections();
      await closed;
      clearTimeout(timer);
    },
  };
}

/** Why it cannot listen, by the field of the configuration that is to blame. */
function listenError(error: NodeJS.ErrnoException, { listen, port }: CoordinatorConfig): Error {
  if (error.code === 'EADDRINUSE')
    return new InvalidInputError('api.port', `${listen}:${port} is taken by another program; choose another port`);
  if (error.code === 'EACCES')
    return new InvalidInputError('api.port', `${port} is not for us to listen on; choose one from 1024 on`);
  if (error.code === 'EADDRNOTAVAIL' || error.code === 'ENOTFOUND')
    return new InvalidInputError('api.listen', `${listen} is no address of this machine`);
  return error;
}
