import { CLUSTER } from '@chronovirt/contract';
import { HostVerifier, isHostTurn, Verifier } from '@chronovirt/machines';
import { whyNotOfThisVersion } from '../journal/parse.ts';
import { passOver } from '../journal/pass-over.ts';
import { isOfHost, isReadable, type Journal, type Stored } from '../ports/journal.ts';

export interface Verified {
  readonly histories: number;
  readonly messages: number;
  /** One line for each history that this version cannot go on from, or folds to something else than it says. */
  readonly differences: readonly string[];
}

/**
 * Reads every history on a host, as it lies there now, and folds it with the charts of this version: what a new version is asked before it
 * takes over from an old one. Nothing is written, and nobody who runs is disturbed. One pass over the host's stream; of each history that it
 * is in the middle of, one state is kept.
 *
 * `journal`: the messages as they are stored, none folded anew.
 */
export async function verifyHistories(journal: Journal, host: string): Promise<Verified> {
  const ends = new Map<string, number>();
  for await (const { instance, seq } of journal.lastOfAll(host)) ends.set(instance, seq);
  const checks = new Map<string, HistoryCheck>();
  const differences: string[] = [];
  let messages = 0;
  const check = (stored: Stored): HistoryCheck => {
    let found = checks.get(stored.instance);
    if (found === undefined) checks.set(stored.instance, (found = new HistoryCheck()));
    found.take(stored);
    messages += 1;
    return found;
  };
  for await (const last of passOver(journal, host, ends, check)) {
    const found = check(last).difference(last);
    checks.delete(last.instance);
    if (found !== null) differences.push(`${host}:${found.at} ${last.instance}: ${found.text}`);
  }
  return { histories: ends.size, messages, differences };
}

interface Difference {
  readonly at: number;
  readonly text: string;
}

/** A history under way. A state of an older version says nothing: what its events lead to is compared alone. */
class HistoryCheck {
  readonly #verifier = new Verifier();
  readonly #hostVerifier = new HostVerifier();
  #unreadable: Difference | null = null;

  take(stored: Stored): void {
    const { seq } = stored;
    if (isReadable(stored)) this.#verifier.take(seq, stored.message);
    else if (isOfHost(stored)) {
      const { hostMessage } = stored;
      if (isHostTurn(hostMessage)) this.#hostVerifier.take(seq, hostMessage);
    } else {
      const { rest, hostRest, text } = stored.unreadable;
      if (rest !== undefined) this.#verifier.take(seq, rest);
      else if (hostRest === undefined) this.#unreadable ??= { at: seq, text };
      else if (stored.host === CLUSTER) this.#hostVerifier.take(seq, hostRest);
    }
  }

  /** After the last message: what this version takes otherwise, or not at all. */
  difference(last: Stored): Difference | null {
    if (this.#unreadable !== null) return this.#unreadable;
    for (const { verdict } of [this.#verifier, this.#hostVerifier])
      if (!verdict.ok) return { at: verdict.at, text: verdict.difference };
    const { state } = this.#verifier;
    const rest = 'unreadable' in last ? last.unreadable.rest : undefined;
    // What events of old carry may have another shape, and what follows from them, too.
    const why = rest === undefined || state === null ? null : whyNotOfThisVersion({ ...rest, state });
    return why === null ? null : { at: last.seq, text: `it leads to no state of this version: ${why.text}` };
  }
}
