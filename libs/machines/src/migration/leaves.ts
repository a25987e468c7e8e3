/**
 * The chart `migration`: how the cluster brings an instance from one host to another. Each leaf is one ensure of the coordinator: an
 * order to a host, and the wait until that host's own history shows how it ended.
 *
 *   planning ─▶ preparing ─▶ copying ─▶ landing ─▶ done            live
 *      │            │           │           │
 *      │            ▼           ▼           ▼
 *      └─────────▶ undoing ─▶ undone     landed ─▶ confirming ─▶ done       cold: waits for confirm or revert
 *                                           └────▶ reverting ─▶ reverted
 *
 * Before `copying` every failure undoes; while copying the facts of both hosts decide; from `landing` on it only goes forward.
 */
import type { MoveKind } from '@chronovirt/contract';

export type MigrationParent = 'planning' | 'preparing' | 'copying' | 'landing' | 'confirming' | 'reverting' | 'undoing';

export interface MigrationLeaf {
  /** The coordinator's effect. */
  readonly method: string;
  readonly description: string;
  /** Milliseconds that it may take before it counts as timed out. */
  readonly deadlineMs: number;
}

const second = 1000;
const minute = 60 * second;

export const migrationLeaves = {
  'planning.place': { method: 'placeMove', description: 'A destination is chosen.', deadlineMs: 30 * second },
  'planning.check': {
    method: 'checkMove',
    description: 'Both hosts are asked whether the running guest could move, and how its disks go along.',
    deadlineMs: 2 * minute,
  },
  'preparing.prepare': {
    method: 'prepareMove',
    description: 'The destination gets ready: directory, disks, networks.',
    deadlineMs: 15 * minute,
  },
  'copying.copy': {
    method: 'copyMove',
    description: 'The source brings memory or disks over; then both hosts are asked where the guest is.',
    deadlineMs: 180 * minute,
  },
  'landing.fence': {
    method: 'fenceSource',
    description: 'The source is fenced in its own history; in the same turn the destination is granted the next epoch.',
    deadlineMs: 5 * minute,
  },
  'landing.adopt': {
    method: 'adoptMove',
    description: 'The destination takes the instance over.',
    deadlineMs: 60 * minute,
  },
  'confirming.confirm': {
    method: 'confirmKept',
    description: 'What the source kept is removed.',
    deadlineMs: 15 * minute,
  },
  'reverting.fence': {
    method: 'fenceDestination',
    description:
      'The destination gives the guest up and removes what it had; then the source is granted the next epoch.',
    deadlineMs: 15 * minute,
  },
  'reverting.adopt': {
    method: 'adoptBack',
    description: 'The source takes the instance back as it was.',
    deadlineMs: 60 * minute,
  },
  'undoing.undo': {
    method: 'undoMove',
    description: 'The destination removes what it had prepared.',
    deadlineMs: 15 * minute,
  },
  'undoing.release': {
    method: 'releaseSource',
    description: 'The source is told that it goes on alone.',
    deadlineMs: 5 * minute,
  },
} as const satisfies Record<`${MigrationParent}.${string}`, MigrationLeaf>;

export type MigrationLeafName = keyof typeof migrationLeaves;
export const migrationLeafNames = Object.keys(migrationLeaves) as readonly MigrationLeafName[];

/** States in which the coordinator has nothing to do. `landed` waits for a person; the others are ends. */
export const migrationRests = {
  landed: 'The guest has arrived with its new size or host; confirm or revert follows.',
  done: 'The guest is at its destination, and nothing of the move is left.',
  undone: 'The guest is where it was, and nothing of the move is left.',
  reverted: 'The guest went on at its destination for a while and is back where it came from.',
} as const;

export type MigrationRest = keyof typeof migrationRests;
export type MigrationValue = MigrationLeafName | MigrationRest;

export function isMigrationLeaf(value: string): value is MigrationLeafName {
  return Object.hasOwn(migrationLeaves, value);
}

/** Whether a move is still under way, or waits to be settled; another one cannot begin. */
export function isUnderWay(value: string): boolean {
  return isMigrationLeaf(value) || value === 'landed';
}

/** Where a leaf leads to when it was done. */
export function nextOf(name: MigrationLeafName, kind: MoveKind): MigrationValue {
  switch (name) {
    case 'planning.place':
      return kind === 'live' ? 'planning.check' : kind === 'cold' ? 'preparing.prepare' : 'landing.fence';
    case 'planning.check':
      return 'preparing.prepare';
    case 'preparing.prepare':
      return 'copying.copy';
    case 'copying.copy':
      return 'landing.fence';
    case 'landing.fence':
      return 'landing.adopt';
    case 'landing.adopt':
      return kind === 'cold' ? 'landed' : 'done';
    case 'confirming.confirm':
      return 'done';
    case 'reverting.fence':
      return 'reverting.adopt';
    case 'reverting.adopt':
      return 'reverted';
    case 'undoing.undo':
      return 'undoing.release';
    case 'undoing.release':
      return 'undone';
    default:
      return name satisfies never;
  }
}
