/** Shows every transition as it happens, with how long each took. */
import { eventsText, type Api, type Turn } from './api.ts';

export class LiveView {
  readonly #api: Api;
  readonly #say: (line: string) => void;
  readonly #stop = new AbortController();
  /** By host and instance: where it was there. */
  readonly #there = new Map<string, string>();
  /** By instance: what was told of it last. */
  readonly #last = new Map<string, { readonly at: number; readonly value: string }>();
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
    for await (const turn of this.#api.turns(this.#stop.signal, attached)) {
      this.#show(turn);
      for (const waiter of this.#waiters) {
        if (!waiter.done(turn)) continue;
        this.#waiters.delete(waiter);
        waiter.resolve(turn);
      }
    }
  }

  #show({ host, message }: Turn): void {
    const { at, events, state, instance } = message;
    // Each host has a state of its own of an instance that moves: what changes is told beside what it was there.
    const before = this.#there.get(`${host} ${instance}`);
    // Who may not run it has no state of it: what it was there last would look as if it still were.
    const { kind } = state.actor.role;
    const isIts = kind === 'owner' || kind === 'granted' || state.value === 'deleted';
    const value = isIts ? state.value : kind;
    const last = this.#last.get(instance);
    this.#there.set(`${host} ${instance}`, value);
    this.#last.set(instance, { at: Math.max(at, last?.at ?? 0), value });
    const took = last === undefined ? '' : `+${Math.max(0, at - last.at)} ms`;
    // Told of another host already: it is no news that it is so here, too.
    const isKnown = before === undefined || before === value || last?.value === value;
    const from = isKnown ? '' : `${before} → `;
    this.#say(
      `  ${new Date(at).toISOString().slice(11, 23)} ${host.padEnd(9)} ${eventsText(events).padEnd(34)} ${from}${value}  ${took}`,
    );
  }
}
