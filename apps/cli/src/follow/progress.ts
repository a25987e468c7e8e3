/** Tells on the error output how an order comes along: a line per transition, on a terminal a last line that lives. */
import type { MessageView, ProgressView, StateView } from '../api/types.ts';
import type { Row } from '../history/rows.ts';
import type { Io } from '../io.ts';
import type { Paint } from '../output/colour.ts';
import { LivingLine } from '../output/living-line.ts';
import { progressText } from '../output/progress-text.ts';
import { duration } from '../output/time.ts';
import { every, progressMs } from './every.ts';

export class Progress {
  readonly #io: Io;
  readonly #paint: Paint;
  readonly #line: LivingLine;
  #state: { value: string; since: number; awaiting: string | null } | null = null;
  #began: number | null = null;
  readonly #ask: () => Promise<ProgressView>;
  #stopAsking: (() => void) | undefined;
  #said: string | null = null;
  /** Of which host the row before was. */
  #place = '';

  /** `ask`: how far what is under way has come; asked on a terminal alone. */
  constructor(io: Io, paint: Paint, ask: () => Promise<ProgressView>) {
    this.#io = io;
    this.#paint = paint;
    this.#ask = ask;
    this.#line = new LivingLine(io, paint, () => this.#text());
  }

  row(row: Row): void {
    this.#began ??= row.at;
    const { bold, dim, red } = this.#paint;
    const after = row.at === null || this.#began === null ? '' : duration(row.at - this.#began);
    const what = row.kind === 'failed' ? red(row.what) : row.kind === 'intent' ? bold(row.what) : row.what;
    const took = row.tookMs === null ? '' : dim(`  took ${duration(row.tookMs)}`);
    const state = row.isFollowing ? '' : `  ${this.#paint.state(row.state)}`;
    this.#line.above(`${dim(`+${after}`.padStart(10))}  ${this.#placeOf(row)}${what}${state}${took}`);
  }

  /** `host-b: `, where it has come to another host: what "here" is in the rows of a move. */
  #placeOf({ host }: Row): string {
    const isNews = host !== this.#place && host !== '_cluster';
    this.#place = host;
    return isNews ? this.#paint.dim(`${host}: `) : '';
  }

  state({ state, at }: MessageView): void {
    const { value, awaiting } = underWay(state);
    this.#state = value.includes('.') ? { value, since: at, awaiting } : null;
    this.#said = null;
    this.#line.start();
    if (!this.#line.isDrawn) return;
    this.#stopAsking ??= every(progressMs, this.#io.signal, async () => {
      const asked = this.#state;
      const said = asked === null ? null : progressText(await this.#ask());
      if (asked === this.#state) this.#said = said;
    });
  }

  /** Removes the line that lives. */
  end(): void {
    this.#stopAsking?.();
    this.#line.end();
  }

  #text(): string | null {
    if (this.#state === null) return null;
    const { value, since, awaiting } = this.#state;
    const waits = awaiting === null ? '' : `, waiting for ${awaiting}`;
    const said = this.#said === null ? '' : `  ${this.#said}`;
    return `${value} ${duration(Math.max(0, this.#io.now() - since))}${waits}${said}`;
  }
}

/** Of what a host has the spine knows no state any more, but that of its move. */
function underWay({ value, context, parts, actor }: StateView): { value: string; awaiting: string | null } {
  const { migration } = parts;
  if (actor.role.kind !== 'granted' || migration === undefined) return { value, awaiting: context.awaiting };
  return { value: `move: ${migration.value}`, awaiting: migration.context.awaiting };
}
