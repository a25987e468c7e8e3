/** The part of an agent's configuration that says what its host does by itself, and which of guest and record holds where they differ. */
import { restingState, sight } from '@chronovirt/contract';
import { z } from 'zod';

const choice = z.enum(['usual', 'adopt', 'repair', 'ask']);
const oneCase = new RegExp(`^(${restingState.options.join('|')})/(${sight.options.join('|')})$`);

export const policySettings = z
  .strictObject({
    /** Where a guest at rest is not as recorded: `adopt` takes the guest as it is, `repair` brings it back, `ask` waits for a person, `usual` is as Nova does. */
    drift: choice.default('usual'),
    /** Single cases that are otherwise, as `running/paused`: state and what is seen of it. */
    driftOf: z.record(z.string().regex(oneCase, 'expected state/seen, such as running/paused'), choice).default({}),
    /** Guests that ran before a boot of this host are started again. */
    resumeGuestsAfterHostBoot: z.boolean().default(true),
    /** Milliseconds until a guest that does not come back from a soft reboot is started; null: only when the whole time of a reboot is over. */
    softRebootMs: z.int().min(1_000).nullable().default(null),
    /** Milliseconds until an instance in the trash is deleted; null: never. */
    reclaimAfterMs: z.int().min(1_000).nullable().default(null),
    /** Milliseconds until a shelved instance leaves this host, as `offload` does it; null: never. */
    offloadAfterMs: z.int().min(1_000).nullable().default(null),
    /** Milliseconds until a rescue is ended; null: never. */
    unrescueAfterMs: z.int().min(1_000).nullable().default(null),
    /** Milliseconds until a resize or cold move whose guest came up here is confirmed; null: never. */
    confirmResizeAfterMs: z.int().min(1_000).nullable().default(null),
  })
  .prefault({});
