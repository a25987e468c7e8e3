/**
 * What was sealed for an instance goes when it is deleted: nobody will open it again, and a key that gets lost one day is not to tell of
 * guests long gone. The history keeps reference and hash. Deletes that no coordinator was there to hear of are made good at its start.
 */
import { CLUSTER, type SecretStore } from '@chronovirt/contract';
import { isReadable, type Log } from '@chronovirt/runtime';
import type { ReadModel } from '../read-model/read-model.ts';

/** Begins once the model has read everything. Returns the way to stop. */
export function forgetSecrets({
  model,
  secrets,
  log,
}: {
  readonly model: ReadModel;
  readonly secrets: SecretStore;
  readonly log: Log;
}): () => void {
  const forget = (instance: string): Promise<void> =>
    secrets
      .forget(instance)
      .catch((error: unknown) =>
        log.warn(
          { instance, error: String(error) },
          'what was sealed could not be removed; the next start tries again',
        ),
      );
  const stop = model.onStored((stored) => {
    if (stored.host !== CLUSTER || !isReadable(stored) || stored.message.state.value !== 'deleted') return;
    const had = model.get(stored.instance)?.segments.some(({ spec }) => spec?.hasSecrets === true);
    if (had === true) void forget(stored.instance);
  });
  void secrets.held().then(
    async (held) => {
      for (const instance of held) if (model.get(instance)?.isDeleted === true) await forget(instance);
    },
    (error: unknown) => log.warn({ error: String(error) }, 'what is sealed could not be listed'),
  );
  return stop;
}
