/** One step of the chart on plain values. */
import type { SnapshotFrom } from 'xstate';
import type { LifeContext } from '@chronovirt/contract';
import type { ChartEvent } from './chart-event.ts';
import { stepsOf } from './chart-step.ts';
import { isLeafName } from './leaves.ts';
import { lifeMachine } from './machine.ts';
import { isResting } from './resting.ts';

type Snapshot = SnapshotFrom<typeof lifeMachine>;

/** Whether the chart has a state of that value. */
export function isKnown(value: string): boolean {
  return isResting(value) || isLeafName(value);
}

export interface Transit {
  readonly value: string;
  readonly context: LifeContext;
  /** The effect that was entered, or null. */
  readonly effect: string | null;
}

/** Snapshots by value: all but the context is the same for each, and XState changes none of it. */
const snapshots = new Map<string, Snapshot>();

const step = stepsOf(lifeMachine);

function snapshotOf(value: string, context: LifeContext): Snapshot {
  let known = snapshots.get(value);
  if (known === undefined) {
    known = lifeMachine.resolveState({ value: nested(value) as never, context });
    snapshots.set(value, known);
  }
  return { ...known, context };
}

function nested(value: string): unknown {
  const dot = value.indexOf('.');
  return dot < 0 ? value : { [value.slice(0, dot)]: value.slice(dot + 1) };
}

/** The value as stored: `running`, or `building.spawn`. */
export function flat(value: unknown): string {
  if (typeof value === 'string') return value;
  const [parent, child] = Object.entries(value as Record<string, unknown>)[0] ?? ['', ''];
  return `${parent}.${String(child)}`;
}

/** Takes one event; null = the chart has no transition for it. Throws when the value is none of the chart's. */
export function transit(value: string, context: LifeContext, event: ChartEvent): Transit | null {
  const before = snapshotOf(value, context);
  const [after, actions] = step(before, event);
  // Every transition changes the context, so the same object means that none was taken.
  if (after === before) return null;
  const entered = actions.find(({ type }) => type === 'effect')?.params as { method: string } | undefined;
  return { value: flat(after.value), context: after.context, effect: entered?.method ?? null };
}
