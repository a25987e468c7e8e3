/** A move that runs is steered by a person, and tells how far it is. */
import { DriverError, POST_COPY_FAILED } from '@chronovirt/contract';
import type { InstanceUuid, MigrationProgress, MigrationSteering, QueryContext } from '@chronovirt/contract';
import {
  DomainJobType,
  DomainState,
  domainByUuid,
  isNoDomain,
  isOperationInvalid,
  isUnsupported,
} from '@chronovirt/libvirt';
import type { TypedParams } from '@chronovirt/libvirt';
import type { Hands } from '../guest/hands.ts';
import { isMovingAway, nullIfGone } from '../guest/look.ts';
import { describeState } from '../guest/state-words.ts';
import type { HostServices } from '../host/host-services.ts';
import type { MigrationPolicy } from './settings.ts';

export async function steerMigration(hands: Hands, how: MigrationSteering, policy: MigrationPolicy): Promise<void> {
  // Another job (a save) must not be aborted in its place.
  const job = await hands.ask((libvirt, domain, options) =>
    libvirt.domainGetJobStats(domain, 0, options).catch(nullIfGone),
  );
  if (job === null || !isMovingAway(job)) throw notPossible('no live migration runs');
  const way = how === 'forceComplete' ? policy.forceComplete : how;
  try {
    await hands.act((libvirt, domain, options) => {
      switch (way) {
        case 'abort':
          return libvirt.domainAbortJobFlags(domain, 0, options);
        case 'pause':
          return libvirt.domainSuspend(domain, options);
        case 'postCopy':
          return libvirt.domainMigrateStartPostCopy(domain, 0, options);
        default:
          return way satisfies never;
      }
    });
  } catch (error) {
    if (isOperationInvalid(error) || isNoDomain(error)) throw notPossible(error.message, error);
    throw error;
  }
  if (way === 'abort') await hands.barrier();
}

const notPossible = (why: string, cause?: unknown): DriverError =>
  new DriverError('INSTANCE_INVALID_STATE', why, { cause });

/** Null when no move runs. */
export async function migrationProgress(
  host: HostServices,
  instance: InstanceUuid,
  context: QueryContext,
): Promise<MigrationProgress | null> {
  return await host.connections.query(
    async (libvirt, options) => {
      const domain = domainByUuid(instance);
      const state = await libvirt.domainGetState(domain, 0, options).catch(nullIfGone);
      const active = state !== null && state.state !== DomainState.SHUTOFF;
      if (!active) return null;
      const job = await libvirt.domainGetJobStats(domain, 0, options).catch((error: unknown) => {
        // The destination of a move refuses to tell.
        if (isUnsupported(error) || isOperationInvalid(error)) return null;
        return nullIfGone(error);
      });
      if (job === null || job.type === DomainJobType.NONE || !isMovingAway(job)) return null;
      const { busy } = describeState(state.state, state.reason);
      return { ...progressOf(job.params), ...(busy === POST_COPY_FAILED && { phase: busy }) };
    },
    context,
    instance,
  );
}

/** In the contract's words. libvirt leaves out what it does not know yet. */
export function progressOf(params: TypedParams): MigrationProgress {
  const number = (name: string): number => Number(params[name] ?? 0);
  const part = (kind: 'memory' | 'disk') => ({
    total: number(`${kind}_total`),
    remaining: number(`${kind}_remaining`),
  });
  const [memory, disk] = [part('memory'), part('disk')];
  const bytesPerSecond = number('memory_bps') + number('disk_bps');
  const dirtied = number('memory_dirty_rate') * number('memory_page_size');
  const endless = dirtied > 0 && dirtied >= number('memory_bps');
  const remaining = memory.remaining + disk.remaining;
  return {
    phase:
      memory.total + disk.total === 0 ? 'preparing' : number('memory_postcopy_requests') > 0 ? 'post-copy' : 'copying',
    elapsedMs: number('time_elapsed'),
    memory,
    disk,
    bytesPerSecond,
    iteration: number('memory_iteration'),
    expectedDowntimeMs: params['downtime'] === undefined ? null : number('downtime'),
    expectedEndMs: bytesPerSecond === 0 || endless ? null : Math.round((remaining * 1000) / bytesPerSecond),
    slowedBy: number('auto_converge_throttle') > 0 ? number('auto_converge_throttle') / 100 : null,
  };
}
