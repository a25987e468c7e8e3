/** A history as a page: a line per event, a heading per day. Sequences are written as `show --at` takes them. */
import { plainText, type Paint } from '../output/colour.ts';
import { fit, table, type Column } from '../output/table.ts';
import { clockTime, dayOf, duration } from '../output/time.ts';
import type { Row } from './rows.ts';

const columns: readonly Column[] = [
  { title: 'SEQ' },
  { title: 'TIME' },
  { title: 'WHO', shrinkTo: 8 },
  { title: 'WHAT', shrinkTo: 16 },
  { title: 'STATE' },
  { title: 'TOOK', align: 'right' },
  { title: 'WHY', shrinkTo: 10 },
];

/** Lines of the table. `width` null: nothing is cut. */
export function historyTable(rows: readonly Row[], width: number | null, paint: Paint): string[] {
  const hasOneHost = new Set(rows.map(({ host }) => host)).size === 1;
  const cells = rows.map((row, index) => cellsOf(row, rows[index - 1], paint, hasOneHost));
  const [title = '', ...lines] = table(columns, cells, width, paint.dim);
  const out = [title];
  for (const [index, row] of rows.entries()) {
    out.push(...heading(row, rows[index - 1], plainText(title).length, paint), lines[index] ?? '');
  }
  return out.map((line) => (width === null ? line : fit(line, width)));
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
  const { what, kind } = row;
  return [
    isSameTurn ? '' : hasOneHost ? String(row.seq) : `${row.host}:${row.seq}`,
    isSameTurn || row.at === null ? '' : clockTime(row.at),
    isSameTurn ? '' : row.who,
    kind === 'failed' || kind === 'unreadable' ? paint.red(what) : kind === 'intent' ? paint.bold(what) : what,
    isSameState ? '' : paint.state(row.state),
    row.tookMs === null ? '' : duration(row.tookMs),
    isSameTurn ? '' : paint.dim(row.why),
  ];
}
