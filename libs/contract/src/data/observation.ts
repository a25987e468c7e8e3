import { z } from 'zod';
import { power } from './power.ts';

/**
 * The mark: which operation started the domain that runs (or, while it is off, which one wrote the definition that the next start
 * takes). Written into the domain's metadata by each start, read back from the running domain.
 */
export const mark = z.strictObject({ epoch: z.int().nonnegative(), op: z.int().nonnegative() });
export type Mark = z.infer<typeof mark>;

/**
 * What one look at the hypervisor saw of an instance; the only thing that an outcome is believed for.
 *
 * - `domain`: `absent`; `defined` (persistent, running or not); `transient` (runs without a stored definition).
 * - `power`, `reason`: power, and the hypervisor's own word for why (`user`, `crashed`, `io-error`, …).
 * - `busy`: a job, a start or a save is under way, so the power shown is no resting place; null when none.
 * - `mark`: of the running domain; of the stored definition while it is off; null when it bears none.
 * - `definition`: a persistent definition is stored.  `savedMemory`: a managed save image exists.
 * - `disks`: those of the instance's files that exist, by role (`root`, `config`, `ephemeral0`, `swap`, `rescue`, …). `kept`: what a resize
 *   or cold move has set aside as a whole, until it is confirmed or turned back; so a host that keeps something is not empty.
 * - `leftovers`: anything else of the instance that this host still holds (directory, temporary files, taps, filters).
 */
export const observation = z.strictObject({
  domain: z.enum(['absent', 'defined', 'transient']),
  power,
  reason: z.string().max(100),
  busy: z.string().max(100).nullable(),
  mark: mark.nullable(),
  definition: z.boolean(),
  savedMemory: z.boolean(),
  disks: z.array(z.string().max(64)).max(64),
  leftovers: z.array(z.string().max(200)).max(64),
});
export type Observation = z.infer<typeof observation>;

/** What a look sees where nothing of the instance is. */
export const nothingThere: Observation = Object.freeze({
  domain: 'absent',
  power: 'absent',
  reason: 'no domain',
  busy: null,
  mark: null,
  definition: false,
  savedMemory: false,
  disks: [],
  leftovers: [],
});

/** Whether nothing at all of the instance is left on the host. */
export function isEmpty(seen: Observation): boolean {
  return seen.domain === 'absent' && !seen.savedMemory && seen.disks.length === 0 && seen.leftovers.length === 0;
}
