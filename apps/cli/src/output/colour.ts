/** Colours on terminals; plain text everywhere else. */
export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  blue(text: string): string;
  /** A state of an instance in its colour. */
  state(value: string): string;
}

const on =
  (code: number, end: number) =>
  (text: string): string =>
    text === '' ? '' : `\u001B[${code}m${text}\u001B[${end}m`;

/** Whether colours fit: a terminal, and nobody said no (`NO_COLOR`, `--no-color`). */
export function wantsColour(
  isTerminal: boolean,
  env: Readonly<Record<string, string | undefined>>,
  asked: boolean,
): boolean {
  if (!asked || (env['NO_COLOR'] ?? '') !== '') return false;
  return (env['FORCE_COLOR'] ?? '') !== '' || (isTerminal && env['TERM'] !== 'dumb');
}

const plain = (text: string): string => text;

/** The colours, or none. */
export function paint(enabled: boolean): Paint {
  const [bold, dim, red, green, yellow, blue] = enabled
    ? [on(1, 22), on(2, 22), on(31, 39), on(32, 39), on(33, 39), on(34, 39)]
    : [plain, plain, plain, plain, plain, plain];
  const state = (value: string): string => {
    if (value === 'failed' || value === 'halted') return red(value);
    if (value === 'running') return green(value);
    if (value === 'deleted') return dim(value);
    return value.includes('.') ? yellow(value) : blue(value);
  };
  return { bold, dim, red, green, yellow, blue, state };
}

const escape = String.fromCodePoint(0x1b);
const pattern = new RegExp(`${escape}\\[\\d+m`, 'g');

/** Text without its colours. */
export function plainText(text: string): string {
  return text.replaceAll(pattern, '');
}
