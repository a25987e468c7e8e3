/** Tells on the error output how an order comes along: a line per transition, on a terminal a last line that lives. */
import type { MessageView } from '../api/types.ts';
import type { Row } from '../history/rows.ts';
import type { Io } from '../io.ts';
import type { Paint } from '../output/colour.ts';
import { duration } from '../output/time.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;
const frameMs = 100;
const clearLine = '\r\u001B[2K';

export class Progress {
  readonly #io: Io;
  readonly #paint: Paint;
  #timer: NodeJS.Timeout | undefined;
  #state: { value: string; since: number; awaiting: string | null } | null = null;
  #began: number | null = null;
  #frame = 0;

  constructor(io: Io, paint: Paint) {
    this.#io = io;
    this.#paint = paint;
  }

  row(row: Row): void {
    this.#began ??= row.at;
    const { bold, dim, red } = this.#paint;
    const after = row.at === null || this.#began === null ? '' : duration(row.at - this.#began);
    const what = row.kind === 'failed' ? red(row.what) : row.kind === 'intent' ? bold(row.what) : row.what;
    const took = row.tookMs === null ? '' : dim(`  took ${duration(row.tookMs)}`);
    const state = row.isFollowing ? '' : `  ${this.#paint.state(row.state)}`;
    this.#line(`${dim(`+${after}`.padStart(10))}  ${what}${state}${took}`);
  }

  state({ state, at }: MessageView): void {
    this.#state = state.value.includes('.')
      ? { value: state.value, since: at, awaiting: state.context.awaiting }
      : null;
    if (this.#io.isErrTty && this.#timer === undefined) {
      this.#timer = setInterval(() => this.#draw(), frameMs);
      this.#timer.unref();
    }
  }

  /** Removes the line that lives. */
  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (this.#io.isErrTty) this.#io.err(clearLine);
  }

  #line(text: string): void {
    this.#io.err(`${this.#io.isErrTty ? clearLine : ''}${text}\n`);
  }

  #draw(): void {
    if (this.#state === null) return;
    const { value, since, awaiting } = this.#state;
    this.#frame = (this.#frame + 1) % frames.length;
    const waits = awaiting === null ? '' : `, waiting for ${awaiting}`;
    this.#io.err(
      `${clearLine}${this.#paint.yellow(frames[this.#frame] ?? '')} ${value} ${duration(Math.max(0, this.#io.now() - since))}${waits}`,
    );
  }
}
