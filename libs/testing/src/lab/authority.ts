/** Certificates for tests: an authority of one's own, and what it signs, made by openssl. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';

/** PEM files. */
export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
}

export class Authority {
  /** Its own certificate, which those have to know who are to believe it. */
  readonly caFile: string;
  readonly #directory: string;
  readonly #key: string;

  /** A new one, whose files lie in a directory of its own; `by`: another that vouches for it. */
  constructor(directory: string, name: string, by?: Authority) {
    mkdirSync(directory, { recursive: true });
    this.#directory = directory;
    this.caFile = join(directory, 'ca.pem');
    this.#key = join(directory, 'ca.key');
    const usage = ['-addext', 'keyUsage=critical,keyCertSign,cRLSign'];
    const issuer = by === undefined ? [] : ['-CA', by.caFile, '-CAkey', by.#key];
    const out = ['-out', this.caFile, '-keyout', this.#key];
    openssl('req', '-x509', ...CURVE, ...DAYS, ...subject(name), ...usage, ...issuer, ...out);
  }

  /** A certificate for both ends of a connection, good for these names and addresses. */
  sign(name: string, reachedAt: readonly string[]): Certificate {
    const at = (ending: string): string => join(this.#directory, `${name}.${ending}`);
    const names = reachedAt.map((one) => `${isIP(one) === 0 ? 'DNS' : 'IP'}:${one}`);
    const extensions = [
      `subjectAltName=${names.join(',')}`,
      'keyUsage=critical,digitalSignature,keyEncipherment',
      'extendedKeyUsage=serverAuth,clientAuth',
    ];
    writeFileSync(at('ext'), `${extensions.join('\n')}\n`);
    openssl('req', ...CURVE, ...subject(name), '-out', at('csr'), '-keyout', at('key'));
    const issuer = ['-CA', this.caFile, '-CAkey', this.#key, '-CAcreateserial'];
    openssl('x509', '-req', ...DAYS, ...issuer, '-in', at('csr'), '-extfile', at('ext'), '-out', at('pem'));
    return { certFile: at('pem'), keyFile: at('key') };
  }
}

const CURVE = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const DAYS = ['-days', '2'];
const subject = (name: string): string[] => ['-subj', `/CN=${name}`];

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
