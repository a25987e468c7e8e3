/**
 * Tables that fit: columns as wide as what is in them; on a terminal the ones that may shrink give way: their words are cut, or go on below.
 * Where even that is too wide each row becomes lines of its own, a title and a value in each (as psql's expanded display).
 */
import { plainText } from './colour.ts';

export interface Column {
  readonly title: string;
  readonly align?: 'left' | 'right';
  /** May be narrower than what is in it when the terminal is too narrow, down to this width. */
  readonly shrinkTo?: number;
  /** Then its words go on in the next line; else they are cut. */
  readonly wraps?: boolean;
  /** Gives way before any other, wide or not: what is in it is the last that a person looks for. */
  readonly isFirstToShrink?: boolean;
}

const gap = '  ';

/** Lines of a table, the title first. `width` null: nothing is cut or wrapped. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number | null,
  paintTitle = (text: string) => text,
): string[] {
  return tableBlocks(columns, rows, width, paintTitle).flat();
}

/** The same, each row as the lines that it takes; the title first, with no line where the rows bear their titles themselves. */
export function tableBlocks(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number | null,
  paintTitle = (text: string) => text,
): string[][] {
  const used = columns.map((_, index) => index).filter((index) => rows.some((row) => (row[index] ?? '') !== ''));
  if (used.length === 0) return [];
  const widths = new Map(
    used.map((index) => [
      index,
      Math.max(columns[index]?.title.length ?? 0, ...rows.map((row) => widthOf(row[index] ?? ''))),
    ]),
  );
  if (width !== null && !shrink(columns, widths, width)) {
    const titles = used.map((index) => [index, columns[index]?.title ?? ''] as const);
    return [[], ...rows.map((row, at) => [...(at === 0 ? [] : ['']), ...stacked(titles, row, width, paintTitle)])];
  }
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
  const block = (row: readonly string[]): string[] => {
    const cells = new Map(used.map((index) => [index, cellLines(row[index] ?? '', columns[index], widths.get(index))]));
    const height = Math.max(1, ...[...cells.values()].map((lines) => lines.length));
    return Array.from({ length: height }, (_, at) =>
      line(columns.map((_column, index) => cells.get(index)?.[at] ?? '')),
    );
  };
  return [[title], ...rows.map(block)].map((lines) => lines.map((text) => text.trimEnd()));
}

const cellLines = (cell: string, column: Column | undefined, width = 0): string[] =>
  column?.wraps === true ? wrap(cell, width) : [cell];

/** A row as lines of its own: a title and a value in each, empty ones left out. */
function stacked(
  titles: readonly (readonly [number, string])[],
  row: readonly string[],
  width: number,
  paintTitle: (text: string) => string,
): string[] {
  const said = titles.filter(([index]) => (row[index] ?? '') !== '');
  const names = Math.max(0, ...titles.map(([, title]) => title.length));
  const room = Math.max(1, width - names - gap.length);
  return said.flatMap(([index, title]) =>
    wrap(row[index] ?? '', room).map((text, at) => `${paintTitle((at === 0 ? title : '').padEnd(names))}${gap}${text}`),
  );
}

/** Takes from the widest column that may shrink until the table fits or none may any more; whether it fits. */
function shrink(columns: readonly Column[], widths: Map<number, number>, width: number): boolean {
  const total = (): number => [...widths.values()].reduce((sum, one) => sum + one, 0) + gap.length * (widths.size - 1);
  for (let over = total() - width; over > 0; over = total() - width) {
    const all = [...widths].filter(([index, one]) => one > (columns[index]?.shrinkTo ?? Number.POSITIVE_INFINITY));
    const first = all.filter(([index]) => columns[index]?.isFirstToShrink === true);
    const able = first.length > 0 ? first : all;
    const [widest] = able.toSorted((a, b) => b[1] - a[1]);
    if (widest === undefined) return false;
    const [index, one] = widest;
    const next = able.map(([, other]) => other).toSorted((a, b) => b - a)[1] ?? 0;
    const floor = Math.max(columns[index]?.shrinkTo ?? 1, Math.min(next, one - 1));
    widths.set(index, Math.max(floor, one - over));
  }
  return true;
}

/** Cuts a text to a width, an ellipsis at its end; colours stay whole. */
export function fit(text: string, width: number): string {
  const plain = plainText(text);
  if (plain.length <= width) return text;
  return colouredAs(text)(`${plain.slice(0, Math.max(0, width - 1))}…`);
}

/** Breaks a text into lines of a width: between words, else behind a sign within one, else anywhere; colours stay whole. */
export function wrap(text: string, width: number): string[] {
  const plain = plainText(text);
  if (plain.length <= width || width < 1) return [text];
  const lines: string[] = [];
  for (let rest = plain; rest !== '';) {
    const end = breakIn(rest, width);
    lines.push(rest.slice(0, end).trimEnd());
    rest = rest.slice(end).trimStart();
  }
  return lines.map(colouredAs(text));
}

function breakIn(text: string, width: number): number {
  if (text.length <= width) return text.length;
  const room = text.slice(0, width + 1);
  const space = room.lastIndexOf(' ');
  if (space > 0) return space;
  // Behind a sign, else before the next word of a name in camel case.
  for (const pattern of [/^.*[./:,;_-](?=.)/, /^.*[a-z](?=[A-Z])/]) {
    const end = pattern.exec(room)?.[0].length ?? 0;
    if (end > width / 3) return end;
  }
  return width;
}

/** A cell has one colour or none: what stands before its first and after its last character. */
function colouredAs(cell: string): (text: string) => string {
  const begin = cell.startsWith('\u001B') ? cell.slice(0, cell.indexOf('m') + 1) : '';
  return (text) => (begin === '' ? text : `${begin}${text}\u001B[0m`);
}

function widthOf(text: string): number {
  return plainText(text).length;
}

/** `name   value` lines, values aligned; empty values are left out. `width`: of the terminal, in which the words of a value go on below; null = any. */
export function facts(
  pairs: readonly (readonly [string, string | null])[],
  dim = (text: string) => text,
  width: number | null = null,
): string[] {
  const shown = pairs.filter((pair): pair is readonly [string, string] => pair[1] !== null && pair[1] !== '');
  const names = Math.max(0, ...shown.map(([name]) => name.length));
  const indent = ' '.repeat(names + 4);
  const room = width === null ? Number.POSITIVE_INFINITY : Math.max(20, width - indent.length);
  return shown.flatMap(([name, value]) =>
    wrap(value, room).map((line, at) => (at === 0 ? `  ${dim(name.padEnd(names))}  ${line}` : `${indent}${line}`)),
  );
}
