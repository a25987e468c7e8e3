/** How far a drain is, in a person's words. */
import type { DrainView } from '../api/types.ts';
import { withVerbs } from '../parse/verb-names.ts';
import { inWords } from '../parse/words.ts';
import { progressText } from './progress-text.ts';

/** `2 moved, 1 moves, 3 wait, 1 stays` */
export function drainCounts({ moved, moving, waiting, stayed, more }: DrainView): string {
  const stay = stayed.length + more;
  const parts = [
    `${moved} moved`,
    ...(moving.length === 0 ? [] : [`${moving.length} on the way`]),
    ...(waiting === 0 ? [] : [`${waiting} to go`]),
    ...(stay === 0 ? [] : [`${stay} cannot leave`]),
  ];
  return parts.join(', ');
}

/** `web: live, to h2, copying: 40 % of 2 GiB, 100 MiB/s, 12 s left` */
export function moveText({ name, kind, to, step, awaiting, effects, copy }: DrainView['moving'][number]): string {
  const waits = awaiting === null ? null : `waiting for ${awaiting}`;
  const said = progressText({ effects, copy }) ?? (step === null ? null : inWords(step.replace('.', ' ')));
  const parts = [kind, to === null ? null : `to ${to}`, said, waits].filter((part) => part !== null);
  return `${name}: ${parts.length === 0 ? 'what is left of it is cleared away' : parts.join(', ')}`;
}

/** A line each for those on their way and those that stay. */
export function drainLines(drain: DrainView): string[] {
  return [
    ...drain.moving.map(moveText),
    ...drain.stayed.map(({ name, why }) => `${name} stays: ${withVerbs(why)}`),
    ...(drain.more > 0 ? [`and ${drain.more} more stay`] : []),
  ];
}
