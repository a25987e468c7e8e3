/**
 * Sealed secrets in the object store. One data key per instance seals its secrets, and one of its own what comes with a later order; keys
 * travel in the history, wrapped by a key that lies in a file of this host or coordinator. Nothing plain and no key is ever stored, logged or told in an error.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  buckets,
  InvalidInputError,
  type HeldSecret,
  type SecretRef,
  type SecretStore,
  type WrappedKey,
} from '@chronovirt/contract';
import type { NatsConnection } from '../connection/handle.ts';
import { coreOf } from '../connection/core.ts';
import { readSecretFile } from '../connection/secret-file.ts';
import { SecretFileError } from '../errors.ts';
import { Bucket } from './bucket.ts';
import { SecretDamagedError, SecretMissingError, WrappingKeyError } from './object-errors.ts';
import { KEY_BYTES, seal, unseal } from './seal.ts';

export interface SecretStoreOptions {
  /** File of 32 random bytes, raw or as 64 hexadecimal digits; 0600. */
  readonly keyFile: string;
}

const token = /^[A-Za-z0-9_-]{1,64}$/;

export class NatsSecretStore implements SecretStore {
  readonly #bucket: Bucket;
  readonly #wrapping: Uint8Array;
  readonly #kid: string;

  private constructor(bucket: Bucket, wrapping: Uint8Array) {
    this.#bucket = bucket;
    this.#wrapping = wrapping;
    this.#kid = createHash('sha256').update('chronovirt wrapping key\0').update(wrapping).digest('hex').slice(0, 16);
  }

  /** Opens the store; makes it when it is missing and this user may. Throws `SECRET_FILE_UNUSABLE`. */
  static async open(connection: NatsConnection, { keyFile }: SecretStoreOptions): Promise<NatsSecretStore> {
    const wrapping = readWrappingKey(keyFile);
    return new NatsSecretStore(await Bucket.open(coreOf(connection), buckets.secrets), wrapping);
  }

  async newKey(): Promise<WrappedKey> {
    const value = seal(this.#wrapping, this.#wrapPurpose, randomBytes(KEY_BYTES)).toString('base64');
    return { kid: this.#kid, alg: 'A256GCMKW', value };
  }

  /** Each sealing makes an object of its own: what older events of a history point to stays as it was until `forget`. */
  async seal(key: WrappedKey, instance: string, name: string, plain: Uint8Array): Promise<SecretRef> {
    if (!token.test(instance)) throw new InvalidInputError('instance', 'expected 1-64 of A-Z a-z 0-9 _ -');
    if (!token.test(name)) throw new InvalidInputError('name', 'expected 1-64 of A-Z a-z 0-9 _ -');
    const object = `${instance}.${name}.${randomBytes(8).toString('hex')}`;
    const sealed = seal(this.#unwrap(key), purposeOf(instance, name), plain);
    await this.#bucket.put(object, once(sealed), () => ({ sealed: true }));
    return { object, sha256: createHash('sha256').update(sealed).digest('hex'), bytes: sealed.length };
  }

  /** Throws `SECRET_MISSING`, `SECRET_DAMAGED` when hash, seal or key do not fit, `SECRET_KEY_UNKNOWN` when another key wrapped. */
  async open(key: WrappedKey, ref: SecretRef): Promise<Uint8Array> {
    const parts = partsOf(ref.object);
    if (parts === null) throw new SecretDamagedError(ref.object, 'its name is none of ours');
    const { instance, name } = parts;
    const dataKey = this.#unwrap(key);
    const found = await this.#bucket.read(ref.object);
    if (!found) throw new SecretMissingError(ref.object);
    const pieces: Uint8Array[] = [];
    for await (const piece of found.content) pieces.push(piece);
    const sealed = Buffer.concat(pieces);
    if (sealed.length !== ref.bytes || createHash('sha256').update(sealed).digest('hex') !== ref.sha256) {
      throw new SecretDamagedError(ref.object, 'the stored bytes are not those that were sealed');
    }
    try {
      return unseal(dataKey, purposeOf(instance, name), sealed);
    } catch {
      // The cause could show in a log; there is nothing in it that helps.
      throw new SecretDamagedError(ref.object, 'it was not sealed under this key for this instance and name');
    }
  }

  async forget(instance: string): Promise<void> {
    if (!token.test(instance)) throw new InvalidInputError('instance', 'expected 1-64 of A-Z a-z 0-9 _ -');
    await this.#bucket.remove(instance, true);
  }

  async remove(object: string): Promise<void> {
    if (partsOf(object) === null) throw new InvalidInputError('object', 'expected <instance>.<name>.<id>');
    await this.#bucket.remove(object);
  }

  async held(): Promise<HeldSecret[]> {
    return (await this.#bucket.keys()).map((object) => ({
      ...(partsOf(object) ?? { instance: '', name: '' }),
      object,
    }));
  }

  #unwrap(key: WrappedKey): Uint8Array {
    if (key.kid !== this.#kid) throw new WrappingKeyError(key.kid, this.#kid);
    try {
      return unseal(this.#wrapping, this.#wrapPurpose, Buffer.from(key.value, 'base64'));
    } catch {
      throw new SecretDamagedError('data key', 'it was not wrapped by this key');
    }
  }

  get #wrapPurpose(): string {
    return `chronovirt data key ${this.#kid}`;
  }
}

/** Whose an object is, and what it was sealed as; null when its name is none of ours. */
function partsOf(object: string): { instance: string; name: string } | null {
  const [instance = '', name = '', ...rest] = object.split('.');
  return rest.length === 1 && [instance, name, ...rest].every((part) => token.test(part)) ? { instance, name } : null;
}

const purposeOf = (instance: string, name: string): string => `chronovirt secret ${instance} ${name}`;

function readWrappingKey(path: string): Uint8Array {
  const found = readSecretFile(path, 'wrapping key');
  if (found.length === KEY_BYTES) return found;
  const text = found.toString('latin1').trim();
  if (/^[0-9a-fA-F]{64}$/.test(text)) return Buffer.from(text, 'hex');
  throw new SecretFileError(
    `wrapping key: ${path} holds ${found.length} bytes; expected 32 bytes, or 64 hexadecimal digits`,
  );
}

async function* once(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}
