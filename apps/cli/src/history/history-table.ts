/** A history as a page: a line per event, a heading per day. Sequences are written as `show --at` takes them. */
import { plainText, type Paint } from '../output/colour.ts';
import { tableBlocks, type Column } from '../output/table.ts';
import { clockTime, dayOf, duration } from '../output/time.ts';
import type { Row } from './rows.ts';

const columns: readonly Column[] = [
  { title: 'SEQ' },
  { title: 'TIME' },
  { title: 'WHO' },
  { title: 'WHAT' },
  { title: 'STATE' },
  { title: 'TOOK', align: 'right' },
  { title: 'WHY' },
];

/** Where there is little room: who and why stand behind what, where they are news; words go on below. */
const fewColumns: readonly Column[] = [
  { title: 'SEQ' },
  { title: 'TIME' },
  { title: 'WHAT', shrinkTo: 16, wraps: true },
  { title: 'STATE', shrinkTo: 14, wraps: true },
  { title: 'TOOK', align: 'right' },
];

/** Lines of the table, as wide as they have to be where `width` is null. */
export function historyTable(rows: readonly Row[], width: number | null, paint: Paint): string[] {
  const hasOneHost = new Set(rows.map(({ host }) => host)).size === 1;
  const cells = rows.map((row, index) => cellsOf(row, rows[index - 1], paint, hasOneHost));
  const whole = tableBlocks(columns, cells, null, paint.dim);
  const fits = width === null || whole.flat().every((line) => plainText(line).length <= width);
  const [title = [], ...blocks] = fits
    ? whole
    : tableBlocks(fewColumns, fewCells(rows, cells, paint), width, paint.dim);
  const out = [...title];
  const ruled = plainText(title[0] ?? '').length;
  for (const [index, row] of rows.entries())
    out.push(...heading(row, rows[index - 1], ruled, paint), ...(blocks[index] ?? []));
  return out;
}

function fewCells(rows: readonly Row[], cells: readonly (readonly string[])[], paint: Paint): string[][] {
  const news = new News();
  return cells.map(([seq = '', time = '', , , state = '', took = ''], index) => {
    const row = rows[index] as Row;
    const said = news.of(row);
    return [seq, time, painted(row, said === '' ? row.what : `${row.what} (${said})`, paint), state, took];
  });
}

/** Reasons that say no more than what happened does. */
const ownWords = /^(?:move [0-9a-f-]{36}\.\d+|fence of epoch \d+)$/;

/** Who did something and why, as far as it does not follow from what was told before. */
class News {
  /** What is worked for. */
  #told = '';
  #command = '';

  of({ who, what, why, isFollowing }: Row): string {
    if (isFollowing) return '';
    const isPerson = who !== 'coordinator' && !/^agent\b/.test(who);
    if (isPerson) {
      const isOrder = why.startsWith('command ');
      if (!isOrder || why !== this.#command) this.#told = `for ${what} by ${who}`;
      if (isOrder) this.#command = why;
      return [who, isOrder ? '' : why].filter((text) => text !== '').join(', ');
    }
    if (why === '' || why === this.#told || ownWords.test(why)) return '';
    this.#told = why;
    return why;
  }
}

/** One row as a line of its own, for following: no columns to align with. */
export function rowLine(row: Row, before: Row | undefined, paint: Paint, name: string | null): string {
  const [place = '', time = '', who = '', what = '', state = '', took = '', why = ''] = cellsOf(
    row,
    before,
    paint,
    false,
  );
  const parts = [time === '' ? ' '.repeat(12) : time, ...(name === null ? [] : [paint.bold(name)]), what];
  if (state !== '') parts.push(`→ ${state}`);
  if (took !== '') parts.push(paint.dim(`(${took})`));
  const tail = [who, why].filter((text) => text !== '').join(', ');
  return `${parts.join('  ')}${tail === '' ? '' : `  ${paint.dim(`[${plainText(tail)}]`)}`}${place === '' ? '' : `  ${paint.dim(place)}`}`;
}

function heading(row: Row, before: Row | undefined, width: number, paint: Paint): string[] {
  if (row.at === null || (before?.at !== undefined && before.at !== null && dayOf(before.at) === dayOf(row.at)))
    return [];
  const text = `── ${dayOf(row.at)} `;
  return [paint.dim(text + '─'.repeat(Math.max(0, Math.min(width, 100) - text.length)))];
}

function cellsOf(row: Row, before: Row | undefined, paint: Paint, hasOneHost: boolean): string[] {
  const isSameTurn = row.isFollowing && before?.host === row.host && before.seq === row.seq;
  const isSameState = isSameTurn && before.state === row.state;
  return [
    isSameTurn ? '' : hasOneHost ? String(row.seq) : `${row.host}:${row.seq}`,
    isSameTurn || row.at === null ? '' : clockTime(row.at),
    isSameTurn ? '' : row.who,
    painted(row, row.what, paint),
    isSameState ? '' : paint.state(row.state),
    row.tookMs === null ? '' : duration(row.tookMs),
    isSameTurn ? '' : paint.dim(row.why),
  ];
}

function painted({ kind }: Row, what: string, paint: Paint): string {
  return kind === 'failed' || kind === 'unreadable' ? paint.red(what) : kind === 'intent' ? paint.bold(what) : what;
}
