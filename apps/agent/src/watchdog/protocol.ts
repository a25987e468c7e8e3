/**
 * What an agent and the watchdog beside it say to each other: lines of JSON on a local socket.
 *
 *   agent    {"arm": {...}}            the watchdog watches over this host's guests from now on, whatever becomes of the agent
 *   keeper   {"armed": {boundMs}}      it does, and ends them when nothing was confirmed for so long
 *   agent    {"confirmed": ms}         the term was read and goes on; when that was asked, by the kernel's monotonic clock
 *   tool     {"disarm": true}          a person takes it off; never said by an agent
 *   keeper   {"disarmed": true}
 */
import { hostName } from '@chronovirt/contract';
import { z } from 'zod';

export const toKeeper = z.union([
  z.strictObject({ arm: z.strictObject({ host: hostName, incarnation: z.string().max(64) }) }),
  z.strictObject({ confirmed: z.number().nonnegative() }),
  z.strictObject({ disarm: z.literal(true) }),
]);
export type ToKeeper = z.infer<typeof toKeeper>;

export const fromKeeper = z.union([
  z.strictObject({ armed: z.strictObject({ boundMs: z.int().positive() }) }),
  z.strictObject({ disarmed: z.literal(true) }),
  z.strictObject({ refused: z.string() }),
]);
export type FromKeeper = z.infer<typeof fromKeeper>;

/** Milliseconds of the kernel's monotonic clock, the same in every process of a machine. */
export const kernelMs = (): number => Number(process.hrtime.bigint() / 1_000n) / 1_000;

/** Splits what arrives into lines; a line that grows without end closes the connection by throwing. */
export class Lines {
  #rest = '';

  take(chunk: Buffer): string[] {
    const parts = (this.#rest + chunk.toString('utf8')).split('\n');
    this.#rest = parts.pop() ?? '';
    if (this.#rest.length > 10_000) throw new Error('a line without an end');
    return parts.filter((line) => line !== '');
  }
}
