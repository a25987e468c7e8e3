/**
 * A chart as a picture: what its boxes and lines say comes from the chart's rules, where they lie is chosen by hand. Every transition
 * has to be a line, or words beside the state that it leads to; a chart that has one more cannot be drawn.
 */
import { arrow, line, node, styles, text, type Box, type Point } from './svg-shapes.ts';

/** One transition: the event that takes it, and in a word what it is about. */
export interface Step {
  readonly from: string;
  readonly to: string;
  readonly word: string;
}

export interface Leaf {
  readonly description: string;
  readonly deadlineMs: number;
}

export interface Route {
  readonly points: readonly Point[];
  /** Where its words begin: the baseline of the first line. */
  readonly at?: Point;
  readonly anchor?: 'start' | 'middle' | 'end';
  /** Letters per line; its words are broken between them. */
  readonly wrap?: number;
  /** It flows into another line. */
  readonly joins?: true;
}

export interface Layout {
  readonly boxes: Readonly<Record<string, Box>>;
  /** By `from > to`. */
  readonly routes: Readonly<Record<string, Route>>;
  /** Where it is told from which other states one comes, by the state that they lead to. */
  readonly notes?: Readonly<Record<string, { readonly at: Point; readonly wrap?: number }>>;
}

export interface Chart {
  /** States without an effect, and what they mean. */
  readonly rests: Readonly<Record<string, string>>;
  readonly leaves: Readonly<Record<string, Leaf>>;
  readonly steps: readonly Step[];
}

const LINE_HEIGHT = 14;

/** Sign of a leaf whose effect is tried again when it fails. */
export const AGAIN = '↻';
/** How a picture is read. */
export const LEGEND = `Sharp corners: it rests. Round: one effect of the coordinator is due, with its deadline; ${AGAIN} it is tried again when it fails. No word: the effect is done.`;

export function drawChart(
  name: string,
  { rests, leaves, steps }: Chart,
  { boxes, routes, notes = {} }: Layout,
): string {
  const unplaced = [...Object.keys(rests), ...Object.keys(leaves)].filter((state) => boxes[state] === undefined);
  if (unplaced.length > 0) throw new Error(`the picture of ${name} has no place for ${unplaced.join(', ')}`);
  const own = steps.filter(({ from, to }) => from !== to);
  const words = new Map<string, Set<string>>();
  for (const { from, to, word } of own) {
    const key = `${from} > ${to}`;
    words.set(key, (words.get(key) ?? new Set()).add(word));
  }
  const wordless = [...words.keys()].filter((key) => !Object.hasOwn(routes, key) && !Object.hasOwn(notes, endOf(key)));
  if (wordless.length > 0) throw new Error(`the picture of ${name} has no line for ${wordless.join('; ')}`);
  const stale = Object.keys(routes).filter((key) => !words.has(key));
  if (stale.length > 0) throw new Error(`the picture of ${name} has lines that the chart has not: ${stale.join('; ')}`);
  const isAgain = (state: string): boolean =>
    steps.some(({ from, to, word }) => from === state && to === state && /\bfailed\b/.test(word));
  return [
    ...Object.entries(rests).map(([state, meaning]) => node(boxes[state]!, 'rest', state, [], meaning)),
    ...Object.entries(leaves).map(([state, { description, deadlineMs }]) => {
      const [parent = '', leaf = ''] = state.split('.');
      const again = isAgain(state) ? ` ${AGAIN}` : '';
      return node(boxes[state]!, 'transient', leaf, [`${parent} · ${duration(deadlineMs)}${again}`], description);
    }),
    ...Object.entries(routes).map(([key, route]) => drawRoute(route, [...(words.get(key) ?? [])])),
    ...Object.entries(notes).map(([state, { at, wrap }]) => {
      const told = [...words].filter(([key]) => !Object.hasOwn(routes, key) && endOf(key) === state);
      const byWord = Map.groupBy(told, ([, set]) => [...set].join(', '));
      const texts = [...byWord].map(([word, list]) => {
        const froms = list.map(([key]) => key.split(' > ')[0] ?? '');
        return `${word} also from ${froms.join(', ')}`;
      });
      return texts.length === 0 ? '' : lines(at, wrapped(texts.join('; '), wrap ?? 30), 'small', 'start');
    }),
  ].join('\n');
}

function drawRoute({ points, at, anchor = 'middle', wrap = 40, joins }: Route, words: readonly string[]): string {
  const label = words.filter((word) => word !== '').join(', ');
  const drawn = joins ? line(points) : arrow(points);
  if (label === '') return drawn;
  const [[x1, y1], [x2]] = points as readonly [Point, Point];
  return drawn + lines(at ?? [(x1 + x2) / 2, y1 - 6], wrapped(label, wrap), 'label', anchor);
}

function lines([x, y]: Point, all: readonly string[], style: string, anchor: 'start' | 'middle' | 'end'): string {
  return all.map((one, n) => text(x, y + n * LINE_HEIGHT, one, style, anchor)).join('');
}

function wrapped(content: string, width: number): string[] {
  const all: string[] = [];
  for (const word of content.split(' ')) {
    const last = all.at(-1);
    if (last !== undefined && `${last} ${word}`.length <= width) all[all.length - 1] = `${last} ${word}`;
    else all.push(word);
  }
  return all;
}

function duration(ms: number): string {
  if (ms < 60_000) return `${ms / 1000} s`;
  return ms < 180 * 60_000 ? `${ms / 60_000} min` : `${ms / 3_600_000} h`;
}

const endOf = (key: string): string => key.split(' > ')[1] ?? '';

/** A whole picture of one or more charts. */
export function picture(label: string, width: number, height: number, body: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${label}">`,
    `<style>${styles}</style>`,
    '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0L10 5L0 10z" class="head"/></marker></defs>',
    `<rect width="${width}" height="${height}" class="ground"/>`,
    ...body,
    '</svg>\n',
  ].join('\n');
}
