/** Where the guest is, by what was seen on both hosts. Nobody's opinion counts, least of all that of code that has just failed. */
import { POST_COPY_FAILED, type MigrationContext, type Observation } from '@chronovirt/contract';
import { isCalledOffByPerson } from '@chronovirt/machines';

export type Verdict =
  /** The guest is at the destination. */
  | { readonly kind: 'landed' }
  /** It is at the source, and so the source goes on. */
  | { readonly kind: 'undone'; readonly onwards: 'probe' | 'unpause' | 'revert' | 'start'; readonly why: string }
  /** The facts do not say yet: ask again. */
  | { readonly kind: 'unclear'; readonly awaiting: string };

/** What is known of the move. */
type Plan = Pick<MigrationContext, 'origin' | 'doomed' | 'aborting' | 'failure' | 'found'>;

const isMoving = ({ reason }: Observation): boolean => /migrat|post-copy/i.test(reason);
const runs = (seen: Observation | null): boolean => seen?.power === 'on' && seen.busy === null;
const isGone = (seen: Observation): boolean =>
  seen.power === 'absent' || seen.power === 'off' || seen.power === 'crashed';
/** Half of a guest: its other half is still with its source. */
const isHalf = (seen: Observation): boolean => seen.busy !== null || isMoving(seen);

/** Post-copy broke off: half of the guest is here, and the other half on the other side. */
export const isTorn = (seen: Observation | null): boolean => seen?.busy === POST_COPY_FAILED;

/** The guest is there as a whole, whether it runs or waits to be let go on. */
export const hasLanded = (seen: Observation | null): boolean =>
  runs(seen) || (seen?.power === 'paused' && !isHalf(seen));

/**
 * A live copy. The guest lands paused, and lets nobody run it before the cluster has said so; so a source that has it no more means that
 * it is at the destination, and a source that runs it, with nothing under way, means that it never left. While one side is at work, or
 * does not answer and the other one does not tell enough, nothing is decided.
 */
export function whereIsIt(plan: Plan, source: Observation | null, destination: Observation | null): Verdict {
  // Where hypervisors let it run by themselves they do so only after it was stopped on the source.
  if (runs(destination)) return { kind: 'landed' };
  if (isTorn(source) || isTorn(destination)) return whatIsLeft(plan, source, destination);
  if (source === null)
    return { kind: 'unclear', awaiting: 'an answer of the source: the guest does not run at the destination' };
  if (source.busy !== null) return { kind: 'unclear', awaiting: `the end of what the source does: ${source.busy}` };
  if (source.power === 'on' || (plan.origin === 'paused' && source.power === 'paused' && !isMoving(source)))
    return { kind: 'undone', onwards: 'probe', why: 'the guest never left the source' };
  if (destination === null)
    return { kind: 'unclear', awaiting: 'an answer of the destination: the guest does not run at the source' };
  if (destination.busy !== null)
    return { kind: 'unclear', awaiting: `the end of what the destination does: ${destination.busy}` };
  if (source.power === 'paused')
    return { kind: 'undone', onwards: 'unpause', why: 'the copy broke at its end; the source still has the guest' };
  if (isGone(source) && destination.power === 'paused') return { kind: 'landed' };
  if (source.power !== 'absent' && isGone(destination))
    return { kind: 'undone', onwards: 'probe', why: 'the guest runs on neither side, and was not carried away' };
  // Its definition is stored there when all of it has come: it was off only after that.
  if (source.power === 'absent' && isGone(destination))
    return destination.definition
      ? { kind: 'landed' }
      : { kind: 'undone', onwards: 'start', why: 'nothing of the guest is left on either side but its disks' };
  return {
    kind: 'unclear',
    awaiting: `one side to settle: source ${source.power} (${source.reason}), destination ${destination.power} (${destination.reason})`,
  };
}

/**
 * Half of a guest is on each side of a post-copy that broke off, and neither is one by itself: the source may not run its half again, for
 * the other one has run since. With both there it can be brought over. Where one is lost the guest's memory is, and it starts anew from its
 * disks; where it is to be deleted both go.
 */
function whatIsLeft(plan: Plan, source: Observation | null, destination: Observation | null): Verdict {
  if (plan.doomed)
    return { kind: 'undone', onwards: 'probe', why: 'post-copy broke off, and the guest is to be deleted' };
  if (isTorn(source) && destination !== null && isGone(destination)) return withoutHalf(plan, 'destination');
  // A source that is off because all of it has come, or that has no domain any more, may be ahead of what the destination says.
  const isLost = source?.power === 'crashed' || (source?.power === 'off' && !isMoving(source));
  if (isTorn(destination) && isLost) return withoutHalf(plan, 'source');
  return {
    kind: 'unclear',
    awaiting:
      'both hosts to see that post-copy broke off, and to reach each other: half of the guest is on each side; a delete ends it as well',
  };
}

/** Disks that were copied along are older at the source by what the guest has written since it went over: no rule may give that up. */
function withoutHalf(plan: Plan, where: string): Verdict {
  const why = `post-copy broke off, and the half of the guest at the ${where} is lost`;
  if (plan.found['shared'] === true || isCalledOffByPerson(plan)) return { kind: 'undone', onwards: 'start', why };
  return {
    kind: 'unclear',
    awaiting: `somebody to call the move off, or to delete it: ${why}; at the source it starts without what it has written since it went over`,
  };
}

/** A cold copy: what the source's own history says of it, and that the guest is off there. */
export function isItOver(
  ended: { readonly result: 'done' | 'failed'; readonly why: string },
  source: Observation | null,
): Verdict {
  if (source === null) return { kind: 'unclear', awaiting: 'an answer of the source' };
  if (source.busy !== null) return { kind: 'unclear', awaiting: `the end of what the source does: ${source.busy}` };
  if (ended.result === 'done' && isGone(source)) return { kind: 'landed' };
  // Files may have been set aside: turning back puts them where they were, and is safe where they still are.
  return { kind: 'undone', onwards: 'revert', why: ended.why };
}
