import type { InstanceSpec, SecretRef, SecretStore, WrappedKey } from '@chronovirt/contract';
import { expect, test } from 'vitest';
import { reveal } from './reveal.ts';

const key = (kid: string): WrappedKey => ({ kid, alg: 'A256GCMKW', value: 'AAAA' });
const ref = (object: string): SecretRef => ({ object, sha256: 'a'.repeat(64), bytes: 3 });

/** Tells by which key each secret was opened. */
const store = {
  open: async ({ kid }: WrappedKey, { object }: SecretRef) => Buffer.from(JSON.stringify([object, kid])),
} as unknown as SecretStore;
const spec = (own: WrappedKey | null): InstanceSpec =>
  ({ uuid: 'u', key: own, secrets: { injectedFiles: ref('files') } }) as unknown as InstanceSpec;

test('a secret is opened by the key that it bears, else by the instance’s; files are JSON', async () => {
  const args = {
    rescuePassword: { ...ref('mine'), key: key('own') },
    deep: [{ userData: ref('data') }],
    files: ref('files'),
  };
  expect(await reveal(args, spec(key('of the spec')), store)).toEqual({
    rescuePassword: '["mine","own"]',
    deep: [{ userData: '["data","of the spec"]' }],
    files: ['files', 'of the spec'],
  });
});

test('of several that cannot be opened the first is told, however long each takes to be looked for', async () => {
  const missing = {
    open: async (_key: WrappedKey, { object }: SecretRef) => {
      for (let turns = object === 'data' ? 50 : 0; turns > 0; turns--) await Promise.resolve();
      throw new Error(`${object} is missing`);
    },
  } as unknown as SecretStore;
  for (const args of [{ userData: ref('data'), adminPassword: ref('word') }, [ref('data'), ref('word')]])
    await expect(reveal(args, spec(key('own')), missing)).rejects.toThrow('data is missing');
});

test('an instance that was made without secrets opens what came with an order, and says of others what is missing', async () => {
  const own = { ...ref('mine'), key: key('own') };
  expect(await reveal(own, spec(null), store)).toBe('["mine","own"]');
  await expect(reveal(ref('data'), spec(null), store)).rejects.toMatchObject({ code: 'SECRETS_UNAVAILABLE' });
  await expect(reveal(own, spec(null), null)).rejects.toMatchObject({ code: 'SECRETS_UNAVAILABLE' });
});
