/** The steps of a move between hosts, by the method names of the chart `migration`. Each is safe to repeat. */
import type { EffectContext } from '@chronovirt/contract';
import type { EffectInput } from '@chronovirt/runtime';
import { checkMove } from './check.ts';
import { copyMove } from './copy.ts';
import { adoptBack, adoptMove, fenceSource } from './land.ts';
import { Move, type MoveTools } from './move.ts';
import { placeMove } from './place.ts';
import { prepareMove } from './prepare.ts';
import { confirmKept, fenceDestination } from './settle.ts';
import { releaseSource, undoMove } from './undo.ts';

export type { MoveTools } from './move.ts';

const steps: Readonly<Record<string, (move: Move) => Promise<Record<string, unknown>>>> = {
  placeMove,
  checkMove,
  prepareMove,
  copyMove,
  fenceSource,
  adoptMove,
  confirmKept,
  fenceDestination,
  adoptBack,
  undoMove,
  releaseSource,
};

/** Methods of the cluster that carry a move out. */
export const moveMethods: readonly string[] = Object.keys(steps);

/** Runs one step; what it found out is stored with its outcome. */
export async function runMoveStep(
  tools: MoveTools,
  input: EffectInput,
  context: EffectContext,
): Promise<Record<string, unknown>> {
  const step = steps[input.due.method];
  if (step === undefined) throw new Error(`${input.due.method} is no step of a move`);
  return step(new Move(tools, input, context));
}
