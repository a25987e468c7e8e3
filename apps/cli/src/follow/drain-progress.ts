/**
 * Tells on the error output how an order about a host comes along; of a drain a line when an instance sets out, has left or stays, and on a
 * terminal a last line that lives.
 */
import type { DrainView } from '../api/types.ts';
import type { Io } from '../io.ts';
import type { Paint } from '../output/colour.ts';
import { drainCounts, moveText } from '../output/drain-text.ts';
import { LivingLine } from '../output/living-line.ts';
import { withVerbs } from '../parse/verb-names.ts';
import { duration } from '../output/time.ts';

export class DrainProgress {
  readonly #io: Io;
  readonly #paint: Paint;
  readonly #line: LivingLine;
  readonly #began: number;
  readonly #setOut = new Map<string, string>();
  readonly #stayed = new Set<string>();
  #drain: DrainView | null = null;
  #moved = 0;

  constructor(io: Io, paint: Paint) {
    this.#io = io;
    this.#paint = paint;
    this.#began = io.now();
    this.#line = new LivingLine(io, paint, () => this.#text());
  }

  take(drain: DrainView | null): void {
    this.#drain = drain;
    if (drain === null) return;
    for (const { instance, name, why } of drain.stayed) {
      if (this.#stayed.has(instance)) continue;
      this.#stayed.add(instance);
      this.#setOut.delete(instance);
      this.#tell(this.#paint.yellow(`${name} stays: ${withVerbs(why)}`));
    }
    // One that is not on its way any more and has not left either was turned back by somebody: it is tried again.
    let left = drain.moved - this.#moved;
    this.#moved = drain.moved;
    const onTheWay = new Set(drain.moving.map(({ instance }) => instance));
    for (const [instance, name] of this.#setOut) {
      if (onTheWay.has(instance)) continue;
      this.#setOut.delete(instance);
      if (left-- > 0) this.#tell(this.#paint.green(`${name} has left`));
    }
    for (const { instance, name, kind, to } of drain.moving) {
      if (to === null || this.#setOut.has(instance)) continue;
      this.#setOut.set(instance, name);
      this.#tell(`${name} goes to ${to}${kind === null ? '' : ` (${kind})`}`);
    }
    if (drain.isRunning) this.#line.start();
  }

  /** Something that goes on or has come about. */
  say(text: string): void {
    this.#tell(text);
  }

  end(): void {
    this.#line.end();
  }

  #tell(text: string): void {
    const after = duration(Math.max(0, this.#io.now() - this.#began));
    this.#line.above(`${this.#paint.dim(`+${after}`.padStart(10))}  ${text}`);
  }

  #text(): string | null {
    if (this.#drain === null || !this.#drain.isRunning) return null;
    const [first] = this.#drain.moving.toSorted((a, b) => Number(b.copy !== null) - Number(a.copy !== null));
    return `${drainCounts(this.#drain)}${first === undefined ? '' : `  ${moveText(first)}`}`;
  }
}
