/** A move that does not take place: the destination is cleared, then the source goes on. */
import type { Move } from './move.ts';

export async function undoMove(move: Move): Promise<Record<string, unknown>> {
  const { plan } = move;
  if (plan.destination === null) return {};
  const link = { kind: 'undo', migration: plan.id, epoch: plan.epoch, keepDisks: move.isShared } as const;
  const told = await move.tell(plan.destination, link);
  // The source stands still for the move: it may go on only when the other half is gone, or can never run.
  if (goesOn.has(plan.found['onwards']) && move.tools.proofOf(plan.destination) === null) {
    await move.until(plan.destination, (last) =>
      last !== null && last.message.state.actor.role.kind === 'closed' ? last.seq : undefined,
    );
  }
  return { heard: [told] };
}

const goesOn: ReadonlySet<unknown> = new Set(['unpause', 'start']);

export async function releaseSource(move: Move): Promise<Record<string, unknown>> {
  const { plan, source } = move;
  const { onwards } = plan.found;
  const told = await move
    .tell(source, {
      kind: 'moveOver',
      migration: plan.id,
      epoch: plan.epoch,
      outcome: 'undone',
      onwards: onwards === 'unpause' || onwards === 'revert' || onwards === 'start' ? onwards : 'probe',
      reason: plan.failure?.message.slice(0, 500) ?? null,
    })
    .catch((error: unknown) => {
      // It owns nothing any more, or is deleted: it waits for nobody.
      if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('NOT_TAKEN_'))) throw error;
      return null;
    });
  return told === null ? {} : { heard: [told] };
}
