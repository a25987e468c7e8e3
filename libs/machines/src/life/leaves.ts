/**
 * The transient states. Each leaf names one effect: a driver method, or one of the cluster's own (`place`, `order`) or the actor's
 * own (`probe`). What an outcome leads to follows from this table; `rules.ts` writes the transitions.
 */
import type { RestingState, TaskState } from '@chronovirt/contract';

export type Parent =
  | 'building'
  | 'starting'
  | 'stopping'
  | 'rebooting'
  | 'repairing'
  | 'freezing'
  | 'thawing'
  | 'rescuing'
  | 'unrescuing'
  | 'rebuilding'
  | 'migrating'
  | 'settling'
  | 'shelving'
  | 'unshelving'
  | 'deleting'
  | 'reconciling';

/**
 * How it is known that a leaf's end was reached.
 *
 * - `look`: what is seen is enough; whoever brought the guest there, nothing was lost.
 * - `mark`: the running domain must name this very operation: before and after look alike, or another's guest would be taken for ours.
 * - `result`: the driver's own `done`, and a look that agrees; what it does leaves nothing that a look could show.
 * - `definition`: the guest goes on as before, and its definition is stored.
 */
export type Proof = 'look' | 'mark' | 'result' | 'definition';

export interface Leaf {
  readonly method: string;
  readonly description: string;
  /** Milliseconds that the effect may take before it counts as timed out; the default of the policy. */
  readonly deadlineMs: number;
  readonly proof: Proof;
  /** What a look shows at its end: the operation's goal, or the resting state that an inner step leads through. */
  readonly looks: RestingState | 'goal';
  /** The leaf after it; null = the operation ends here. */
  readonly next: LeafName | null;
  /** Goals that an operation may have which ends here. */
  readonly goals: readonly RestingState[];
  /** With the goal `stopped` the guest is stopped afterwards: the method leaves it running. */
  readonly thenStop?: true;
  /** Nova's task state while it runs. */
  readonly task: TaskState | null;
  /** Nothing is done here: it waits for this, which is told to it by a link. */
  readonly awaits?: string;
}

interface ParentState {
  readonly description: string;
  /** Where the operation may have begun; null = from nothing. */
  readonly origins: readonly (RestingState | null)[];
}

const second = 1000;
const minute = 60 * second;

const leaf = (
  method: string,
  description: string,
  deadlineMs: number,
  task: TaskState | null,
  rest: Partial<Omit<Leaf, 'method' | 'description' | 'deadlineMs' | 'task'>> = {},
): Leaf => ({ method, description, deadlineMs, task, proof: 'look', looks: 'goal', next: null, goals: [], ...rest });

const running = ['running'] as const;

export const leaves = {
  'building.place': leaf('place', 'A host is chosen.', 30 * second, 'scheduling', { next: 'building.order' }),
  'building.order': leaf('order', 'The chosen host is asked to take the instance.', 30 * second, 'scheduling', {
    next: 'building.spawn',
  }),
  'building.spawn': leaf('spawn', 'The host makes disks and domain and starts the guest.', 15 * minute, 'spawning', {
    proof: 'mark',
    goals: running,
  }),

  'starting.powerOn': leaf('powerOn', 'A guest that is off is started.', 2 * minute, 'powering-on', { goals: running }),
  'starting.resumeStateOnHostBoot': leaf(
    'resumeStateOnHostBoot',
    'A guest that ran before its host went down is started again.',
    5 * minute,
    'powering-on',
    { goals: ['running', 'rescued', 'resized'] },
  ),
  'starting.restore': leaf('restore', 'The driver brings a trashed guest back.', 2 * minute, 'restoring', {
    goals: running,
  }),

  'stopping.powerOff': leaf('powerOff', 'The guest is asked to shut down, then cut off.', 2 * minute, 'powering-off', {
    goals: ['stopped', 'shelved', 'trashed'],
  }),
  'stopping.softDelete': leaf(
    'softDelete',
    'The driver puts the guest aside, to be restored or deleted later.',
    2 * minute,
    'soft-deleting',
    { goals: ['trashed'] },
  ),

  'rebooting.reboot': leaf('reboot', 'The guest is started afresh.', 5 * minute, 'rebooting', {
    proof: 'mark',
    goals: running,
  }),

  'rebooting.pollRebootingInstances': leaf(
    'pollRebootingInstances',
    'A soft reboot took too long: a guest that does not run is started.',
    5 * minute,
    'rebooting',
    { goals: running },
  ),

  'repairing.define': leaf('define', 'The definition of a guest that goes on is stored again.', minute, null, {
    proof: 'definition',
    goals: ['running', 'paused', 'rescued', 'resized'],
  }),

  'freezing.pause': leaf('pause', 'The vCPUs are stopped.', minute, 'pausing', { goals: ['paused'] }),
  'freezing.suspend': leaf('suspend', 'The memory is written to disk.', 10 * minute, 'suspending', {
    goals: ['suspended'],
  }),

  'thawing.unpause': leaf('unpause', 'The vCPUs go on.', minute, 'unpausing', { goals: running }),
  'thawing.resume': leaf('resume', 'The guest goes on from its saved memory.', 10 * minute, 'resuming', {
    goals: running,
  }),

  'rescuing.powerOff': leaf('powerOff', 'The guest is stopped before its rescue.', 2 * minute, 'rescuing', {
    looks: 'stopped',
    next: 'rescuing.rescue',
  }),
  'rescuing.rescue': leaf('rescue', 'A rescue system is started beside the own disk.', 10 * minute, 'rescuing', {
    proof: 'mark',
    goals: ['rescued'],
  }),
  'unrescuing.unrescue': leaf('unrescue', 'The own disk is booted again.', 10 * minute, 'unrescuing', {
    proof: 'mark',
    goals: running,
  }),

  'rebuilding.destroy': leaf('destroy', 'The old guest and its disks are removed.', 5 * minute, 'rebuilding', {
    looks: 'offloaded',
    next: 'rebuilding.spawn',
  }),
  'rebuilding.spawn': leaf('spawn', 'The guest is made anew from the image.', 15 * minute, 'rebuild_spawning', {
    proof: 'mark',
    looks: 'running',
    goals: ['running', 'stopped'],
    thenStop: true,
  }),

  'migrating.migrateDiskAndPowerOff': leaf(
    'migrateDiskAndPowerOff',
    'The guest is stopped and its disks are brought over.',
    60 * minute,
    'resize_migrating',
    {
      looks: 'stopped',
      next: 'migrating.finishMigration',
    },
  ),
  'migrating.finishMigration': leaf(
    'finishMigration',
    'The guest comes up with its new size or host.',
    30 * minute,
    'resize_finish',
    { proof: 'result', goals: ['resized'] },
  ),
  'migrating.plan': leaf(
    'plan',
    'The cluster has been asked to move it: a host is chosen and prepared.',
    0,
    'migrating',
    {
      awaits: 'the cluster to choose and prepare a host',
      goals: ['running', 'paused', 'stopped'],
    },
  ),
  'migrating.liveMigration': leaf(
    'liveMigration',
    'The running guest is copied to the destination.',
    120 * minute,
    'migrating',
    {
      proof: 'result',
      next: 'migrating.verdict',
    },
  ),
  'migrating.verdict': leaf(
    'verdict',
    'The guest may be on either side: the facts of both hosts decide.',
    0,
    'migrating',
    { awaits: 'the cluster, which asks both hosts where the guest is', goals: ['running', 'paused', 'stopped'] },
  ),
  'migrating.postLiveMigrationAtDestination': leaf(
    'postLiveMigrationAtDestination',
    'The destination makes the guest its own.',
    10 * minute,
    'migrating',
    { goals: ['running', 'paused'] },
  ),
  'migrating.spawn': leaf(
    'spawn',
    'The guest is made again on another host, after proof that the old one cannot run it.',
    15 * minute,
    'rebuild_spawning',
    {
      proof: 'mark',
      looks: 'running',
      goals: ['running', 'stopped'],
      thenStop: true,
    },
  ),

  'settling.plan': leaf(
    'plan',
    'The cluster has been asked to settle a move between two hosts.',
    0,
    'resize_confirming',
    {
      awaits: 'the cluster to settle the move with both hosts',
      goals: ['running', 'stopped'],
    },
  ),
  'settling.confirmMigration': leaf(
    'confirmMigration',
    'What the old size or host kept is removed.',
    10 * minute,
    'resize_confirming',
    { proof: 'result', goals: ['running', 'stopped'] },
  ),
  'settling.finishRevertMigration': leaf(
    'finishRevertMigration',
    'The old guest comes back.',
    30 * minute,
    'resize_reverting',
    { proof: 'result', goals: ['running', 'stopped'] },
  ),

  'shelving.powerOff': leaf('powerOff', 'The guest is stopped before its image is taken.', 2 * minute, 'shelving', {
    looks: 'stopped',
    next: 'shelving.snapshot',
  }),
  'shelving.snapshot': leaf('snapshot', 'The root disk becomes an image.', 60 * minute, 'shelving_image_uploading', {
    proof: 'result',
    goals: ['shelved'],
  }),
  'shelving.destroy': leaf(
    'destroy',
    'The guest leaves its host; the image stays.',
    5 * minute,
    'shelving_offloading',
    { goals: ['offloaded'] },
  ),

  'unshelving.place': leaf('place', 'A host is chosen.', 30 * second, 'unshelving', { next: 'unshelving.order' }),
  'unshelving.order': leaf('order', 'The chosen host is asked to take the instance.', 30 * second, 'unshelving', {
    next: 'unshelving.spawn',
  }),
  'unshelving.spawn': leaf('spawn', 'The host makes the guest from the shelved image.', 15 * minute, 'spawning', {
    proof: 'mark',
    goals: running,
  }),

  'deleting.order': leaf(
    'order',
    'A host may have been asked to take the instance: the order is withdrawn, or the host is told to delete.',
    30 * second,
    'deleting',
    { next: 'deleting.destroy' },
  ),
  'deleting.destroy': leaf('destroy', 'All that the instance ever acquired here is removed.', 5 * minute, 'deleting', {
    goals: ['deleted'],
  }),

  'reconciling.probe': leaf(
    'probe',
    'Nobody knows how an operation ended: wait for what is under way, then look.',
    2 * minute,
    null,
  ),
} satisfies Record<`${Parent}.${string}`, Leaf & { next: string | null }>;

export type LeafName =
  | 'building.place'
  | 'building.order'
  | 'building.spawn'
  | 'starting.powerOn'
  | 'starting.resumeStateOnHostBoot'
  | 'starting.restore'
  | 'stopping.powerOff'
  | 'stopping.softDelete'
  | 'rebooting.reboot'
  | 'rebooting.pollRebootingInstances'
  | 'repairing.define'
  | 'freezing.pause'
  | 'freezing.suspend'
  | 'thawing.unpause'
  | 'thawing.resume'
  | 'rescuing.powerOff'
  | 'rescuing.rescue'
  | 'unrescuing.unrescue'
  | 'rebuilding.destroy'
  | 'rebuilding.spawn'
  | 'migrating.migrateDiskAndPowerOff'
  | 'migrating.finishMigration'
  | 'migrating.plan'
  | 'migrating.liveMigration'
  | 'migrating.verdict'
  | 'migrating.postLiveMigrationAtDestination'
  | 'migrating.spawn'
  | 'settling.plan'
  | 'settling.confirmMigration'
  | 'settling.finishRevertMigration'
  | 'shelving.powerOff'
  | 'shelving.snapshot'
  | 'shelving.destroy'
  | 'unshelving.place'
  | 'unshelving.order'
  | 'unshelving.spawn'
  | 'deleting.order'
  | 'deleting.destroy'
  | 'reconciling.probe';

export const leafNames = Object.keys(leaves) as readonly LeafName[];

/** The leaf of a value of `life`, or null when it rests. */
export function leafOf(value: string): Leaf | null {
  return isLeafName(value) ? leaves[value] : null;
}

export function isLeafName(value: unknown): value is LeafName {
  return typeof value === 'string' && Object.hasOwn(leaves, value);
}

/** The parent of a leaf: `building` of `building.spawn`. */
export function parentOf(value: string): string {
  return value.slice(0, value.indexOf('.'));
}

export const parents: Readonly<Record<Parent, ParentState>> = {
  building: { description: 'The instance is being made.', origins: [null] },
  starting: {
    description: 'The guest is being started.',
    origins: ['stopped', 'shelved', 'trashed', 'running', 'rescued', 'resized'],
  },
  stopping: {
    description: 'The guest is being stopped, on order or because it was not where it belongs.',
    origins: ['running', 'paused', 'suspended', 'stopped', 'rescued', 'resized', 'shelved', 'trashed', 'failed'],
  },
  rebooting: {
    description: 'The guest is being started afresh.',
    origins: ['running', 'stopped', 'paused', 'suspended', 'failed'],
  },
  repairing: {
    description: 'Something about a guest that goes on is put right.',
    origins: ['running', 'paused', 'rescued', 'resized'],
  },
  freezing: { description: 'The guest is being paused or suspended.', origins: ['running', 'paused', 'suspended'] },
  thawing: { description: 'The guest is being woken.', origins: ['paused', 'suspended', 'running'] },
  rescuing: { description: 'A rescue system is being started.', origins: ['running', 'stopped', 'failed'] },
  unrescuing: { description: 'The rescue is being ended.', origins: ['rescued'] },
  rebuilding: { description: 'The guest is being made anew in its place.', origins: ['running', 'stopped', 'failed'] },
  migrating: {
    description: 'The guest gets another size or another host.',
    origins: ['running', 'stopped', 'paused', 'failed'],
  },
  settling: {
    description: 'A resize is being made final or turned back.',
    origins: ['resized', 'running', 'stopped'],
  },
  shelving: {
    description: 'The guest is being put on the shelf.',
    origins: ['running', 'stopped', 'paused', 'suspended', 'shelved'],
  },
  unshelving: { description: 'The guest is being made again from its shelved image.', origins: ['offloaded'] },
  deleting: {
    description: 'Everything of the instance is being removed; it ends in absence, however often it has to be tried.',
    origins: [],
  },
  reconciling: {
    description: 'What is recorded and what is may differ: the facts are being asked for.',
    origins: ['running', 'paused', 'suspended', 'stopped', 'rescued', 'resized', 'shelved', 'offloaded', 'trashed'],
  },
};
