/** Reaches the daemon: a connected socket over unix, TCP or TLS. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { connect as connectPlain } from 'node:net';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { LibvirtConnectError } from './errors.ts';
import type { LibvirtUri } from './uri.ts';

const TCP_PORT = 16_509;
const TLS_PORT = 16_514;

/** Files of a TLS connection; each defaults to libvirt's own place for it. */
export interface TlsFiles {
  /** PEM file of the authority that signed the daemon's certificate. */
  readonly caFile?: string;
  /** PEM file of this client's certificate. */
  readonly certFile?: string;
  /** PEM file of its key. */
  readonly keyFile?: string;
}

/** Overrides of what the URI says. */
export interface TransportOptions {
  /** Path of the unix socket. */
  readonly socket?: string;
  readonly host?: string;
  readonly port?: number;
  readonly tls?: TlsFiles;
  /** Use the read-only socket. */
  readonly readOnly?: boolean;
}

/** Connects. Throws {@link LibvirtConnectError} with phase `transport` or `trust`. The socket comes back paused. */
export async function openTransport(uri: LibvirtUri, options: TransportOptions, signal: AbortSignal): Promise<Socket> {
  const transport = options.socket === undefined ? uri.transport : 'unix';
  const address =
    transport === 'unix' ? socketPath(uri, options) : `${hostInText(uri, options)}:${portOf(uri, options, transport)}`;
  try {
    switch (transport) {
      case 'unix':
        return await connected(connectPlain({ path: address }), 'connect', signal);
      case 'tcp':
        return await connected(
          connectPlain({ host: hostOf(uri, options), port: portOf(uri, options, transport), noDelay: true }),
          'connect',
          signal,
        );
      case 'tls':
        return await openTls(uri, options, signal);
      default:
        return transport satisfies never;
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const phase = transport === 'tls' && isOfTrust(error) ? 'trust' : 'transport';
    throw new LibvirtConnectError(phase, `cannot reach libvirt at ${transport} ${address}: ${why}`, error);
  }
}

async function openTls(uri: LibvirtUri, options: TransportOptions, signal: AbortSignal): Promise<Socket> {
  const files = tlsFiles(uri, options.tls);
  // One after the other: where several are missing, the error names the same one each time.
  const ca = await readFile(files.caFile);
  const cert = await readFile(files.certFile);
  const key = await readFile(files.keyFile);
  const host = hostOf(uri, options);
  const socket = connectTls({ host, port: portOf(uri, options, 'tls'), ca, cert, key, rejectUnauthorized: uri.verify });
  socket.setNoDelay(true);
  await connected(socket, 'secureConnect', signal).catch((error: unknown) => {
    if (!isOfTrust(error)) throw error;
    // Without Node's advice on how to start it, which follows a semicolon.
    const [why] = (error as Error).message.split(';');
    throw new Error(`the daemon's certificate is not believed by ${files.caFile}: ${why}`, { cause: error });
  });
  // The daemon judges our certificate after the handshake, and says so in one byte.
  const verdict = await firstByte(socket, signal);
  if (verdict !== 1) {
    socket.destroy();
    throw new Error('the daemon did not accept the client certificate');
  }
  return socket;
}

/** The network and a signal have codes of their own; all else that ends a handshake is about certificates, or files that hold them. */
function isOfTrust(error: unknown): boolean {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall !== undefined) return syscall === 'open' || syscall === 'read';
  return (
    error instanceof Error && error.name !== 'AbortError' && error.name !== 'TimeoutError' && code !== 'ECONNRESET'
  );
}

async function firstByte(socket: Socket, signal: AbortSignal): Promise<number | undefined> {
  for (;;) {
    const byte = socket.read(1) as Buffer | null;
    if (byte) return byte[0];
    if (socket.readableEnded || socket.destroyed) return undefined;
    await Promise.race([
      once(socket, 'readable', { signal }),
      once(socket, 'end', { signal }),
      once(socket, 'close', { signal }),
    ]);
  }
}

async function connected(socket: Socket, event: string, signal: AbortSignal): Promise<Socket> {
  try {
    await once(socket, event, { signal });
    return socket.pause();
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** The unix socket that a connection to `uri` goes through; null when it goes another way. */
export function unixSocketOf(uri: LibvirtUri): string | null {
  return uri.transport === 'unix' ? socketPath(uri, {}) : null;
}

/** With no path given: the monolithic daemon's socket, else that of the modular one for QEMU. */
function socketPath(uri: LibvirtUri, options: TransportOptions): string {
  const given = options.socket ?? uri.socket;
  if (given !== undefined) return given;
  const session = uri.name.endsWith('/session');
  const directory = session
    ? join(process.env['XDG_RUNTIME_DIR'] ?? `/run/user/${process.getuid?.()}`, 'libvirt')
    : '/run/libvirt';
  const suffix = options.readOnly && !session ? '-ro' : '';
  const [classic, modular] = ['libvirt', 'virtqemud'].map((daemon) => join(directory, `${daemon}-sock${suffix}`)) as [
    string,
    string,
  ];
  return !existsSync(classic) && uri.name.startsWith('qemu:') && existsSync(modular) ? modular : classic;
}

function tlsFiles(uri: LibvirtUri, files: TlsFiles = {}): Required<TlsFiles> {
  const flat = uri.pkiPath;
  return {
    caFile: files.caFile ?? (flat ? join(flat, 'cacert.pem') : '/etc/pki/CA/cacert.pem'),
    certFile: files.certFile ?? (flat ? join(flat, 'clientcert.pem') : '/etc/pki/libvirt/clientcert.pem'),
    keyFile: files.keyFile ?? (flat ? join(flat, 'clientkey.pem') : '/etc/pki/libvirt/private/clientkey.pem'),
  };
}

function hostOf(uri: LibvirtUri, options: TransportOptions): string {
  return options.host ?? uri.host ?? 'localhost';
}

/** IPv6 in brackets, so that the port stands apart. */
function hostInText(uri: LibvirtUri, options: TransportOptions): string {
  const host = hostOf(uri, options);
  return host.includes(':') ? `[${host}]` : host;
}

function portOf(uri: LibvirtUri, options: TransportOptions, transport: 'tcp' | 'tls'): number {
  return options.port ?? uri.port ?? (transport === 'tcp' ? TCP_PORT : TLS_PORT);
}
