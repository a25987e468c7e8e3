/** The lock of an instance: it keeps users from changing it, wherever that is decided; operators and the system itself pass. */
import { CLUSTER, type InstanceState } from '@chronovirt/contract';
import { imageOperationOf } from '../image/leaves.ts';
import type { Asker, Refusal } from './guard-names.ts';
import { deletesForHost } from './move-guards.ts';
import type { Env } from './types.ts';

/** Why a lock keeps the asker out, or null. */
export function locked(
  state: InstanceState,
  { name, by }: Asker,
  { host, facts }: Pick<Env, 'host' | 'facts'>,
): Refusal | null {
  const lock = lockOf(state, facts);
  // A picture of the guest changes nothing of it.
  if (lock === null || by.kind !== 'user' || imageOperationOf(name) !== null) return null;
  if (lock.holder === 'owner' && (name === 'unlock' || name === 'lock')) return null;
  const reason = lock.reason === '' ? '' : `: ${lock.reason}`;
  const fact = `locked by ${lock.holder === 'admin' ? 'operator ' : ''}${lock.name}${reason}`;
  // The lock lies with a host that takes nothing any more: it goes along to whoever takes the instance over.
  if (host === CLUSTER && deletesForHost(state, facts))
    return { guard: 'lockOpen', fact: `${fact}; the lock can be taken away where it is evacuated to`, path: null };
  return { guard: 'lockOpen', fact, path: lock.holder === 'owner' ? ['unlock'] : null };
}

/** What a host holds is locked and unlocked there. */
function lockOf({ actor: { role }, parts }: InstanceState, { lockOf: there }: Env['facts']): typeof parts.lock {
  const lock = role.kind === 'granted' ? there?.(role) : undefined;
  return lock === undefined ? parts.lock : lock;
}
