/**
 * Clears this host's cache of base images, again and again, as Nova's `image_cache.manager_interval` does.
 *
 * Everybody who may use the cache counts: whatever has a history here that is not over. Those are also instances that are on their way to
 * this host, and those whose files it keeps until a move is final. On storage that hosts share, the instances of the others are not known
 * here; for them the driver looks at the disks, which all lie in the one directory, and at when an image was last wanted. So no list has to
 * be complete, and one host that is away keeps nobody from clearing.
 */
import {
  ChronovirtError,
  PermitRevokedError,
  type HostContext,
  type Incarnation,
  type Instance,
} from '@chronovirt/contract';
import { systemClock, type Clock, type Host, type Log } from '@chronovirt/runtime';
import type { HostDriver } from './driver.ts';
import { recordOf } from './instance-record.ts';

export interface ImageCacheOptions {
  readonly host: Host;
  readonly driver: Pick<HostDriver['driver'], 'manageImageCache' | 'capabilities'>;
  readonly incarnation: Incarnation;
  /** Milliseconds from the end of one pass to the next; null = there is none. */
  readonly intervalMs: number | null;
  readonly log: Log;
  readonly clock?: Clock;
}

/**
 * Begins the passes, the first one interval from now; returns the way to stop. To be called once every history was read: who is not known
 * yet would not count. A pass that fails is logged, and the next one tries again.
 */
export function manageImageCache(options: ImageCacheOptions): () => void {
  const { host, driver, intervalMs, log, clock = systemClock } = options;
  if (intervalMs === null || driver.capabilities?.hasImagecache !== true || driver.manageImageCache === undefined)
    return () => {};
  const closing = new AbortController();
  let cancel = (): void => {};
  const pass = async (): Promise<void> => {
    try {
      // The next term lets it go on; until then others may say what of this host's files is still of use.
      if (isBarred(host)) return;
      const allInstances = await users(host);
      await driver.manageImageCache?.({ context: request, allInstances }, contextOf(options, clock, closing.signal));
      log.debug({ host: host.host, instances: allInstances.length }, 'the image cache was looked through');
    } catch (error) {
      if (closing.signal.aborted) return;
      const { code, message } = error as { code?: string; message: string };
      log.warn(
        { host: host.host, method: 'manageImageCache', code, error: message },
        'the image cache was not cleared',
      );
    } finally {
      again();
    }
  };
  // After the end of a pass: however long one takes, there are never two.
  const again = (): void => {
    if (!closing.signal.aborted) cancel = clock.after(intervalMs, () => void pass());
  };
  again();
  return () => {
    cancel();
    closing.abort(new PermitRevokedError('the agent stops'));
  };
}

const request = { requestId: 'image-cache', userId: null, projectId: null, isAdmin: true } as const;

const isBarred = (host: Host): boolean => host.standing?.barred === true;

/** The instances of this host's histories that are not over. */
async function users(host: Host): Promise<Instance[]> {
  const found: Instance[] = [];
  for (const { instance, state } of host.instances()) {
    // Its history cannot be read, or has just begun: what it has on disk counts all the same.
    if (state === null) continue;
    try {
      const spec = await host.spec(instance);
      const record = recordOf(state, spec);
      found.push(record);
      // One that was unshelved rests on another image than it was made from: both are wanted.
      if (spec.restsOn !== undefined) found.push({ ...record, imageRef: spec.restsOn.sha256 });
    } catch (error) {
      const { code } = error as ChronovirtError;
      // The same; and one that has gone meanwhile. A journal that does not answer is another matter: there is no pass then.
      if (code !== 'SPEC_UNREADABLE' && code !== 'INSTANCE_NOT_FOUND') throw error;
    }
  }
  return found;
}

/** Each removal asks: this agent goes on, its host may act, and it has heard so lately. */
function contextOf(
  { host, incarnation, intervalMs }: ImageCacheOptions,
  clock: Clock,
  closing: AbortSignal,
): HostContext {
  const ends = clock.monotonic() + (intervalMs ?? 0);
  return {
    incarnation,
    permit: {
      signal: closing,
      check: () => {
        closing.throwIfAborted();
        if (isBarred(host)) throw new PermitRevokedError('the term of this host is over');
        host.lease.check();
      },
    },
    remainingMs: () => Math.max(0, ends - clock.monotonic()),
    progress: () => {},
  };
}
