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
export function diff(before: InstanceState | null, after: InstanceState | null): Difference[] {
  return differences(before, after, '');
}

function differences(before: unknown, after: unknown, path: string): Difference[] {
  if (Object.is(before, after)) return [];
  if (!isPlain(before) || !isPlain(after) || Array.isArray(before) !== Array.isArray(after))
    return [{ path: path === '' ? 'state' : path, before, after }];
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name) => differences(before[name], after[name], path === '' ? name : `${path}.${name}`));
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
