/**
 * Where a reader stands: a sequence per host, written `_cluster:12,h1:57`. Replies to commands carry one, reads take one as `since`, and
 * the event stream uses one as the id of each event, so that nothing is missed and nothing comes twice.
 */
import { InvalidInputError } from '@chronovirt/contract';

/** Highest sequence seen, by host. A host that is not in it: nothing seen of it. */
export type Position = ReadonlyMap<string, number>;

const entryPattern = /^([A-Za-z0-9_-]{1,64}):(\d{1,15})$/;

/** Reads a position; `field` names the parameter in the error. */
export function parsePosition(text: string, field = 'since'): Position {
  const position = new Map<string, number>();
  for (const part of text.split(',')) {
    const [, host, seq] = entryPattern.exec(part.trim()) ?? [];
    if (host === undefined || seq === undefined) {
      throw new InvalidInputError(
        field,
        `expected host:sequence, several separated by commas (_cluster:12,h1:57), got ${JSON.stringify(part.slice(0, 80))}`,
      );
    }
    position.set(host, Math.max(Number(seq), position.get(host) ?? 0));
  }
  return position;
}

/** The written form, hosts in order. */
export function formatPosition(position: Position): string {
  return [...position]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([host, seq]) => `${host}:${seq}`)
    .join(',');
}

/** Whether `position` is at or beyond `wanted` on every host that `wanted` names. */
export function reaches(position: Position, wanted: Position): boolean {
  for (const [host, seq] of wanted) if ((position.get(host) ?? 0) < seq) return false;
  return true;
}
