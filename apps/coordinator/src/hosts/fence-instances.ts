import {
  DriverError,
  isHostToken,
  type EffectContext,
  type HostName,
  type Incarnation,
  type InstanceUuid,
} from '@chronovirt/contract';
import { isReadable, type Clock, type Journal, type Log } from '@chronovirt/runtime';
import { writeInto } from '../cluster/write-into.ts';

/**
 * Ends what a host that is gone for ever held: every history of it that owns an instance gets a fence. Nothing is granted elsewhere by
 * that: what becomes of an instance and its disks is undecided until it is evacuated or deleted, or the host is let in again and has it
 * back. What the host keeps, or prepares, for a move owns nothing: the move that it is for ends it.
 */
export async function fenceInstances(
  { journal, clock, incarnation, log }: { journal: Journal; clock: Clock; incarnation: Incarnation; log: Log },
  host: HostName,
  context: EffectContext,
): Promise<Record<string, unknown>> {
  let fenced = 0;
  const unreadable: string[] = [];
  for await (const stored of journal.lastOfAll(host)) {
    if (isHostToken(stored.instance)) continue;
    context.permit.check();
    if (!isReadable(stored)) {
      unreadable.push(stored.instance);
      continue;
    }
    const { role, epoch } = stored.message.state.actor;
    if (role.kind !== 'owner') continue;
    const instance = stored.instance as InstanceUuid;
    const link = { kind: 'fence', epoch: epoch + 1, keepDisks: true, undecided: true } as const;
    const { decision } = await writeInto({ journal, clock, incarnation }, host, instance, link, {
      id: `forget.${host}.${instance}.${epoch + 1}`,
      cause: `host ${host} is forgotten`,
    });
    if (decision.kind === 'turn') fenced += 1;
    else log.warn({ host, instance, why: decision.why }, 'a history of a forgotten host takes no fence');
  }
  if (unreadable.length > 0)
    throw new DriverError('HISTORY_UNREADABLE', `${unreadable.length} histories of host ${host} cannot be read`);
  return { fenced };
}
