/**
 * Backups that newer ones have replaced leave the cluster's store. The host that made them has removed its own files and stored that; it
 * may bring images into the store, and take none out.
 */
import { CLUSTER, type InstanceUuid } from '@chronovirt/contract';
import { isReadable, type Journal, type Log } from '@chronovirt/runtime';
import type { ImageStore } from '../http/ports.ts';
import type { ReadModel } from '../read-model/read-model.ts';

const REMOVED = 'removeImages.done';
/** Whom the store names as the maker of an image that a host brought in. */
const BY_AGENT = /^agent-/;

export interface ReplacedImages {
  readonly journal: Journal;
  readonly model: Pick<ReadModel, 'onStored' | 'entries'>;
  readonly images: Pick<ImageStore, 'find' | 'remove'>;
  readonly log: Log;
}

/** From now on; the answer ends it. What could not be removed, or was replaced while nobody listened, goes with the next one of its instance. */
export function removeReplaced({ journal, model, images, log }: ReplacedImages): () => void {
  return model.onStored((stored) => {
    if (!isReadable(stored)) return;
    const { host, instance, events, state } = stored.message;
    if (host === CLUSTER || !events.some(({ type }) => type === REMOVED)) return;
    const kept = new Set((state.parts.backups ?? []).map(({ sha256 }) => sha256));
    void (async () => {
      for (const sha256 of await everReplaced(journal, host, instance)) {
        if (kept.has(sha256) || isNeeded(model, sha256)) continue;
        const record = await images.find(sha256);
        if (record === null || !BY_AGENT.test(record.by)) continue;
        await images.remove(sha256);
        log.info({ host, instance, sha256 }, 'a backup that was replaced has left the store');
      }
    })().catch((error: unknown) =>
      log.warn({ host, instance, error: String(error) }, 'backups that were replaced could not leave the store'),
    );
  });
}

/** Images that this host has ever removed of an instance, as its history says. */
async function everReplaced(journal: Journal, host: string, instance: InstanceUuid): Promise<Set<string>> {
  const replaced = new Set<string>();
  for await (const stored of journal.read(host, instance)) {
    if (!isReadable(stored)) continue;
    for (const { type, data } of stored.message.events)
      if (type === REMOVED) for (const sha256 of (data?.['images'] ?? []) as string[]) replaced.add(sha256);
  }
  return replaced;
}

/** An instance is made from it: somebody has built one from the backup. */
function isNeeded(model: Pick<ReadModel, 'entries'>, sha256: string): boolean {
  for (const entry of model.entries())
    if (!entry.isDeleted && entry.segment?.spec?.images.includes(sha256)) return true;
  return false;
}
