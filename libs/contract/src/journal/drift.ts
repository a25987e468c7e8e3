import { z } from 'zod';
import { power } from '../data/power.ts';

/**
 * What a look shows of a guest at rest, as far as it can differ from what is recorded: its power, and where power alone does not tell
 * it. `shutdown`: off, because the guest ended by itself. `saved`: off, with its memory on disk. `stuck`: paused by the hypervisor, since
 * its storage failed or it crashed. `transient`: it runs, but its definition is gone, and so will it be when it ends.
 */
export const sight = z.enum([...power.options, 'shutdown', 'saved', 'stuck', 'transient']);
export type Sight = z.infer<typeof sight>;

/** An open question: something was seen that differs from the record, and the deployment wants a person to say which of them holds. */
export const drift = z.strictObject({
  seen: sight,
  /** What made somebody look. */
  heard: z.string().max(200),
  /** Milliseconds since 1970. */
  at: z.int().nonnegative(),
});
export type Drift = z.infer<typeof drift>;
