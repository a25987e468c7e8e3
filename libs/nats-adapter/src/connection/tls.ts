/** What the client library is told of TLS, so that `tls://` is kept to and an address is proven as a name is. */
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { InvalidInputError } from '@chronovirt/contract';
import type { ConnectionOptions } from '@nats-io/transport-node';
import { readSecretFile } from './secret-file.ts';

/** PEM files: who signed the server's certificate (left out: whom the system knows), and this client's own certificate and key. */
export interface TlsFiles {
  readonly caFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/**
 * The library reads `tls://` as `nats://`, and goes on in plain text where the server offers no TLS: whoever sits between could see to
 * that. With `tls` given it insists.
 */
export function tlsOf(
  servers: string | readonly string[],
  files: TlsFiles | undefined,
): Pick<ConnectionOptions, 'tls'> {
  const urls = [servers].flat();
  if (files === undefined && !urls.some((url) => url.startsWith('tls://'))) return {};
  const given = Object.entries(files ?? {}).filter(([, file]) => file !== undefined) as [string, string][];
  for (const [field, file] of given) toBeRead(field, file);
  return { tls: { ...Object.fromEntries(given), ...identityOf(urls) } };
}

/** Read by the library at each connection, so that a new certificate is taken up; a file that is not there shows at the first. */
function toBeRead(field: string, file: string): void {
  if (field === 'keyFile') return void readSecretFile(file, 'key for the NATS server');
  try {
    readFileSync(file);
  } catch (cause) {
    throw new InvalidInputError(`tls.${field}`, `${file} cannot be read: ${(cause as Error).message}`);
  }
}

/** The library hands all of `tls` to Node, which knows more than its type does. */
function identityOf(urls: readonly string[]): object {
  const hosts = urls.map(hostOf);
  const addresses = hosts.filter((host) => isIP(host) !== 0);
  return {
    /**
     * For a server that is known by its address alone the library names nobody, and Node would ask whether the certificate is one of
     * "localhost". It has to be one of an address that the configuration names.
     */
    checkServerIdentity(name: string, certificate: PeerCertificate): Error | undefined {
      const names = name === 'localhost' ? [...addresses, ...hosts.filter((host) => host === name)] : [name];
      const found = names.map((one) => checkServerIdentity(one, certificate));
      return found.some((error) => error === undefined)
        ? undefined
        : (found[0] ?? checkServerIdentity(name, certificate));
    },
  };
}

/** The host's name or address; IPv6 without its brackets. */
function hostOf(url: string): string {
  const [, bracketed, plain = ''] = /^(?:\w+:\/\/)?(?:\[([^\]]+)\]|([^:]+))/.exec(url) ?? [];
  return bracketed ?? plain;
}
