import type { InstanceState } from '@chronovirt/contract';
import { settled } from '@chronovirt/machines';
import { isReadable, type Journal } from '../ports/journal.ts';

/** The newest state of a history that this version can read; what a delete of a halted instance goes on from. */
export async function lastReadableState(
  journal: Journal,
  host: string,
  instance: string,
): Promise<InstanceState | null> {
  let state: InstanceState | null = null;
  for await (const stored of journal.read(host, instance)) {
    if (isReadable(stored)) state = settled(stored.message.state, stored.seq);
  }
  return state;
}
