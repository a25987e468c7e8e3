import { z } from 'zod';
import { hostName } from '../data/identifiers.ts';
import { restingState } from './life-states.ts';

/** Id of a move: the instance and the op under which the spine took it up. */
export const migrationId = z
  .string()
  .regex(/^[0-9a-f-]{36}\.\d+$/, 'expected the id of a migration: <instance uuid>.<number>');
export type MigrationId = z.infer<typeof migrationId>;

/**
 * What kind of move: of a running guest, of a stopped one, of one whose host is proved to be down, or back to a host that was given up
 * for ever and is there again.
 */
export const moveKind = z.enum(['live', 'cold', 'evacuate', 'return']);
export type MoveKind = z.infer<typeof moveKind>;

/**
 * What the spine knows of a move; context of the chart `migration`.
 *
 * - `source`, `epoch`: the owner when it began.  `destination`: null until one is chosen.
 * - `origin`: where the guest rested; it comes back to it, or arrives in it.
 * - `request`: what was asked (`onHost`, `blockMigration`, `flavor`, …).  `found`: what the hosts found out on the way (migrate data, disk facts).
 * - `failure`: why it is being undone or turned back.  `aborting`, `doomed`: an abort, a delete was ordered.
 */
export const migrationContext = z.strictObject({
  id: migrationId,
  kind: moveKind,
  source: hostName,
  epoch: z.int().nonnegative(),
  destination: hostName.nullable(),
  origin: restingState,
  request: z.record(z.string(), z.json()),
  found: z.record(z.string(), z.json()),
  hostsTried: z.array(z.string()),
  tries: z.int().nonnegative(),
  failure: z
    .strictObject({ step: z.string().max(64), code: z.string().max(64), message: z.string().max(1000) })
    .nullable(),
  aborting: z.boolean(),
  doomed: z.boolean(),
  awaiting: z.string().max(300).nullable(),
});
export type MigrationContext = z.infer<typeof migrationContext>;

/** The part `migration` of an instance's record on the spine: the move under way, or the last one. */
export const migrationState = z.strictObject({ value: z.string().max(64), context: migrationContext });
export type MigrationState = z.infer<typeof migrationState>;
