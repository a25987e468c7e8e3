/**
 * Whether this host takes new instances, as operators have said: a word that outlives the agent, in a file beside the instances. It is
 * named after the host, since several hosts may share the directory. Guests that are here never notice.
 */
import { join } from 'node:path';
import { DriverError } from '@chronovirt/contract';
import type { HostContext } from '@chronovirt/contract';
import { z } from 'zod';
import { readIfThere, writeWhole } from '../disks/whole-file.ts';

const word = z.strictObject({
  v: z.literal(1),
  /** False = closed by `setHostEnabled`. */
  enabled: z.boolean(),
  /** True = a window of maintenance is open; it leaves `enabled` as it is. */
  maintenance: z.boolean(),
});
type Word = z.infer<typeof word>;

const open: Word = { v: 1, enabled: true, maintenance: false };

/** Work for the host belongs to no operation of an instance. */
const NO_OPERATION = { epoch: 0, op: 0 } as const;

export class Availability {
  readonly #file: string;

  constructor(instancesDirectory: string, hostname: string) {
    this.#file = join(instancesDirectory, `_host.${hostname}.json`);
  }

  /** What was said last; open where nobody has said anything. A damaged file is `CONFIGURATION_INVALID`: nobody guesses. */
  async read(): Promise<Word> {
    const text = await readIfThere(this.#file);
    if (text === null) return open;
    try {
      return word.parse(JSON.parse(text));
    } catch (cause) {
      throw new DriverError(
        'CONFIGURATION_INVALID',
        `${this.#file} says nothing usable; remove it, then enable or disable the host again`,
        { cause },
      );
    }
  }

  /** Changes what is said; nothing is written when that was said already. */
  async say(change: Partial<Pick<Word, 'enabled' | 'maintenance'>>, context: HostContext): Promise<void> {
    const before = await this.read();
    const after = { ...before, ...change };
    if (after.enabled === before.enabled && after.maintenance === before.maintenance) return;
    await writeWhole(this.#file, { ...context, mark: NO_OPERATION }, (handle) =>
      handle.writeFile(JSON.stringify(after)),
    );
  }

  /** Throws `COMPUTE_SERVICE_UNAVAILABLE` when the host is closed for new instances. */
  async refuseWhenClosed(): Promise<void> {
    const { enabled, maintenance } = await this.read();
    if (enabled && !maintenance) return;
    throw new DriverError(
      'COMPUTE_SERVICE_UNAVAILABLE',
      `this host takes no new instances: ${enabled ? 'it is in maintenance' : 'it is disabled'}`,
    );
  }
}
