/** Pings a guest ten times a second from a host's network, and tells for how long it did not answer. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';

const EVERY_SECONDS = 0.1;

export interface Answers {
  readonly sent: number;
  readonly answered: number;
  /** The longest time between two answers, in milliseconds; null when there were not two. */
  readonly longestGapMs: number | null;
}

export class Pinger {
  readonly #child: ChildProcess;
  readonly #output: Promise<string>;

  /** `keeperPid`: of the host from whose network it is pinged. */
  constructor(keeperPid: number, address: string) {
    const ping = ['ping', '-n', '-D', '-i', String(EVERY_SECONDS), address];
    const child = spawn('nsenter', [`--net=/proc/${keeperPid}/ns/net`, '--', ...ping], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    this.#child = child;
    this.#output = text(child.stdout);
  }

  async stop(): Promise<Answers> {
    const exit = this.#child.exitCode === null ? once(this.#child, 'exit') : null;
    this.#child.kill('SIGINT');
    await exit;
    return answersIn(await this.#output);
  }
}

/** Reads what ping wrote. */
export function answersIn(output: string): Answers {
  const times = [...output.matchAll(/^\[(\d+\.\d+)\] \d+ bytes from .*icmp_seq=\d+ /gm)].map(([, at]) => Number(at));
  const gaps = times.slice(1).map((at, index) => Math.round((at - (times[index] ?? at)) * 1000));
  return {
    sent: Number(/^(\d+) packets transmitted/m.exec(output)?.[1] ?? 0),
    answered: times.length,
    longestGapMs: gaps.length === 0 ? null : Math.max(...gaps),
  };
}
