import { z } from 'zod';

/** A data key, wrapped for its owner: `kid` names the wrapping key, `value` is base64 of nonce, ciphertext and tag. */
export const wrappedKey = z.strictObject({ kid: z.string().max(64), alg: z.literal('A256GCMKW'), value: z.base64() });
export type WrappedKey = z.infer<typeof wrappedKey>;

/**
 * Points to something that must never stand in a journal, a log, a domain's XML or an error: user data, injected files, passwords.
 * The bytes lie in an object store, sealed with AES-256-GCM under a data key. `sha256` is of the sealed bytes (a hash of
 * the plain ones would let a reader of the journal guess a weak password).
 */
export const secretRef = z.strictObject({
  object: z.string().min(1).max(200),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().nonnegative(),
  /** The data key that this alone is sealed under, as what comes with an order is; left out: the instance's (`spec.key`). */
  key: wrappedKey.exactOptional(),
});
export type SecretRef = z.infer<typeof secretRef>;

/** Seals and opens the secrets of instances. Opening something whose hash or seal does not fit throws `SECRET_DAMAGED`. */
export interface SecretStore {
  /** A new data key, wrapped for the owner. */
  newKey(): Promise<WrappedKey>;
  /** Seals `plain` under `key`, stores it and returns what may be written down. */
  seal(key: WrappedKey, instance: string, name: string, plain: Uint8Array): Promise<SecretRef>;
  open(key: WrappedKey, ref: SecretRef): Promise<Uint8Array>;
  /** Removes one sealed object; not there is fine. */
  remove(object: string): Promise<void>;
  /** Removes all sealed objects of an instance; nothing there is fine. */
  forget(instance: string): Promise<void>;
  /** The sealed objects that are there. */
  held(): Promise<HeldSecret[]>;
}

/** A sealed object that is there: whose it is, what it was sealed as, and how a `SecretRef` calls it. */
export interface HeldSecret {
  readonly instance: string;
  readonly name: string;
  readonly object: string;
}
