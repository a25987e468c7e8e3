import type { InstanceState } from '@chronovirt/contract';
import { isKnownState, settled } from '@chronovirt/machines';
import { isReadable, type Journal } from '../ports/journal.ts';

/**
 * The newest state of a history that this version can read, and its chart knows; what a delete of a halted instance goes on from. `seq`: of
 * the history's last message, readable or not, which is what an append has to follow.
 */
export async function lastReadableState(
  journal: Journal,
  host: string,
  instance: string,
): Promise<{ readonly state: InstanceState; readonly seq: number } | null> {
  let state: InstanceState | null = null;
  let seq = 0;
  for await (const stored of journal.read(host, instance)) {
    seq = stored.seq;
    if (isReadable(stored) && isKnownState(stored.message.state.value))
      state = settled(stored.message.state, stored.seq);
  }
  return state === null ? null : { state, seq };
}
