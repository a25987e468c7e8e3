/** Where a fault strikes: after a turn that the clean run of the operation stored, some time on the way to the next. */
import { eventsText, type Turn } from '../start/api.ts';
import { shuffled } from '../../apps/agent/src/proof/rotation.ts';
import type { Operation } from './operations.ts';

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
/** Shares of the gap to the next turn. */
const SHARES = [0, 0.3, 0.6, 0.9] as const;
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

/** The seed's choice for a cell. */
export function pointFor(operation: Operation, fault: string, steps: readonly Step[]): Point {
  const salt = `${operation.name} ${fault}`;
  const [step] = shuffled(steps, salt);
  if (step === undefined) throw new Error(`a clean run of "${operation.name}" stored nothing`);
  const [share = 0] = shuffled(SHARES, salt);
  const { gapMs, ...rest } = step;
  return { ...rest, afterMs: Math.min(LONGEST_MS, Math.round(gapMs * share)) };
}

export function pointText({ where, events, nth, afterMs }: Point): string {
  return `${where}: ${events}${nth > 1 ? ` (${nth})` : ''}${afterMs > 0 ? `, ${afterMs} ms later` : ''}`;
}
