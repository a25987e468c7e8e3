/** How far what is under way has come, in a person's words. */
import type { MigrationProgressView, ProgressView } from '../api/types.ts';
import { mebibytes } from './bytes.ts';
import { duration } from './time.ts';

/** One line; null = nothing is known. */
export function progressText({ effects, copy }: ProgressView): string | null {
  if (copy !== null) return copyText(copy);
  const said = effects.map(({ what, fraction }) => {
    // Some words are Nova's names of steps.
    const words = what.replaceAll('_', ' ');
    return fraction === null ? words : `${words}, ${Math.floor(100 * fraction)} %`;
  });
  return said.length === 0 ? null : said.join('; ');
}

/** Of a guest that is copied while it runs. */
function copyText({
  memory,
  disk,
  bytesPerSecond,
  expectedEndMs,
  expectedDowntimeMs,
  slowedBy,
  phase,
}: MigrationProgressView): string {
  const total = memory.total + disk.total;
  const left = memory.remaining + disk.remaining;
  const share = total === 0 ? '' : `${Math.floor((100 * (total - left)) / total)} % of ${mebibytes(total / 2 ** 20)}, `;
  // Nothing is known yet.
  if (total === 0 && bytesPerSecond === 0) return phase;
  // The numbers are of before.
  if (phase === 'post-copy failed')
    return `${phase}: ${mebibytes(left / 2 ** 20)} of its memory is still at the source; it goes on when the hosts reach each other again`;
  const end = expectedEndMs === null ? 'no end in sight' : `${duration(expectedEndMs)} left`;
  const pause = expectedDowntimeMs === null ? '' : `, stands still for ${duration(expectedDowntimeMs)}`;
  const slow = typeof slowedBy === 'number' ? `, slowed down by ${Math.round(100 * slowedBy)} %` : '';
  return `${phase}: ${share}${mebibytes(bytesPerSecond / 2 ** 20)}/s, ${end}${pause}${slow}`;
}
