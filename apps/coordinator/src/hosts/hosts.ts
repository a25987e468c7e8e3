import type { HostReport } from '@chronovirt/contract';
import type { Clock } from '@chronovirt/runtime';
import type { HostView } from '../http/ports.ts';

/** Hosts by their reports. Who has not reported for a while, by this process's own clock, counts as not alive; that proves nothing more. */
export class Hosts {
  readonly #clock: Clock;
  readonly #aliveMs: number;
  readonly #reports = new Map<string, { report: HostReport; heard: number; ended: AbortController }>();
  #whyClosed: (host: string) => string | null = () => null;

  constructor(clock: Clock, aliveMs = 5_000) {
    this.#clock = clock;
    this.#aliveMs = aliveMs;
  }

  /** Takes a report; true when it is the first one of that host. */
  hear(report: HostReport): boolean {
    const known = this.#reports.get(report.host);
    const isAnother = known !== undefined && known.report.incarnation !== report.incarnation;
    const ended = known === undefined || isAnother ? new AbortController() : known.ended;
    this.#reports.set(report.host, { report, heard: this.#clock.monotonic(), ended });
    if (isAnother) known.ended.abort(new Error(`another process is the agent of ${report.host} by now`));
    return known === undefined;
  }

  /** Aborted as soon as another process reports for the host than the last one; null while none has reported. */
  endOfProcess(host: string): AbortSignal | null {
    return this.#reports.get(host)?.ended.signal ?? null;
  }

  /** Who else knows why a host takes no new instances: its history. */
  closedBy(whyClosed: (host: string) => string | null): void {
    this.#whyClosed = whyClosed;
  }

  all(): HostView[] {
    const now = this.#clock.monotonic();
    return [...this.#reports.values()].map(({ report, heard }) => {
      const closed = this.#whyClosed(report.host);
      return {
        report: report.enabled && closed !== null ? { ...report, enabled: false } : report,
        alive: now - heard <= this.#aliveMs,
        silentMs: Math.round(now - heard),
        closed,
      };
    });
  }
}
