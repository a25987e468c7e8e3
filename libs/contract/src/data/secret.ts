import { z } from 'zod';

/**
 * Points to something that must never stand in a journal, a log, a domain's XML or an error: user data, injected files, passwords.
 * The bytes lie in an object store, sealed with AES-256-GCM under the instance's data key. `sha256` is of the sealed bytes (a hash of
 * the plain ones would let a reader of the journal guess a weak password).
 */
export const secretRef = z.strictObject({
  object: z.string().min(1).max(200),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  bytes: z.int().nonnegative(),
});
export type SecretRef = z.infer<typeof secretRef>;

/** An instance's data key, wrapped for its owner: `kid` names the wrapping key, `value` is base64 of nonce, ciphertext and tag. */
export const wrappedKey = z.strictObject({ kid: z.string().max(64), alg: z.literal('A256GCMKW'), value: z.base64() });
export type WrappedKey = z.infer<typeof wrappedKey>;

/** Seals and opens the secrets of instances. Opening something whose hash or seal does not fit throws `SECRET_DAMAGED`. */
export interface SecretStore {
  /** A new data key, wrapped for the owner. */
  newKey(): Promise<WrappedKey>;
  /** Seals `plain` under `key`, stores it and returns what may be written down. */
  seal(key: WrappedKey, instance: string, name: string, plain: Uint8Array): Promise<SecretRef>;
  open(key: WrappedKey, ref: SecretRef): Promise<Uint8Array>;
  /** Removes all sealed objects of an instance; nothing there is fine. */
  forget(instance: string): Promise<void>;
  /** The instances of which sealed objects are there. */
  held(): Promise<string[]>;
}
