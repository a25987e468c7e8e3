/**
 * The agent's end of the watchdog: arms it, tells it of each confirmation, and knows whether it is there. Only while it is, the host
 * reports a watchdog; nothing may be concluded from one that is not.
 */
import { connect, type Socket } from 'node:net';
import type { Log } from '@chronovirt/runtime';
import { fromKeeper, kernelMs, Lines } from './protocol.ts';

const againMs = 1_000;

export interface KeeperLinkOptions {
  readonly socket: string;
  readonly host: string;
  readonly incarnation: string;
  readonly log: Log;
  /** The bound that it must have at least: with less, this agent could start a guest after the bound. */
  readonly atLeastMs: number;
}

export class KeeperLink {
  readonly #options: KeeperLinkOptions;
  #socket: Socket | null = null;
  #armed: { readonly boundMs: number } | null = null;
  #again: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: KeeperLinkOptions) {
    this.#options = options;
    this.#connect();
  }

  /** The watchdog as long as it is there and armed. */
  get armed(): { readonly boundMs: number } | null {
    return this.#armed;
  }

  /** The term was read and goes on; `monotonicMs` of `performance.now()` when that was asked. */
  confirmed(monotonicMs: number): void {
    const at = kernelMs() - (performance.now() - monotonicMs);
    this.#socket?.write(`${JSON.stringify({ confirmed: Math.max(0, at) })}\n`);
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#again);
    this.#socket?.destroy();
  }

  #connect(): void {
    const { socket: path, host, incarnation, log } = this.#options;
    const lines = new Lines();
    const socket = connect(path);
    socket.unref();
    this.#socket = socket;
    socket.on('connect', () => socket.write(`${JSON.stringify({ arm: { host, incarnation } })}\n`));
    socket.on('data', (chunk) => {
      try {
        for (const line of lines.take(chunk)) this.#hear(line);
      } catch (error) {
        log.error({ error: String(error) }, 'what the watchdog says cannot be read');
        socket.destroy();
      }
    });
    socket.on('error', (error) => log.debug({ error: error.message }, 'the watchdog cannot be reached'));
    socket.on('close', () => {
      if (this.#armed !== null) log.error({}, 'the watchdog is gone: nothing may be concluded from it any more');
      this.#armed = null;
      if (this.#isClosed) return;
      this.#again = setTimeout(() => this.#connect(), againMs);
      this.#again.unref();
    });
  }

  #hear(line: string): void {
    const { log, atLeastMs } = this.#options;
    const said = fromKeeper.parse(JSON.parse(line));
    if ('refused' in said) {
      log.error({ why: said.refused }, 'the watchdog does not take this agent');
      return;
    }
    if (!('armed' in said)) return;
    if (said.armed.boundMs >= atLeastMs) this.#armed = said.armed;
    else
      log.error(
        { boundMs: said.armed.boundMs, atLeastMs },
        'the bound of the watchdog is shorter than the lease of this agent: it is of no use as a proof, and is not reported',
      );
  }
}
