/**
 * Tells each host's actor what is heard of it, and what is not. A host is silent when it has neither reported nor answered for a while, by
 * this process's own clock and while its own link was up: a coordinator that hears nobody concludes nothing.
 */
import {
  ChronovirtError,
  hostTokenOf,
  type HeardOfHost,
  type HostName,
  type HostReport,
  type HostState,
} from '@chronovirt/contract';
import { isNewsOfHost } from '@chronovirt/machines';
import type { Clock, Link, Log } from '@chronovirt/runtime';
import type { OrderHost } from './order-host.ts';

export interface HostWatchOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly link: Link;
  readonly order: OrderHost;
  readonly lostMs: number;
  readonly states: () => Iterable<HostState>;
  readonly state: (host: HostName) => HostState | undefined;
  readonly tell: (
    token: string,
    link: { kind: 'heard'; heard: HeardOfHost } | { kind: 'silent'; silentMs: number },
  ) => Promise<unknown>;
  readonly tickMs?: number;
}

const PING_MS = 3_000;

export class HostWatch {
  readonly #options: HostWatchOptions;
  readonly #heard = new Map<string, number>();
  readonly #asking = new Set<string>();
  readonly #closing = new AbortController();
  #listening: number | null = null;
  #cancelTick: () => void = () => {};
  #stopLink: () => void = () => {};

  constructor(options: HostWatchOptions) {
    this.#options = options;
  }

  start(): void {
    const { clock, link } = this.#options;
    this.#listening = link.up() ? clock.monotonic() : null;
    // What was not heard while nothing could be heard is no silence.
    this.#stopLink = link.onChange((up) => (this.#listening = up ? clock.monotonic() : null));
    this.#schedule();
  }

  stop(): void {
    this.#cancelTick();
    this.#stopLink();
    this.#closing.abort(new Error('the coordinator stops'));
  }

  /** Takes a report; its host is told of to its actor where it tells something. */
  hear(report: HostReport): void {
    this.#heard.set(report.host, this.#options.clock.monotonic());
    const heard = heardIn(report);
    if (heard === null) return;
    // Nearly every report says what the last one said: the actor of a host that is well need not hear it again.
    const known = this.#options.state(report.host);
    if (known?.value === 'reachable' && !isNewsOfHost(known, heard)) return;
    this.#tell(report.host, { kind: 'heard', heard });
  }

  #schedule(): void {
    if (this.#closing.signal.aborted) return;
    this.#cancelTick = this.#options.clock.after(this.#options.tickMs ?? 1_000, () => {
      for (const { host } of this.#options.states()) this.#look(host);
      this.#schedule();
    });
  }

  #look(host: HostName): void {
    const silentMs = this.#silence(host);
    if (silentMs === null || silentMs <= this.#options.lostMs || this.#asking.has(host)) return;
    this.#asking.add(host);
    void this.#ask(host).finally(() => this.#asking.delete(host));
  }

  #silence(host: string): number | null {
    if (this.#listening === null) return null;
    return this.#options.clock.monotonic() - Math.max(this.#listening, this.#heard.get(host) ?? 0);
  }

  /** Reports may be lost where questions are not: it is asked before it counts as silent. */
  async #ask(host: HostName): Promise<void> {
    const { order, log } = this.#options;
    try {
      await order(host, 'confirm', {}, { patienceMs: PING_MS, signal: this.#closing.signal });
      log.warn({ host }, 'a host sends no reports, and answers');
      return;
    } catch (error) {
      if (this.#closing.signal.aborted || !(error instanceof ChronovirtError)) return;
      // An agent that says that something is wrong is there.
      if (error.code !== 'HOST_UNREACHABLE') return;
    }
    const silentMs = this.#silence(host);
    if (silentMs !== null && silentMs > this.#options.lostMs)
      this.#tell(host, { kind: 'silent', silentMs: Math.round(silentMs) });
  }

  #tell(host: string, link: Parameters<HostWatchOptions['tell']>[1]): void {
    this.#options.tell(hostTokenOf(host), link).catch((error: unknown) => {
      if (!this.#closing.signal.aborted)
        this.#options.log.error({ host, error: String(error) }, 'what was heard of a host could not be taken');
    });
  }
}

/** What a report says for the history of its host; null while its agent has not read its term yet. */
export function heardIn(report: HostReport): HeardOfHost | null {
  const { incarnation, bootId, firstOfBoot, standing, watchdog, sharedStorage } = report;
  if (standing === undefined) return null;
  const { term, barred, stoodDown } = standing;
  return {
    incarnation,
    bootId,
    firstOfBoot: firstOfBoot ?? false,
    term,
    barred,
    stoodDown,
    watchdog: watchdog ?? null,
    ...(sharedStorage !== undefined && { sharedStorage }),
  };
}
