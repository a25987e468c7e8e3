/** Tables that fit: columns as wide as what is in them; on a terminal the ones that may shrink give way. */
import { plainText } from './colour.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** May be cut when the terminal is too narrow, down to this width. */
  readonly shrinkTo?: number;
}

const gap = '  ';

/** Lines of a table, the title first. `width` null: nothing is cut. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number | null,
  paintTitle = (text: string) => text,
): string[] {
  const used = columns.map((_, index) => index).filter((index) => rows.some((row) => (row[index] ?? '') !== ''));
  if (used.length === 0) return [];
  const widths = new Map(
    used.map((index) => [
      index,
      Math.max(columns[index]?.title.length ?? 0, ...rows.map((row) => widthOf(row[index] ?? ''))),
    ]),
  );
  if (width !== null) shrink(columns, widths, width);
  const line = (cells: readonly string[], painted = (text: string) => text): string =>
    used
      .map((index, at) => {
        const text = painted(fit(cells[index] ?? '', widths.get(index) ?? 0));
        const pad = ' '.repeat(Math.max(0, (widths.get(index) ?? 0) - widthOf(text)));
        if (columns[index]?.align === 'right') return pad + text;
        return at === used.length - 1 ? text : text + pad;
      })
      .join(gap);
  const title = line(
    columns.map((column) => column.title),
    paintTitle,
  );
  return [title, ...rows.map((row) => line(row))].map((text) => text.trimEnd());
}

/** Takes from the widest column that may shrink until the table fits or none may any more. */
function shrink(columns: readonly Column[], widths: Map<number, number>, width: number): void {
  const total = (): number => [...widths.values()].reduce((sum, one) => sum + one, 0) + gap.length * (widths.size - 1);
  for (let over = total() - width; over > 0; over = total() - width) {
    const able = [...widths].filter(([index, one]) => one > (columns[index]?.shrinkTo ?? Number.POSITIVE_INFINITY));
    const [widest] = able.toSorted((a, b) => b[1] - a[1]);
    if (widest === undefined) return;
    const [index, one] = widest;
    const next = able.map(([, other]) => other).toSorted((a, b) => b - a)[1] ?? 0;
    const floor = Math.max(columns[index]?.shrinkTo ?? 1, Math.min(next, one - 1));
    widths.set(index, Math.max(floor, one - over));
  }
}

/** Cuts a text to a width, an ellipsis at its end; colours stay whole. */
export function fit(text: string, width: number): string {
  const plain = plainText(text);
  if (plain.length <= width) return text;
  const cut = `${plain.slice(0, Math.max(0, width - 1))}…`;
  // A cell has one colour or none: what stands before its first and after its last character.
  const start = text.indexOf(plain.charAt(0));
  const begin = text.startsWith('\u001B') ? text.slice(0, start) : '';
  const end = begin === '' ? '' : '\u001B[0m';
  return `${begin}${cut}${end}`;
}

function widthOf(text: string): number {
  return plainText(text).length;
}

/** `name   value` lines, values aligned; empty values are left out. */
export function facts(pairs: readonly (readonly [string, string | null])[], dim = (text: string) => text): string[] {
  const shown = pairs.filter((pair): pair is readonly [string, string] => pair[1] !== null && pair[1] !== '');
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return shown.map(([name, value]) => `  ${dim(name.padEnd(width))}  ${value}`);
}
