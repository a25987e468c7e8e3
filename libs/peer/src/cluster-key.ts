/** The secret that the hosts of a cluster share, and what it is used for here: to sign requests from one to another. */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { ClusterKeyError } from './peer-errors.ts';

/** Shorter ones can be guessed. */
const SHORTEST = 32;

/** Signs and checks. The key itself never leaves this object, so no log and no error can show it. */
export class ClusterKey {
  readonly #key: Buffer;

  /** `secret`: at least 32 bytes. A key of its own is derived from it, so that one file may serve other purposes too. */
  constructor(secret: Uint8Array) {
    if (secret.length < SHORTEST)
      throw new ClusterKeyError(`cluster key: expected at least ${SHORTEST} bytes, got ${secret.length}`);
    this.#key = Buffer.from(hkdfSync('sha256', secret, Buffer.alloc(0), 'chronovirt peer requests 1', 32));
  }

  /** Reads the key from a file that nobody but its owner may read: bytes, or hexadecimal digits. Throws `CLUSTER_KEY_UNUSABLE`. */
  static fromFile(path: string): ClusterKey {
    let file: number;
    try {
      file = openSync(path, 'r');
    } catch (cause) {
      throw new ClusterKeyError(`cluster key: cannot open ${path}`, cause);
    }
    try {
      const { mode } = fstatSync(file);
      if ((mode & 0o077) !== 0) {
        const now = (mode & 0o777).toString(8).padStart(4, '0');
        throw new ClusterKeyError(`cluster key: others may read ${path} (mode ${now}); run: chmod 600 ${path}`);
      }
      return new ClusterKey(bytesIn(readFileSync(file)));
    } finally {
      closeSync(file);
    }
  }

  /** The signature of a request. `target` is path and query: all that says what is asked. `expires`: milliseconds since 1970. */
  sign(method: string, target: string, expires: number): string {
    return createHmac('sha256', this.#key).update(`1\n${method}\n${target}\n${expires}`).digest('hex');
  }

  /** Whether a signature is that of this request under this key; takes as long for a wrong one as for a right one. */
  verifies(signature: string, method: string, target: string, expires: number): boolean {
    const right = Buffer.from(this.sign(method, target, expires));
    const given = Buffer.from(signature);
    return given.length === right.length && timingSafeEqual(given, right);
  }
}

/** Digits mean the bytes that they stand for, so that a line's end in one copy of the file makes no other key. */
function bytesIn(content: Buffer): Buffer {
  const text = content.toString('latin1').trim();
  return /^([0-9a-f]{2}){32,}$/i.test(text) ? Buffer.from(text, 'hex') : content;
}
