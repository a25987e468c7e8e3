/** Every point of a move, times everything that may go wrong there. */
import { faultsAfterDelete, faultsAtTheEnd } from './ending.ts';
import type { MoveOperation } from './operations.ts';
import { MoveRun, type Fault } from './run.ts';

/** Whatever late event or comparison is still to come must not change the picture. */
const AFTERWARDS_MS = 130_000;

/** The points of a clean run, in words; a fault strikes at the n-th. */
export async function pointsOf(operation: MoveOperation): Promise<string[]> {
  const points: string[] = [];
  const run = new MoveRun({ ...operation, onPoint: (text) => void points.push(text) });
  try {
    const problems = await play(run, operation, async () => {});
    if (problems.length > 0) throw new Error(`the clean run of ${operation.name}: ${problems.join('; ')}`);
  } finally {
    run.world.close();
  }
  return points;
}

export interface Outcome {
  readonly problems: readonly string[];
  /** Whether the fault could strike there. */
  readonly isStruck: boolean;
  /** Virtual time from the fault to rest. */
  readonly healedMs: number;
  readonly story: readonly string[];
}

/** The operation with a fault at its n-th point, from 1, or at the first one for which something holds. */
export async function strike(
  operation: MoveOperation,
  where: number | ((text: string, run: MoveRun) => boolean),
  fault: Fault,
): Promise<Outcome> {
  let struck: Promise<void> | null = null;
  let began = 0;
  const run = new MoveRun({
    ...operation,
    onPoint: (text, at) => {
      const isHere = typeof where === 'number' ? at.index === where : struck === null && where(text, at);
      if (!isHere || !fault.applies(at)) return;
      began = at.world.clock.monotonic();
      fault.strike(at);
      struck = fault.heal(at);
    },
  });
  try {
    const problems = await play(run, operation, async () => void (await struck));
    const healedMs = run.world.clock.monotonic() - began;
    return {
      problems,
      isStruck: struck !== null,
      healedMs,
      story: problems.length === 0 ? [] : await run.world.story(run.uuid),
    };
  } finally {
    run.world.close();
  }
}

async function play(run: MoveRun, operation: MoveOperation, healed: () => Promise<void>): Promise<string[]> {
  const { world } = run;
  const problems = (): string[] => [...run.problems];
  if (!(await run.carry(run.begin(), 'the guest is made'))) return problems();
  await operation.before?.(run);
  await world.clock.advance(1_000);
  run.isCounting = true;
  if (!(await run.carry(operation.play(run), 'the move'))) return problems();
  run.isCounting = false;
  if (!(await run.carry(healed(), 'what was broken comes back'))) return problems();
  await world.clock.advance(AFTERWARDS_MS);
  if (!(await run.carry(run.rest(), 'rest'))) return problems();
  for (const problem of await faultsAtTheEnd(run, operation.ends)) run.problems.add(problem);
  if (!(await run.carry(checked(run, operation), 'what else has to hold'))) return problems();
  const deleted = run.order('delete').then(async (answer) => {
    if (answer.kind !== 'accepted') run.problems.add(`the next command was not taken: ${JSON.stringify(answer)}`);
    await run.rest();
    await run.pause(5_000);
    await checked(run, operation);
  });
  if (await run.carry(deleted, 'delete')) for (const problem of faultsAfterDelete(run)) run.problems.add(problem);
  return problems();
}

async function checked(run: MoveRun, { check }: MoveOperation): Promise<void> {
  for (const problem of (await check?.(run)) ?? []) run.problems.add(problem);
}
