/** A move that has landed is made final, or turned back. */
import type { HostName } from '@chronovirt/contract';
import type { Known } from '../histories.ts';
import type { Move, SegmentEnd } from './move.ts';

/** What the source kept goes; then the owner hears of it. */
export async function confirmKept(move: Move): Promise<Record<string, unknown>> {
  const { source, destination, plan } = move;
  await move.tell(source, { kind: 'confirm', migration: plan.id, keepDisks: move.isShared });
  const cleaned = await cleared(move, source);
  const told = await move
    .tell(destination, {
      kind: 'moveOver',
      migration: plan.id,
      epoch: move.epoch,
      outcome: 'confirmed',
      onwards: 'probe',
      reason: null,
    })
    .catch((error: unknown) => {
      // It owns nothing any more: it waits for nobody.
      if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('NOT_TAKEN_'))) throw error;
      return null;
    });
  return { heard: [...cleaned, ...(told === null ? [] : [told])] };
}

/** Nothing of it is left on a host, or what is left there can never run and goes when the host comes back. */
async function cleared(move: Move, host: HostName): Promise<SegmentEnd[]> {
  return move.tools.proofOf(host) === null ? [{ host, seq: await move.until(host, closed) }] : [];
}

/** The destination gives the guest up; only when nothing of it is left there may the source have it back. */
export async function fenceDestination(move: Move): Promise<Record<string, unknown>> {
  const { destination } = move;
  await move
    .tell(destination, { kind: 'fence', epoch: move.epoch + 1, keepDisks: move.isShared })
    .catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'NOT_TAKEN_STALE')) throw error;
    });
  return { heard: await cleared(move, destination) };
}

function closed(last: Known | null): number | undefined {
  return last !== null && last.message.state.actor.role.kind === 'closed' ? last.seq : undefined;
}
