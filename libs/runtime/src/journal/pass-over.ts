import type { Journal, Stored } from '../ports/journal.ts';

/**
 * These histories in one pass over the host's stream, in its order, each up to the sequence that is given for it: its last message as of a
 * moment before. Gives that one; `between` is handed those before it. One reader per history would cost the server and this process more than
 * the messages themselves.
 */
export async function* passOver(
  journal: Journal,
  host: string,
  ends: ReadonlyMap<string, number>,
  between: (stored: Stored) => void,
): AsyncGenerator<Stored, void, undefined> {
  let left = ends.size;
  if (left === 0) return;
  for await (const stored of journal.feed(host, 0, new AbortController().signal)) {
    const end = ends.get(stored.instance) ?? 0;
    if (stored.seq < end) between(stored);
    if (stored.seq !== end) continue;
    yield stored;
    if (--left === 0) return;
  }
}
