/** Sealed secrets in memory, for tests: the same seal as the real store, without its object store. */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import {
  ChronovirtError,
  type HeldSecret,
  type SecretRef,
  type SecretStore,
  type WrappedKey,
} from '@chronovirt/contract';

export class MemorySecrets implements SecretStore {
  readonly objects = new Map<string, Buffer>();

  async newKey(): Promise<WrappedKey> {
    return { kid: 'test', alg: 'A256GCMKW', value: randomBytes(32).toString('base64') };
  }

  async seal(key: WrappedKey, instance: string, name: string, plain: Uint8Array): Promise<SecretRef> {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', Buffer.from(key.value, 'base64'), nonce);
    const sealed = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
    const object = `${instance}.${name}.${randomBytes(8).toString('hex')}`;
    this.objects.set(object, sealed);
    return { object, sha256: createHash('sha256').update(sealed).digest('hex'), bytes: plain.length };
  }

  async open(key: WrappedKey, ref: SecretRef): Promise<Uint8Array> {
    const sealed = this.objects.get(ref.object);
    if (sealed === undefined) throw new ChronovirtError('SECRET_DAMAGED', `secret ${ref.object} is not there`);
    const decipher = createDecipheriv('aes-256-gcm', Buffer.from(key.value, 'base64'), sealed.subarray(0, 12));
    decipher.setAuthTag(sealed.subarray(-16));
    return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
  }

  async remove(object: string): Promise<void> {
    this.objects.delete(object);
  }

  async held(): Promise<HeldSecret[]> {
    return [...this.objects.keys()].map((object) => {
      const [instance = '', name = ''] = object.split('.');
      return { instance, name, object };
    });
  }

  async forget(instance: string): Promise<void> {
    for (const name of this.objects.keys()) if (name.startsWith(`${instance}.`)) this.objects.delete(name);
  }
}
