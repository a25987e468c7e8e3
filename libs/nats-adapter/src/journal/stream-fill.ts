import { streamOf } from '@chronovirt/contract';
import type { Core } from '../connection/core.ts';
import { streamInfo } from './provision.ts';
import type { StreamInfo } from './stream-config.ts';

/** How old a reading may get, in milliseconds. */
const refreshMs = 2_000;

/** How full streams are: asked once in a while, so that a decision can look without waiting. */
export class StreamFill {
  readonly #core: Core;
  readonly #fill = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #busy = false;

  constructor(core: Core) {
    this.#core = core;
    this.#timer = setInterval(() => void this.#refresh(), refreshMs).unref();
  }

  /** From 0 to 1; 0 for a host that was never noted. */
  of(host: string): number {
    return this.#fill.get(host) ?? 0;
  }

  /** Takes a reading; from then on the host is looked at regularly. */
  note(host: string, { state, config }: StreamInfo): void {
    const limit = Number(config.max_bytes);
    this.#fill.set(host, limit > 0 ? Math.min(1, state.bytes / limit) : 0);
  }

  end(): void {
    clearInterval(this.#timer);
  }

  async #refresh(): Promise<void> {
    if (this.#busy || !this.#core.link.up()) return;
    this.#busy = true;
    try {
      for (const host of this.#fill.keys()) {
        const info = await streamInfo(this.#core, streamOf(host));
        if (info) this.note(host, info);
      }
    } catch (error) {
      this.#core.log.debug({ why: String(error) }, 'fill of the streams unknown');
    } finally {
      this.#busy = false;
    }
  }
}
