import type { Io } from '../io.ts';
import { dateTime } from './time.ts';

/** Shows lines in place of the last ones on a terminal, and one block after the other elsewhere. */
export function redraw(io: Io, lines: readonly string[]): void {
  if (io.columns === null) io.out(`${lines.join('\n')}\n\n`);
  else io.out(`\u001B[H\u001B[J${lines.join('\n')}\n\n${dateTime(io.now())}, Ctrl-C ends\n`);
}
