/** A move that has landed is made final, or turned back. */
import type { Known } from '../histories.ts';
import { failed, type Move } from './move.ts';

/** What the source kept goes; then the owner hears of it. */
export async function confirmKept(move: Move): Promise<Record<string, unknown>> {
  const { source, destination, plan } = move;
  const taken = await move.order(source, { kind: 'confirm', migration: plan.id, keepDisks: move.isShared });
  if (!taken)
    throw failed('HOST_UNREACHABLE', `host ${source} did not answer`, {
      awaiting: `host ${source} to remove what it kept`,
    });
  const seq = await move.until(source, closed);
  const told = await move.order(destination, {
    kind: 'moveOver',
    migration: plan.id,
    epoch: move.epoch,
    outcome: 'confirmed',
    then: 'probe',
    reason: null,
  });
  if (!told)
    throw failed('HOST_UNREACHABLE', `host ${destination} did not answer`, {
      awaiting: `host ${destination} to hear of it`,
    });
  return { host: source, seq };
}

/** The destination gives the guest up; only when nothing of it is left there may the source have it back. */
export async function fenceDestination(move: Move): Promise<Record<string, unknown>> {
  const { destination } = move;
  await move
    .tell(destination, { kind: 'fence', epoch: move.epoch + 1, keepDisks: move.isShared })
    .catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'NOT_TAKEN_STALE')) throw error;
    });
  const seq = await move.until(destination, closed);
  return { found: { gaveUp: seq } };
}

function closed(last: Known | null): number | undefined {
  return last !== null && last.message.state.actor.role.kind === 'closed' ? last.seq : undefined;
}
