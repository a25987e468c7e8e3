/**
 * What was sealed goes when nobody will open it again; a key that gets lost one day is not to tell of guests long gone. The history keeps
 * reference and hash.
 *
 * What was sealed for an instance goes when it is deleted. What came with an order goes when the order is over, however it ended: the
 * state that followed names it no more. A rescued guest has its password on the config drive of the rescue system, which goes with the
 * rescue. The password of a rebuild that was done is named by the instance's spec from then on, and stays.
 *
 * Ends that no coordinator was there to hear of are made good at its start.
 */
import { CLUSTER, type HeldSecret, type InstanceSpec, type SecretStore } from '@chronovirt/contract';
import { isReadable, specIn, type Journal, type Log } from '@chronovirt/runtime';
import type { ReadModel } from '../read-model/read-model.ts';
import { isOfOrder, secretsIn } from './secrets-of-orders.ts';

interface Parts {
  readonly model: ReadModel;
  readonly journal: Journal;
  readonly secrets: SecretStore;
  readonly log: Log;
}

/** Begins once the model has read everything. Returns the way to stop. */
export function forgetSecrets(parts: Parts): () => void {
  const { model, secrets, log } = parts;
  /** What orders under way have with them, by the history that they lie in. */
  const underWay = new Map<string, readonly string[]>();
  /** Those of them that the instance's spec names since. */
  const takenOver = new Set<string>();
  /** Instances with something sealed that their specs need not tell of. */
  const ordered = new Set<string>();
  const told =
    (instance: string) =>
    (error: unknown): void =>
      log.warn({ instance, error: String(error) }, 'what was sealed could not be removed; the next start tries again');

  const stop = model.onStored((stored) => {
    if (!isReadable(stored)) return;
    const { host, instance, message } = stored;
    const history = `${host} ${instance}`;
    const named = secretsIn(message.state.context.request);
    const before = underWay.get(history) ?? [];
    if (named.length > 0) {
      ordered.add(instance);
      underWay.set(history, named);
    } else underWay.delete(history);
    // A rebuild's password is taken over before its order is over: the guest may have to be stopped yet.
    const spec = before.length === 0 ? undefined : specIn(message);
    for (const object of before) {
      if (isNamedBy(spec, object)) takenOver.add(object);
      if (named.includes(object) || takenOver.delete(object)) continue;
      void secrets.remove(object).catch(told(instance));
    }
    if (host !== CLUSTER || message.state.value !== 'deleted') return;
    const had = ordered.delete(instance) || model.get(instance)?.segments.some(({ spec: one }) => one?.hasSecrets);
    if (had === true) void secrets.forget(instance).catch(told(instance));
  });
  void secrets.held().then(
    async (held) => {
      for (const one of held) {
        const { instance } = one;
        if (model.get(instance)?.isDeleted === true) await secrets.forget(instance).catch(told(instance));
        else if (isOfOrder(one.name)) {
          ordered.add(instance);
          await lookBack(parts, one, underWay).catch(told(instance));
        }
      }
    },
    (error: unknown) => log.warn({ error: String(error) }, 'what is sealed could not be listed'),
  );
  return stop;
}

/**
 * What became of the order that it came with. What no history names is left: it may belong to an order that is on its way to a host, and
 * goes with the instance.
 */
async function lookBack(
  { model, journal, secrets }: Parts,
  { instance, object }: HeldSecret,
  underWay: Map<string, readonly string[]>,
): Promise<void> {
  for (const { host } of model.get(instance)?.segments ?? []) {
    // The usual case of a rebuild's, told by two messages instead of all.
    const last = await journal.last(host, instance);
    const at = last !== null && isReadable(last) ? await journal.get(host, last.message.state.actor.spec) : null;
    if (at !== null && isReadable(at) && isNamedBy(specIn(at.message), object)) return;
    let isAskedFor = false;
    let isNeeded = false;
    for await (const stored of journal.read(host, instance)) {
      // What cannot be read may name it.
      if (!isReadable(stored)) return;
      const { message } = stored;
      if (isNamedBy(specIn(message), object)) return;
      isNeeded = secretsIn(message.state.context.request).includes(object);
      isAskedFor ||= isNeeded;
    }
    if (isNeeded) underWay.set(`${host} ${instance}`, [object]);
    else if (isAskedFor) await secrets.remove(object);
    if (isAskedFor) return;
  }
}

const isNamedBy = (spec: InstanceSpec | undefined, object: string): boolean =>
  spec?.secrets.adminPassword?.object === object;
