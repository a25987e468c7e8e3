/** Tells those who follow events how far the drains that run are. One look serves all of them, and without them nobody looks. */
import type { ApiContext } from './context.ts';
import { drainOf, type DrainView } from './drain-view.ts';

/** `drain` null: it was called off. */
export interface DrainWord {
  readonly host: string;
  readonly drain: DrainView | null;
}
type Listener = (word: DrainWord) => void;

export class DrainFeed {
  readonly #context: ApiContext;
  readonly #lookMs: number;
  /** With what each was told last, by host. */
  readonly #listeners = new Map<Listener, Map<string, string>>();
  /** Hosts whose drain ran at the last look: its end is told as well. */
  #running = new Set<string>();
  #timer: NodeJS.Timeout | undefined;

  constructor(context: ApiContext, lookMs = 1_000) {
    this.#context = context;
    this.#lookMs = lookMs;
  }

  /** From now on, and at once how things are, until the returned function is called. Nothing is told twice. */
  follow(listener: Listener): () => void {
    this.#listeners.set(listener, new Map());
    if (this.#listeners.size === 1) this.#look();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size > 0) return;
      clearTimeout(this.#timer);
      this.#running.clear();
    };
  }

  #look(): void {
    this.#tell()
      .catch((error: unknown) => this.#context.log.warn({ error: String(error) }, 'how far drains are cannot be told'))
      .finally(() => {
        clearTimeout(this.#timer);
        if (this.#listeners.size === 0 || this.#context.closing.aborted) return;
        this.#timer = setTimeout(() => this.#look(), this.#lookMs);
        this.#timer.unref();
      });
  }

  async #tell(): Promise<void> {
    const { fleet } = this.#context;
    const running = new Set([...fleet.all()].map(({ host }) => host as string).filter((host) => fleet.drainOf(host)));
    const hosts = running.union(this.#running);
    this.#running = running;
    for (const host of hosts) {
      const drain = await drainOf(this.#context, host);
      const text = JSON.stringify(drain);
      for (const [listener, told] of this.#listeners) {
        if (told.get(host) === text) continue;
        told.set(host, text);
        listener({ host, drain });
      }
    }
  }
}
