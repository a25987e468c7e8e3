/** Where a fault strikes: after a turn that the clean run of the operation stored, some time on the way to the next. */
import { eventsText, type Turn } from '../start/api.ts';
import { seeded } from '../../apps/agent/src/proof/rotation.ts';
import type { Operation } from './operation.ts';

export interface Step {
  readonly where: 'source' | 'destination' | 'spine';
  readonly events: string;
  /** The how many of its kind, from 1. */
  readonly nth: number;
  /** Until the next turn of the clean run, in milliseconds. */
  readonly gapMs: number;
}

/** A step, and how long after it. */
export interface Point extends Omit<Step, 'gapMs'> {
  readonly afterMs: number;
}

const roles: Readonly<Record<string, Step['where']>> = {
  'host-a': 'source',
  'host-b': 'destination',
  _cluster: 'spine',
};
const LONGEST_MS = 6_000;

/** What a turn is called as a step. */
export function kindOf({ host, message }: Turn): string {
  return `${roles[host] ?? host} ${eventsText(message.events)}`;
}

/** The steps of a clean run, all but the last, after which the operation is over. */
export function stepsOf(turns: readonly Turn[]): Step[] {
  const inTime = turns.toSorted((a, b) => a.message.at - b.message.at);
  const counts = new Map<string, number>();
  return inTime.slice(0, -1).map((turn, index) => {
    const kind = kindOf(turn);
    const nth = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, nth);
    return {
      where: roles[turn.host] ?? 'spine',
      events: eventsText(turn.message.events),
      nth,
      gapMs: (inTime[index + 1]?.message.at ?? turn.message.at) - turn.message.at,
    };
  });
}

/**
 * The seed's choice for a cell. Half of the choices fall on any step alike, half on any moment alike: else the long steps, a copy above
 * all, would be struck as seldom as those that are over at once.
 */
export function pointFor(operation: Operation, fault: string, steps: readonly Step[]): Point {
  const random = seeded(`${operation.name} ${fault}`);
  const { gapMs, ...rest } = random.chance(0.5) ? random.pick(steps) : atAnyMoment(steps, random.next());
  return { ...rest, afterMs: Math.min(LONGEST_MS, Math.floor(gapMs * random.next())) };
}

/** Where the operation was over before a point, or nothing was left to strike by then: a point before it; null = it is the first one. */
export function earlier({ afterMs, ...at }: Point, steps: readonly Step[]): Point | null {
  if (afterMs > 0) return { ...at, afterMs: 0 };
  const isSame = ({ where, events, nth }: Step): boolean =>
    where === at.where && events === at.events && nth === at.nth;
  const before = steps[steps.findIndex(isSame) - 1];
  return before === undefined ? null : { where: before.where, events: before.events, nth: before.nth, afterMs: 0 };
}

/** The step under way when this share of the whole time has passed. */
function atAnyMoment(steps: readonly Step[], share: number): Step {
  let left = share * steps.reduce((sum, { gapMs }) => sum + gapMs, 0);
  const found = steps.find(({ gapMs }) => (left -= gapMs) < 0) ?? steps.at(-1);
  if (found === undefined) throw new Error('a clean run stored nothing');
  return found;
}

export function pointText({ where, events, nth, afterMs }: Point): string {
  return `${where}: ${events}${nth > 1 ? ` (${nth})` : ''}${afterMs > 0 ? `, ${afterMs} ms later` : ''}`;
}
