/** What the chart is shown of a stored event, and the questions that its guards may ask. */
import type { LifeContext, RestingState } from '@chronovirt/contract';

/** What was seen, against where the operation began and where it leads; `unknown`: nobody answered, or the domain is busy. */
export type Fits = 'goal' | 'origin' | 'other' | 'unknown';

export interface ChartEvent {
  readonly type: string;
  /** The stored event's data. */
  readonly data: Readonly<Record<string, unknown>>;
  /** Op that it speaks of. */
  readonly of: number | null;
}

/** A condition of a transition, as data: all that is named must hold. */
export interface When {
  /** `data.fits` of the event. */
  readonly fits?: Fits;
  readonly goal?: RestingState;
  readonly origin?: RestingState;
  /** Leaf whose end is being looked for (`reconciling`). */
  readonly probing?: string;
  /** What `reconciling` settles is an operation of one of these, or none (`nothing`). */
  readonly settles?: readonly string[];
  /** What the observation looks like by itself (a reset). */
  readonly looks?: RestingState;
  /** Fields of the event's data. */
  readonly data?: Readonly<Record<string, string | boolean>>;
  /** Fields of what the intent asks (`data.request`). */
  readonly asks?: Readonly<Record<string, string>>;
  /** Fields of what the running operation was asked. */
  readonly request?: Readonly<Record<string, string>>;
}

/** What `reconciling` looks for: the leaf that ended without a known outcome, its op (the mark), and what was said. */
export interface Probing {
  readonly leaf: string;
  readonly op: number;
  readonly code: string;
  readonly message: string;
}

/** The operation that a probe settles, or null when nothing was under way (a contradiction was seen, a person asked). */
export function probingOf(context: Pick<LifeContext, 'request'>): Probing | null {
  const { probing } = context.request;
  return typeof probing === 'object' && probing !== null && 'leaf' in probing ? (probing as unknown as Probing) : null;
}

/** The kind of operation that a probe settles: the transient state that it was in, or `nothing`. */
export function settledBy(context: Pick<LifeContext, 'request'>): string {
  const leaf = probingOf(context)?.leaf;
  return leaf === undefined ? 'nothing' : leaf.slice(0, leaf.indexOf('.'));
}

/** Whether a condition holds. */
export function holds(when: When, context: LifeContext, event: ChartEvent): boolean {
  if (when.fits !== undefined && event.data['fits'] !== when.fits) return false;
  if (when.goal !== undefined && context.goal !== when.goal) return false;
  if (when.origin !== undefined && context.origin !== when.origin) return false;
  if (when.probing !== undefined && probingOf(context)?.leaf !== when.probing) return false;
  if (when.settles !== undefined && !when.settles.includes(settledBy(context))) return false;
  if (when.looks !== undefined && event.data['looks'] !== when.looks) return false;
  if (when.data !== undefined && !agrees(when.data, event.data)) return false;
  if (when.asks !== undefined && !agrees(when.asks, event.data['request'])) return false;
  return when.request === undefined || agrees(when.request, context.request);
}

function agrees(wanted: Readonly<Record<string, string | boolean>>, given: unknown): boolean {
  if (typeof given !== 'object' || given === null) return false;
  for (const name in wanted) if ((given as Record<string, unknown>)[name] !== wanted[name]) return false;
  return true;
}
