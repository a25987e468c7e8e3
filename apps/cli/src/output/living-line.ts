/** The last line of a terminal, drawn anew many times a second while something goes on; other lines go above it. Elsewhere it is not there. */
import type { Io } from '../io.ts';
import type { Paint } from './colour.ts';

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;
const frameMs = 100;
const clearLine = '\r\u001B[2K';

export class LivingLine {
  readonly #io: Io;
  readonly #paint: Paint;
  readonly #text: () => string | null;
  #timer: NodeJS.Timeout | undefined;
  #frame = 0;

  /** `text`: what it says at the moment; null = nothing. */
  constructor(io: Io, paint: Paint, text: () => string | null) {
    this.#io = io;
    this.#paint = paint;
    this.#text = text;
  }

  /** Whether it is drawn. */
  get isDrawn(): boolean {
    return this.#timer !== undefined;
  }

  start(): void {
    if (this.#io.errColumns === null || this.isDrawn) return;
    this.#timer = setInterval(() => this.#draw(), frameMs);
    this.#timer.unref();
  }

  /** A line that stays. */
  above(text: string): void {
    this.#io.err(`${this.#io.errColumns === null ? '' : clearLine}${text}\n`);
  }

  end(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    if (this.#io.errColumns !== null) this.#io.err(clearLine);
  }

  #draw(): void {
    const text = this.#text();
    if (text === null) return;
    this.#frame = (this.#frame + 1) % frames.length;
    const room = (this.#io.errColumns ?? 80) - 3;
    this.#io.err(`${clearLine}${this.#paint.yellow(frames[this.#frame] ?? '')} ${text.slice(0, room)}`);
  }
}
