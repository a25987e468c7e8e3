/**
 * The connection to NATS. It never gives up once it stood: it reconnects for ever and says through `link` how it is. The client library
 * throws away what is published while disconnected, so every part of this library asks the link first and repeats what was lost.
 */
import {
  connect as dial,
  credsAuthenticator,
  errors,
  nkeyAuthenticator,
  type Authenticator,
  type ConnectionOptions,
  type NatsConnection as Client,
} from '@nats-io/transport-node';
import { InvalidInputError } from '@chronovirt/contract';
import { JournalFault, LinkSwitch, silentLog, type Log } from '@chronovirt/runtime';
import { NatsForbiddenError, NatsUnreachableError } from '../errors.ts';
import { capabilitiesOf, roundTrip, setCore, type Core } from './core.ts';
import type { NatsConnection } from './handle.ts';
import { pause } from './pause.ts';
import { ReplyInbox } from './reply-inbox.ts';
import { readSecretFile } from './secret-file.ts';
import { tlsOf, type TlsFiles } from './tls.ts';

export interface ConnectOptions {
  /** `nats://host:port` or `tls://host:port`; one or several of a cluster. */
  readonly servers: string | readonly string[];
  /** Who this is, for the server's lists and for the inbox: `[A-Za-z0-9_-]{1,64}`. */
  readonly name: string;
  /** File with the seed of this user's nkey; 0600. */
  readonly nkeySeedFile?: string | undefined;
  /** Credentials file (JWT and seed); 0600. Not together with `nkeySeedFile`. */
  readonly credsFile?: string;
  /** How it is encrypted. Without it `tls://` still insists on TLS, by an authority that the system knows. */
  readonly tls?: TlsFiles | undefined;
  /** How long to wait for the first connection, in milliseconds; `Infinity` = until it stands. Default 10 s. */
  readonly patienceMs?: number;
  readonly signal?: AbortSignal;
  readonly log?: Log;
}

/**
 * Connects. Throws `NATS_FORBIDDEN` when the server does not know this user, `NATS_UNREACHABLE` when none answers within the patience,
 * `SECRET_FILE_UNUSABLE`, `INVALID_INPUT` for a file of TLS that cannot be read, the signal's reason.
 */
export async function connect(options: ConnectOptions): Promise<NatsConnection> {
  const { log = silentLog } = options;
  const inboxPrefix = inboxPrefixOf(options.name);
  const client = await firstConnection(clientOptions(options, inboxPrefix), options, log);
  const inbox = new ReplyInbox(client, inboxPrefix);
  const link = new LinkSwitch(true, () => roundTrip(core));
  const core: Core = { client, inbox, inboxPrefix, link, log };
  void follow(core, link);
  const handle: NatsConnection = {
    link,
    capabilities: () => capabilitiesOf(core),
    server: () => client.getServer(),
    close: async () => {
      const wasUp = link.up();
      link.end(closed());
      // Draining asks the server; a silent one must not hold up the end.
      if (wasUp) await Promise.race([client.drain(), pause(1_000)]).catch(() => {});
      await client.close();
    },
  };
  setCore(handle, core);
  void atTheEnd(core, link);
  return handle;
}

/** A user may subscribe below its own inbox alone; under the common one everybody could read everybody's replies. */
export function inboxPrefixOf(name: string): string {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(name)) throw new InvalidInputError('name', 'expected 1-64 of A-Z a-z 0-9 _ -');
  return `_INBOX_${name}`;
}

const closed = (cause?: unknown): JournalFault =>
  new JournalFault('JOURNAL_CLOSED', 'the connection to NATS was closed', cause);

function clientOptions(options: ConnectOptions, inboxPrefix: string): ConnectionOptions {
  const { servers, name, nkeySeedFile, credsFile, tls } = options;
  if (nkeySeedFile !== undefined && credsFile !== undefined) {
    throw new InvalidInputError('credsFile', 'give either an nkey seed file or a credentials file');
  }
  let authenticator: Authenticator | undefined;
  if (nkeySeedFile !== undefined) {
    authenticator = nkeyAuthenticator(trimmed(readSecretFile(nkeySeedFile, 'seed of the NATS user')));
  } else if (credsFile !== undefined) {
    authenticator = credsAuthenticator(readSecretFile(credsFile, 'credentials of the NATS user'));
  }
  return {
    servers: typeof servers === 'string' ? [servers] : [...servers],
    name,
    inboxPrefix,
    maxReconnectAttempts: -1,
    // A server under maintenance may refuse for a while; an agent must outlive that.
    ignoreAuthErrorAbort: true,
    reconnectTimeWait: 100,
    reconnectJitter: 50,
    pingInterval: 2_000,
    maxPingOut: 2,
    timeout: 5_000,
    noAsyncTraces: true,
    ...(authenticator ? { authenticator } : {}),
    ...tlsOf(servers, tls),
  };
}

function trimmed(seed: Uint8Array): Uint8Array {
  let end = seed.length;
  while (end > 0 && (seed[end - 1] ?? 0) <= 0x20) end--;
  return seed.subarray(0, end);
}

async function firstConnection(dialOptions: ConnectionOptions, options: ConnectOptions, log: Log): Promise<Client> {
  const { patienceMs = 10_000, signal } = options;
  const started = performance.now();
  let tellAtMs = 0;
  for (;;) {
    signal?.throwIfAborted();
    try {
      return await dial(dialOptions);
    } catch (error) {
      if (error instanceof errors.AuthorizationError || error instanceof errors.UserAuthenticationExpiredError) {
        throw new NatsForbiddenError(
          `the NATS server does not let "${options.name}" in; check its key and the server's configuration`,
          error,
        );
      }
      const waitedMs = performance.now() - started;
      if (waitedMs >= patienceMs) {
        const where = [options.servers].flat().join(', ');
        throw new NatsUnreachableError(`no NATS server at ${where} within ${Math.round(waitedMs)} ms`, error);
      }
      if (waitedMs >= tellAtMs) {
        tellAtMs = waitedMs + 30_000;
        const servers = [options.servers].flat().map((server) => server.replace(/\/\/.*@/, '//'));
        log.warn({ servers, why: String(error) }, 'no nats server answers yet: waiting for one');
      }
    }
    await pause(100, signal);
  }
}

/** When the connection is closed for good, whoever waits is told. */
async function atTheEnd({ client, inbox, log }: Core, link: LinkSwitch): Promise<void> {
  const error = await client.closed();
  if (error) log.error({ why: error.message }, 'nats connection ended');
  link.end(closed(error ?? undefined));
  inbox.end();
}

/** Tells the link and whoever waits for a reply what happens to the connection. */
async function follow({ client, inbox, log }: Core, link: LinkSwitch): Promise<void> {
  for await (const status of client.status()) {
    switch (status.type) {
      case 'disconnect':
        link.set(false);
        inbox.failAll('disconnected');
        log.warn({ server: status.server }, 'nats disconnected');
        break;
      case 'reconnect':
        link.set(true);
        log.info({ server: status.server }, 'nats reconnected');
        break;
      case 'error':
        if (status.error instanceof errors.PermissionViolationError && status.error.operation === 'publish') {
          inbox.failAll('forbidden', status.error, status.error.subject);
        }
        log.warn({ why: status.error.message }, 'nats error');
        break;
      default:
    }
  }
}
