import { LibvirtUsageError } from './errors.ts';

/** Where a libvirt URI leads. */
export interface LibvirtUri {
  readonly transport: 'unix' | 'tcp' | 'tls';
  /** What the daemon is asked to open: the URI without transport and host. */
  readonly name: string;
  readonly host: string | undefined;
  readonly port: number | undefined;
  /** `socket=`: path of the unix socket. */
  readonly socket: string | undefined;
  /** `pkipath=`: directory with the TLS files. */
  readonly pkiPath: string | undefined;
  /** `no_verify=1`: do not check the daemon's certificate. */
  readonly verify: boolean;
}

const CLIENT_PARAMETERS = new Set(['socket', 'pkipath', 'no_verify', 'name', 'mode']);

/**
 * Takes a libvirt URI apart: `driver[+transport]://[host][:port]/path[?parameters]`. As in libvirt, a URI with a host
 * and no transport means TLS, one without host the unix socket.
 */
export function parseUri(uri: string): LibvirtUri {
  const match =
    /^([a-z][a-z0-9]*)(?:\+([a-z0-9]+))?:\/\/(\[[0-9a-f:.]+\]|[^/:?#]*)(?::(\d+))?(\/[^?#]*)?(?:\?([^#]*))?$/i.exec(
      uri,
    );
  if (!match)
    throw new LibvirtUsageError(`uri "${uri}": expected driver[+transport]://[host]/path, such as qemu:///system`);
  const [, driver, given, host = '', port, path = '/', query = ''] = match;
  const transport = given ?? (host === '' ? 'unix' : 'tls');
  if (transport !== 'unix' && transport !== 'tcp' && transport !== 'tls') {
    throw new LibvirtUsageError(`uri "${uri}": transport ${transport} is not supported; use unix, tcp or tls`);
  }
  const parameters = new URLSearchParams(query);
  const rest = [...parameters].filter(([key]) => !CLIENT_PARAMETERS.has(key));
  const restQuery = rest.length === 0 ? '' : `?${new URLSearchParams(rest)}`;
  return {
    transport,
    name: parameters.get('name') ?? `${driver}://${path}${restQuery}`,
    host: host === '' ? undefined : host.replace(/^\[|\]$/g, ''),
    port: port === undefined ? undefined : Number(port),
    socket: parameters.get('socket') ?? undefined,
    pkiPath: parameters.get('pkipath') ?? undefined,
    verify: (parameters.get('no_verify') ?? '0') === '0',
  };
}
