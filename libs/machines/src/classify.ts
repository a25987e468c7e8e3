/**
 * What an observation means for a running operation: its goal was reached, it is still where it began, or neither. Nobody's opinion
 * counts, least of all that of code that has just failed.
 */
import { isEmpty, type Mark, type Observation, type RestingState } from '@chronovirt/contract';
import { leaves, type Leaf, type Proof } from './life/leaves.ts';
import { resting } from './life/resting.ts';

export interface Question {
  /** Where the operation began; null = from nothing (a build). */
  readonly origin: RestingState | null;
  /** Where it leads; null = nowhere in particular. */
  readonly goal: RestingState | null;
  /** The method whose end is asked for. */
  readonly method: string;
  /** The mark that this method writes into what it starts. */
  readonly mark: Mark;
  /** What the driver itself said; only asked where a look cannot show it. */
  readonly result?: 'done' | 'failed';
}

/**
 * How the end of each method is known. Without mark: `powerOn`, `unpause`, `resume` and `restore` may be overtaken by somebody who
 * started the guest; it runs, nothing is lost, so it is adopted. With mark: a reboot begins and ends in `running`; a spawn, rescue or
 * unrescue must have started *its* definition, and a guest of an older one is another guest.
 */
export const proofOf: ReadonlyMap<string, Proof> = new Map(
  Object.values<Leaf>(leaves).map(({ method, proof }) => [method, proof]),
);

/** Methods that prove themselves by the mark when they leave the guest on, and by a look when they leave it off. */
const isOn = (seen: Observation): boolean => seen.power === 'on' || seen.power === 'paused';

/** `goal`, `origin` or `other`. A busy domain is no resting place and fits neither; ask again when it is free. */
export function classify(seen: Observation, question: Question): 'goal' | 'origin' | 'other' {
  if (seen.busy !== null) return 'other';
  const { goal, origin } = question;
  if (goal !== null && resting[goal].looks(seen) && isProven(seen, question)) return 'goal';
  if (origin === null ? isEmpty(seen) : resting[origin].looks(seen)) return 'origin';
  return 'other';
}

function isProven(seen: Observation, { method, mark, result }: Question): boolean {
  const proof = proofOf.get(method) ?? 'look';
  if (proof === 'result') return result === 'done';
  if (proof === 'definition') return seen.definition;
  if (proof === 'look' || !isOn(seen)) return true;
  return seen.mark !== null && seen.mark.epoch === mark.epoch && seen.mark.op === mark.op;
}
