/** Shows every transition as it happens, in the words of `chronovirt history`, with how long each took. */
import type { HistoryEntry } from '../../apps/cli/src/api/types.ts';
import { RowMaker } from '../../apps/cli/src/history/rows.ts';
import { duration } from '../../apps/cli/src/output/time.ts';
import type { Api, Turn } from './api.ts';

export class LiveView {
  readonly #api: Api;
  readonly #say: (line: string) => void;
  readonly #stop = new AbortController();
  readonly #makers = new Map<string, RowMaker>();
  readonly #names = new Map<string, string>();
  /** By instance: what was told of it last. */
  readonly #last = new Map<string, { readonly at: number; readonly state: string }>();
  readonly #waiters = new Set<{ done: (turn: Turn) => boolean; resolve: (turn: Turn) => void }>();
  #running: Promise<void> = Promise.resolve();

  constructor(api: Api, say: (line: string) => void) {
    this.#api = api;
    this.#say = say;
  }

  /** Resolves once nothing can be missed any more. */
  async start(): Promise<void> {
    const attached = Promise.withResolvers<void>();
    this.#running = this.#follow(attached.resolve).catch((error: unknown) => {
      attached.reject(error);
      if (!this.#stop.signal.aborted)
        this.#say(`  the event stream broke off: ${error instanceof Error ? error.message : String(error)}`);
    });
    await attached.promise;
  }

  /** Resolves with the first turn from now on for which `done` holds. */
  next(done: (turn: Turn) => boolean): Promise<Turn> {
    return new Promise((resolve) => this.#waiters.add({ done, resolve }));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }

  async #follow(attached: () => void): Promise<void> {
    for await (const turn of this.#api.turns(this.#stop.signal, attached, this.#tellAway)) {
      this.#show(turn);
      for (const waiter of this.#waiters) {
        if (!waiter.done(turn)) continue;
        this.#waiters.delete(waiter);
        waiter.resolve(turn);
      }
    }
  }

  readonly #tellAway = (isAway: boolean): void =>
    this.#say(isAway ? '  the event stream broke off; trying again until it is back' : '  the event stream is back');

  #show({ host, seq, message }: Turn): void {
    const { at, instance } = message;
    const maker = this.#makers.get(instance) ?? new RowMaker();
    this.#makers.set(instance, maker);
    const rows = maker.rowsOf({ host, seq, message } as HistoryEntry);
    const what = rows.map((row) => row.what).join(', ');
    const state = rows.find((row) => row.state !== '')?.state ?? '';
    const last = this.#last.get(instance);
    // Told before, of another host perhaps: that it is so is no news.
    const isKnown = state === '' || last?.state === state;
    this.#last.set(instance, { at: Math.max(at, last?.at ?? 0), state: state === '' ? (last?.state ?? '') : state });
    const after = last === undefined ? '' : `  +${duration(Math.max(0, at - last.at))}`;
    const time = new Date(at).toISOString().slice(11, 23);
    this.#say(
      `  ${time} ${this.#nameOf(message).padEnd(8)} ${host.padEnd(8)} ${isKnown ? what : `${what.padEnd(36)} → ${state}`}${after}`,
    );
  }

  /** The name is in the spec that an instance begins with. */
  #nameOf({ instance, events }: Turn['message']): string {
    const spec = events
      .map(({ data }) => data?.['spec'] as { name?: string } | undefined)
      .find((one) => one !== undefined);
    if (spec?.name !== undefined) this.#names.set(instance, spec.name);
    return this.#names.get(instance) ?? instance.slice(0, 8);
  }
}
