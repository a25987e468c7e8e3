import { isHostToken } from '@chronovirt/contract';
import { isHostTurn, verify, verifyHost, type Entry, type HostTurn } from '@chronovirt/machines';
import { isOfHost, isReadable, whyUnreadable, type Journal } from '../ports/journal.ts';

export interface Verified {
  readonly histories: number;
  readonly messages: number;
  /** One line for each history that this version cannot go on from, or folds to something else than it says. */
  readonly differences: readonly string[];
}

/**
 * Reads every history on a host and folds it with the charts of this version: what a new version is asked before it takes over from an old
 * one. Nothing is written, and nobody who runs is disturbed.
 */
export async function verifyHistories(journal: Journal, host: string): Promise<Verified> {
  const differences: string[] = [];
  const instances: string[] = [];
  for await (const { instance } of journal.lastOfAll(host)) instances.push(instance);
  let messages = 0;
  for (const instance of instances) {
    const entries: Entry[] = [];
    const turns: { seq: number; message: HostTurn }[] = [];
    let unreadable: string | null = null;
    for await (const stored of journal.read(host, instance)) {
      messages += 1;
      if (isReadable(stored)) entries.push(stored);
      else if (isOfHost(stored)) {
        const { seq, hostMessage } = stored;
        if (isHostTurn(hostMessage)) turns.push({ seq, message: hostMessage });
      } else unreadable ??= `${host}:${stored.seq} ${instance}: ${whyUnreadable(stored)?.text ?? 'cannot be read'}`;
    }
    const verdict = isHostToken(instance) ? verifyHost(turns) : verify(entries);
    if (unreadable !== null) differences.push(unreadable);
    else if (!verdict.ok) differences.push(`${host}:${verdict.at} ${instance}: ${verdict.difference}`);
  }
  return { histories: instances.length, messages, differences };
}
