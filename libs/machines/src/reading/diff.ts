/** What differs between two states, by path; for people and for `verify`. */
import type { InstanceState } from '@chronovirt/contract';

export interface Difference {
  /** `context.goal`, `actor.due.0.op`, … */
  readonly path: string;
  /** Undefined: the field is missing on that side. */
  readonly before: unknown;
  readonly after: unknown;
}

/** All fields that differ, in the order of the fields. Null = the state before any event. */
export function diff<S extends object = InstanceState>(before: S | null, after: S | null): Difference[] {
  return differences(before, after, '');
}

function differences(before: unknown, after: unknown, path: string): Difference[] {
  if (isSame(before, after)) return [];
  if (!isPlain(before) || !isPlain(after) || Array.isArray(before) !== Array.isArray(after))
    return [{ path: path === '' ? 'state' : path, before, after }];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => differences(before[name], after[name], path === '' ? name : `${path}.${name}`));
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Whether two plain values are equal; makes little, since nearly all comparisons of `verify` end here. */
function isSame(before: unknown, after: unknown): boolean {
  if (before === after) return true;
  if (typeof before !== 'object' || typeof after !== 'object' || before === null || after === null) {
    return Object.is(before, after);
  }
  if (Array.isArray(before)) {
    if (!Array.isArray(after) || before.length !== after.length) return false;
    for (let n = 0; n < before.length; n += 1) if (!isSame(before[n], after[n])) return false;
    return true;
  }
  const names = Object.keys(before);
  if (Array.isArray(after) || Object.keys(after).length !== names.length) return false;
  for (const name of names) {
    const other = (after as Record<string, unknown>)[name];
    if (!isSame((before as Record<string, unknown>)[name], other)) return false;
    if (other === undefined && !Object.hasOwn(after, name)) return false;
  }
  return true;
}
