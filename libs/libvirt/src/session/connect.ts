/** Opens a session: reach the daemon, authenticate, agree on keepalive, open the driver. */
import * as p from '../generated/procedures.ts';
import { LibvirtConnectError } from './errors.ts';
import { Session } from './session.ts';
import type { SessionOptions } from './session.ts';
import { openTransport } from './transport.ts';
import type { TransportOptions } from './transport.ts';
import { parseUri } from './uri.ts';

/** Where to connect and how. */
export interface ConnectOptions extends TransportOptions, SessionOptions {
  /** A libvirt URI, such as `qemu:///system` or `qemu+tls://host/system`. Default `qemu:///system`. */
  readonly uri?: string;
  /** Milliseconds until the session must be open. Default 10,000. */
  readonly connectTimeoutMs?: number;
  /** Aborts the opening. */
  readonly signal?: AbortSignal;
}

const AUTH_NONE = 0;
const AUTH_SASL = 1;
const AUTH_POLKIT = 2;
const FEATURE_KEEPALIVE = 10;
const READ_ONLY = 1;
const REFUSED = 'the daemon refused the authentication';

/**
 * Opens a session. Throws {@link LibvirtUsageError} on a URI it cannot use and {@link LibvirtConnectError} when the
 * daemon cannot be reached, wants an authentication that is not supported (SASL), or refuses the driver.
 */
export async function connect(options: ConnectOptions = {}): Promise<Session> {
  const uri = parseUri(options.uri ?? 'qemu:///system');
  const timeout = AbortSignal.timeout(options.connectTimeoutMs ?? 10_000);
  const signal = options.signal ? AbortSignal.any([options.signal, timeout]) : timeout;
  const session = new Session(await openTransport(uri, options, signal), options);
  try {
    await authenticate(session, signal);
    await openDriver(session, uri.name, options.readOnly ?? false, signal);
    return session;
  } catch (error) {
    session.destroy();
    throw error;
  }
}

async function authenticate(session: Session, signal: AbortSignal): Promise<void> {
  const { types } = await inPhase('auth', REFUSED, session.call(p.authList, undefined, { signal }));
  if (types.length === 0 || types.includes(AUTH_NONE)) return;
  if (types.includes(AUTH_POLKIT)) {
    await inPhase('auth', REFUSED, session.call(p.authPolkit, undefined, { signal }));
    return;
  }
  const wanted = types.map((type) => (type === AUTH_SASL ? 'SASL' : `type ${type}`)).join(', ');
  throw new LibvirtConnectError(
    'auth',
    `the daemon wants authentication by ${wanted}, which this client does not support; use TLS with certificates, or the unix socket with polkit or none`,
  );
}

async function openDriver(session: Session, name: string, readOnly: boolean, signal: AbortSignal): Promise<void> {
  const step = <T>(promise: Promise<T>): Promise<T> => inPhase('open', `the daemon cannot open ${name}`, promise);
  const { supported } = await step(session.call(p.connectSupportsFeature, { feature: FEATURE_KEEPALIVE }, { signal }));
  if (supported) session.startKeepalive();
  await step(session.call(p.connectOpen, { name, flags: readOnly ? READ_ONLY : 0 }, { signal }));
}

async function inPhase<T>(phase: 'auth' | 'open', what: string, promise: Promise<T>): Promise<T> {
  try {
    return await promise;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new LibvirtConnectError(phase, `${what}: ${why}`, error);
  }
}
