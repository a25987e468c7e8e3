/** What is stored of one guest, heard as it is stored, until the coordinator dies; whoever needs all of it reads the history. */
import type { Turn } from '../start/api.ts';
import type { LabSystem } from '../lab/lab-system.ts';

export class Recorder {
  readonly #stop = new AbortController();
  readonly #over: Promise<void>;

  private constructor(over: Promise<void>, stop: AbortController) {
    this.#over = over;
    this.#stop = stop;
  }

  /** Resolves when no turn can be missed any more. */
  static async start({ api }: LabSystem, uuid: string, hear: (turn: Turn) => void): Promise<Recorder> {
    const stop = new AbortController();
    const attached = Promise.withResolvers<void>();
    const over = (async () => {
      for await (const turn of api.turns(stop.signal, attached.resolve)) if (turn.message.instance === uuid) hear(turn);
    })().catch(attached.reject);
    await attached.promise;
    return new Recorder(over, stop);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#over;
  }
}
