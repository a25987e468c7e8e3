import type { HostReport } from '@chronovirt/contract';
import type { Clock } from '@chronovirt/runtime';
import type { HostView } from '../http/ports.ts';

/** Hosts by their reports. Who has not reported for a while, by this process's own clock, counts as not alive; that proves nothing more. */
export class Hosts {
  readonly #clock: Clock;
  readonly #aliveMs: number;
  readonly #reports = new Map<string, { report: HostReport; heard: number }>();
  #whyClosed: (host: string) => string | null = () => null;

  constructor(clock: Clock, aliveMs = 5_000) {
    this.#clock = clock;
    this.#aliveMs = aliveMs;
  }

  /** Takes a report; true when it is the first one of that host. */
  hear(report: HostReport): boolean {
    const isFirst = !this.#reports.has(report.host);
    this.#reports.set(report.host, { report, heard: this.#clock.monotonic() });
    return isFirst;
  }

  /** Who else knows why a host takes no new instances: its history. */
  closedBy(whyClosed: (host: string) => string | null): void {
    this.#whyClosed = whyClosed;
  }

  all(): HostView[] {
    const now = this.#clock.monotonic();
    return [...this.#reports.values()].map(({ report, heard }) => ({
      report: report.enabled && this.#whyClosed(report.host) !== null ? { ...report, enabled: false } : report,
      alive: now - heard <= this.#aliveMs,
      silentMs: Math.round(now - heard),
    }));
  }
}
