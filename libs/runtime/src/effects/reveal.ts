import { ChronovirtError, secretRef, type InstanceSpec, type SecretRef, type SecretStore } from '@chronovirt/contract';

/**
 * Puts the secrets themselves where the arguments of a driver method hold references, just before the call. What comes back must
 * never be stored, logged or put into an error. One after the other: where several cannot be opened, the same one is told each time.
 */
export async function reveal(args: unknown, spec: InstanceSpec, store: SecretStore | null): Promise<unknown> {
  if (Array.isArray(args)) {
    const entries: unknown[] = [];
    for (const entry of args) entries.push(await reveal(entry, spec, store));
    return entries;
  }
  if (args === null || typeof args !== 'object') return args;
  const ref = secretRef.safeParse(args);
  if (ref.success) return open(ref.data, spec, store);
  const revealed: [name: string, value: unknown][] = [];
  for (const [name, value] of Object.entries(args)) revealed.push([name, await reveal(value, spec, store)]);
  return Object.fromEntries(revealed);
}

async function open(ref: SecretRef, spec: InstanceSpec, store: SecretStore | null): Promise<unknown> {
  const key = ref.key ?? spec.key;
  if (store === null || key === null)
    throw new ChronovirtError(
      'SECRETS_UNAVAILABLE',
      `instance ${spec.uuid} has secrets, and this host has no store to open them`,
    );
  const text = new TextDecoder().decode(await store.open(key, ref));
  // Injected files are sealed as JSON; everything else is text as it is.
  return ref === spec.secrets.injectedFiles || ref.object === spec.secrets.injectedFiles?.object
    ? JSON.parse(text)
    : text;
}
