import { z } from 'zod';
import { commandId, hostName } from '../data/identifiers.ts';
import { instanceSpec } from '../data/instance-spec.ts';
import { command } from './command.ts';
import { restingState } from './life-states.ts';
import { by } from './message.ts';
import { migrationId } from './migration.ts';
import { failure, instanceState, lifeContext, lock } from './state.ts';

const epoch = z.int().nonnegative();

/** A message of another segment of the same history. */
export const segmentEnd = z.strictObject({ host: hostName, seq: z.int().nonnegative() });

/** The message of the spine that an order follows from: it ties the segments where clocks disagree. */
const cause = segmentEnd;

/** The part of a state that goes along when another actor takes an instance over. */
export const handedState = z.strictObject({
  value: instanceState.shape.value,
  context: lifeContext,
  /** The taker's ops go on from here, so that no mark is ever written twice under one epoch. */
  op: z.int().nonnegative(),
  parts: z.strictObject({ lock: lock.nullable(), backups: instanceState.shape.parts.shape.backups }),
});
export type HandedState = z.infer<typeof handedState>;

/** To a host: the instance is yours from `epoch` on; `from` is where its history comes from, `spec` is stored again in this host's stream. */
export const adoptOrder = z.strictObject({
  kind: z.literal('adopt'),
  epoch,
  from: segmentEnd,
  spec: instanceSpec,
  state: handedState,
  command: commandId.nullable(),
  /** The move by which it comes; a host that prepared for it, or kept files for it, takes it over from that role. */
  migration: migrationId.optional(),
});
export type AdoptOrder = z.infer<typeof adoptOrder>;

/** To the spine: a host does not hold the instance any more. `seq`: its last message; `retry`: whether another host may be tried. */
export const returned = z.strictObject({
  kind: z.literal('returned'),
  host: hostName,
  epoch,
  seq: z.int().nonnegative(),
  outcome: z.enum(['released', 'deleted', 'offloaded']),
  failure: failure.nullable(),
  hostsTried: z.array(hostName),
  retry: z.boolean(),
  command: commandId.nullable(),
  /** Of an offloaded instance, which comes back: what it is made from now, and what goes along with it. */
  spec: instanceSpec.optional(),
  parts: handedState.shape.parts.optional(),
});
export type Returned = z.infer<typeof returned>;

/**
 * To a host: only `epoch` and what comes after it may act from now on. What is there is cleared away; its disks only with `keepDisks`
 * false. With `kept` the host holds its files for that move, which may be turned back. With `undecided` nobody has taken the instance over
 * yet: the disks stay, and the history stays open, until a fence of the same epoch says what becomes of them, or the host has it back.
 */
export const fence = z.strictObject({
  kind: z.literal('fence'),
  epoch,
  keepDisks: z.boolean().optional(),
  undecided: z.boolean().optional(),
  kept: migrationId.optional(),
  from: cause.optional(),
});
export type Fence = z.infer<typeof fence>;

/** To the spine: an instance's owner has taken a command that only the cluster can carry out, and waits. `seq`: of that message. */
export const asked = z.strictObject({
  kind: z.literal('asked'),
  host: hostName,
  epoch,
  seq: z.int().nonnegative(),
  op: z.int().nonnegative(),
  what: z.enum(['liveMigrate', 'coldMigrate', 'resize', 'confirmResize', 'revertResize']),
  origin: restingState,
  request: z.record(z.string(), z.json()),
  command: commandId.nullable(),
  by,
});
export type Asked = z.infer<typeof asked>;

/** To the destination of a move: get ready for the instance. Until it is adopted, the source (owner under `epoch`) alone runs it. */
export const incoming = z.strictObject({
  kind: z.literal('incoming'),
  migration: migrationId,
  epoch,
  from: cause,
  /** The taker's ops go on from here. */
  op: z.int().nonnegative(),
  /** What is to be done to be ready, in order; empty: files are pushed to it. */
  methods: z.array(z.string().max(64)).max(4),
  spec: instanceSpec,
  request: z.record(z.string(), z.json()),
  command: commandId.nullable(),
});
export type Incoming = z.infer<typeof incoming>;

/** To the source of a move: carry out its part. */
export const moveOrder = z.strictObject({
  kind: z.literal('move'),
  migration: migrationId,
  epoch,
  from: cause.optional(),
  method: z.enum(['liveMigration', 'migrateDiskAndPowerOff']),
  request: z.record(z.string(), z.json()),
});
export type MoveOrder = z.infer<typeof moveOrder>;

/**
 * To the owner: what it waits for the cluster for is over. `onwards`: how it goes on, by the facts of both hosts. `unbegun`: only where it has
 * not begun its part of the move; one that has is asked first.
 */
export const moveOver = z.strictObject({
  kind: z.literal('moveOver'),
  migration: migrationId.nullable(),
  epoch,
  outcome: z.enum(['undone', 'confirmed']),
  onwards: z.enum(['probe', 'unpause', 'revert', 'start']),
  unbegun: z.boolean().optional(),
  from: cause.optional(),
  reason: z.string().max(500).nullable(),
});
export type MoveOver = z.infer<typeof moveOver>;

/** To the destination: the move is off; what was prepared is removed. */
export const undo = z.strictObject({
  kind: z.literal('undo'),
  from: cause.optional(),
  migration: migrationId,
  epoch,
  keepDisks: z.boolean(),
});
export type Undo = z.infer<typeof undo>;

/** To the host that kept the files of before: the move is final, they go. */
export const confirmKept = z.strictObject({
  kind: z.literal('confirm'),
  from: cause.optional(),
  migration: migrationId,
  keepDisks: z.boolean(),
});
export type ConfirmKept = z.infer<typeof confirmKept>;

/**
 * To the spine: a host that was given up for ever runs guests again, and nobody has taken over what it had of the instance. `epoch`: the
 * newest that its history knows; `seq`: its last message; `goingAway`: the instance was being deleted there.
 */
export const readmitted = z.strictObject({
  kind: z.literal('readmitted'),
  host: hostName,
  epoch,
  seq: z.int().nonnegative(),
  goingAway: z.boolean(),
});
export type Readmitted = z.infer<typeof readmitted>;

/** What ties the segments of an instance's history together, told to an actor by the other side. Only a newer epoch is ever taken. */
export const link = z.discriminatedUnion('kind', [
  adoptOrder,
  returned,
  fence,
  asked,
  incoming,
  moveOrder,
  moveOver,
  undo,
  confirmKept,
  readmitted,
]);
export type Link = z.infer<typeof link>;

/** A request to an instance's actor (`rpc.<host>.cmd.<instance>`, which names the instance): a person's command or a link of its history. */
export const actorRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('command'), command }),
  z.strictObject({ kind: z.literal('link'), link }),
]);
export type ActorRequest = z.infer<typeof actorRequest>;
