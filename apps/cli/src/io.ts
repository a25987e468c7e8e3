/** What the command writes to and learns from its surroundings; tests give their own. */
export interface Io {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Width of the terminal; null when output goes elsewhere. */
  readonly columns: number | null;
  /** Width of the terminal that messages go to, where a line may be redrawn; null when they go elsewhere. */
  readonly errColumns: number | null;
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** The process's own. Ctrl-C aborts the signal, a second one ends at once. */
export function processIo(): Io {
  const controller = new AbortController();
  process.on('SIGINT', () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort(new Error('interrupted'));
  });
  // The reader of a pipe may leave early (`| head`): that is its right.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    process.stderr.write(`chronovirt: the output cannot be written: ${error.code ?? error.message}\n`);
    process.exit(1);
  });
  // Nobody hears what is told besides any more (`2>&1 | head`): the verb goes on to its end.
  process.stderr.on('error', () => {});
  return {
    out: (text) => process.stdout.write(text),
    err: (text) => process.stderr.write(text),
    env: process.env,
    cwd: process.cwd(),
    columns: process.stdout.isTTY ? (process.stdout.columns ?? 80) : widthSaid(process.env['CHRONOVIRT_COLUMNS']),
    errColumns: process.stderr.isTTY ? (process.stderr.columns ?? 80) : null,
    now: () => Date.now(),
    signal: controller.signal,
  };
}

/** The width that whoever shows the output to a person says; null when it said none. */
const widthSaid = (text: string | undefined): number | null =>
  text !== undefined && /^[1-9]\d{1,3}$/.test(text) ? Number(text) : null;
