import { z } from 'zod';
import { commandId, hostName, incarnation } from '../data/identifiers.ts';
import { power } from '../data/power.ts';
import { observation } from '../data/observation.ts';
import { drift, sight } from './drift.ts';
import { backup, imageState, imageWork, MAX_BACKUPS } from './image-work.ts';
import { restingState } from './life-states.ts';
import { migrationId, migrationState } from './migration.ts';

/**
 * Version of the plain state below. It grows when the shape of what a message carries as its state changes. A stored message with an older
 * one has its state folded anew from the events; one with a newer halts that instance, and says which version is needed.
 */
export const STATE_VERSION = 1;

/** Why an instance is `failed`: what was tried, what was said, what was seen instead. */
export const failure = z.strictObject({
  method: z.string().max(64),
  code: z.string().max(64),
  message: z.string().max(1000),
  observation: observation.nullable(),
});
export type Failure = z.infer<typeof failure>;

/** Context of the `life` chart. `origin`: where the operation began; `goal`: where it leads; `before`: power to go back to after a resize. */
export const lifeContext = z.strictObject({
  origin: restingState.nullable(),
  goal: restingState.nullable(),
  before: z.enum(['running', 'stopped']).nullable(),
  failure: failure.nullable(),
  /** Times that the state's effect was begun again after a failure or a probe without an answer. */
  tries: z.int().nonnegative(),
  /** What the running operation needs beyond the spec (`rebootType`, image to rebuild from, …); small, never a secret. */
  request: z.record(z.string(), z.json()),
  /** Hosts that a build has failed on. */
  hostsTried: z.array(z.string()),
  /** What is awaited, in a person's words; null when nothing. */
  awaiting: z.string().max(300).nullable(),
});
export type LifeContext = z.infer<typeof lifeContext>;

/**
 * What this (instance, host) may do: `owner` starts, resumes, defines; `incoming` prepares for a move; `remnant` stops and cleans
 * (`keepDisks`: the disks are not its to remove; so when not said. `undecided`: they may be all that is left of the instance, and nobody
 * has said what becomes of them: it stays a remnant until somebody does); `kept` holds the files of before a move that may be turned back,
 * and runs nothing; `granted` (on the spine only) has handed the instance to a host; `closed` does nothing any more.
 */
export const role = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('owner'), epoch: z.int().nonnegative() }),
  z.strictObject({ kind: z.literal('incoming'), migration: migrationId }),
  z.strictObject({
    kind: z.literal('remnant'),
    epoch: z.int().nonnegative(),
    keepDisks: z.boolean().optional(),
    undecided: z.boolean().optional(),
  }),
  z.strictObject({ kind: z.literal('kept'), epoch: z.int().nonnegative(), migration: migrationId }),
  z.strictObject({ kind: z.literal('granted'), host: hostName, epoch: z.int().nonnegative() }),
  z.strictObject({ kind: z.literal('closed') }),
]);
export type Role = z.infer<typeof role>;

/** An effect that the state names: which driver method is due, under which op, until when. Effect id = instance + epoch + op. */
export const due = z.strictObject({
  part: z.string().max(64),
  op: z.int().positive(),
  method: z.string().max(64),
  /** Milliseconds since 1970: from then on it counts as timed out. */
  deadline: z.int(),
  /** Not before this time (back-off); null = at once. */
  notBefore: z.int().nullable(),
  /** Runs begun: 1 at first, one more with each `resumed`. */
  attempt: z.int().positive(),
  /** The command that it serves, if any. */
  command: commandId.nullable(),
});
export type Due = z.infer<typeof due>;

/** The answer to a command: accepted (what was stored), or refused with the guard, the fact behind it and the shortest legal path. */
export const answer = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('accepted'), id: commandId, seq: z.int().nonnegative() }),
  z.strictObject({
    kind: z.literal('refused'),
    id: commandId,
    seq: z.int().nonnegative(),
    guard: z.string().max(64),
    fact: z.string().max(500),
    path: z.array(z.string().max(64)).nullable(),
  }),
]);
export type Answer = z.infer<typeof answer>;

/** Who holds the lock of an instance. */
export const lock = z.strictObject({
  holder: z.enum(['owner', 'admin']),
  name: z.string().max(100),
  reason: z.string().max(300),
});
export type Lock = z.infer<typeof lock>;

/**
 * The plain state that every stored message carries: recovery is one read of the last one. The events stay the truth; the spec is not
 * in here but pointed to (`actor.spec`, a sequence of the same stream).
 */
export const instanceState = z.strictObject({
  v: z.literal(STATE_VERSION),
  /** State of `life`: `running`, or `parent.leaf` while an effect is due (`building.spawn`). */
  value: z.string().max(100),
  context: lifeContext,
  parts: z.strictObject({
    /** Power as last seen; null = never looked. */
    power: power.nullable(),
    lock: lock.nullable(),
    /** Work on images of this instance (snapshot, backup): idle or what is being done. */
    image: imageState,
    /** The image that is being made; left out while that part is idle. */
    imageWork: imageWork.optional(),
    /** Backups that are kept, oldest first; left out while there are none. */
    backups: z
      .array(backup)
      .min(1)
      .max(2 * MAX_BACKUPS)
      .optional(),
    /** What was seen, where the power alone does not tell it; left out where it does. */
    sight: sight.optional(),
    /** Something seen that waits for a person's decision. */
    drift: drift.optional(),
    /** Since when it is in the trash, in milliseconds since 1970. */
    trashedAt: z.int().nonnegative().optional(),
    /** Since when it is shelved, rescued or resized, in milliseconds since 1970. */
    restsSince: z.int().nonnegative().optional(),
    /** Boot of the host under which it was last seen. */
    boot: z.string().max(64).optional(),
    /** On the spine: the move under way, or the last one; left out when there never was one. */
    migration: migrationState.optional(),
  }),
  actor: z.strictObject({
    role,
    epoch: z.int().nonnegative(),
    /** Counter of entries into states with an effect. */
    op: z.int().nonnegative(),
    due: z.array(due).max(8),
    /** The last commands and their answers, newest last; a known id gets its old answer. `seq` 0 = the message that carries it. */
    answered: z.array(answer).max(16),
    /** Sequence of the message in this stream whose event data holds the spec; 0 = the message that carries this state. */
    spec: z.int().nonnegative(),
    incarnation,
    /** Time of the last message; never goes back. */
    at: z.int().nonnegative(),
  }),
});
export type InstanceState = z.infer<typeof instanceState>;
