/** What a person is told besides the output. In a terminal its lines are broken between words, and never within a command to be copied. */
import type { Io } from '../io.ts';
import { plainText } from './colour.ts';

export function say(io: Pick<Io, 'err' | 'errColumns'>, text: string): void {
  const width = io.errColumns;
  const lines = text.split('\n').flatMap((line) => (width === null ? [line] : broken(line, width)));
  io.err(`${lines.join('\n')}\n`);
}

/** A word that is longer than the line goes beyond it: a path or an address is to be copied too. */
function broken(line: string, width: number): string[] {
  if (lengthOf(line) <= width) return [line];
  const lines: string[] = [];
  for (const piece of piecesOf(line)) {
    const last = lines.at(-1);
    if (last === undefined || lengthOf(last) + 1 + lengthOf(piece) > width) lines.push(piece);
    else lines[lines.length - 1] = `${last} ${piece}`;
  }
  return lines;
}

const lengthOf = (text: string): number => plainText(text).length;

/** Words of a command after its name; it may have fewer, and what follows it then stays with it. */
const WORDS = 4;

/** Words, and commands as one piece each, with what is joined to them by `&&`. */
function piecesOf(line: string): string[] {
  const pieces: string[] = [];
  let left: number | null = null;
  for (const word of line.split(/ +/)) {
    const begins = word === 'chronovirt';
    const joins = pieces.at(-1)?.endsWith('&&') === true;
    const goesOn = left !== null && (begins ? joins : left > 0 || word === '&&' || word.startsWith('--'));
    if (goesOn) pieces[pieces.length - 1] += ` ${word}`;
    else pieces.push(word);
    if (begins || (goesOn && word === '&&')) left = WORDS;
    else if (!goesOn || left === null || /[;,):]$/.test(word)) left = null;
    else left = word.startsWith('--') ? Math.max(1, left) : left - 1;
  }
  return pieces;
}
