/**
 * The part `image`: pictures are taken of an instance while its life goes on.
 *
 *   idle ──snapshot, backup──▶ capturing ──▶ idle
 *    ▲                             └── of a backup that replaces older ones ──▶ rotating ──┐
 *    └─────────────────────────────────────────────────────────────────────────────────────┘
 *
 * Nothing of it moves `life`. However a step ends, the part comes back to idle: what went wrong stands in the event, and what a step
 * left half done is its method's to clear when it runs again. Meanwhile every command but delete waits; a delete cuts it short.
 */
import type { CommandName, ImageState, RestingState, TaskState } from '@chronovirt/contract';

export const IMAGE_PART = 'image';

export interface ImageLeaf {
  readonly method: string;
  readonly description: string;
  /** Milliseconds that it may take before it counts as timed out. */
  readonly deadlineMs: number;
  /** Nova's task state while it runs. */
  readonly task: TaskState;
}

const minute = 60_000;

export type ImageLeafName = Exclude<ImageState, 'idle'>;

export const imageLeaves: Readonly<Record<ImageLeafName, ImageLeaf>> = {
  capturing: {
    method: 'snapshot',
    description: 'The root disk becomes an image.',
    deadlineMs: 60 * minute,
    task: 'image_snapshot',
  },
  rotating: {
    method: 'removeImages',
    description: 'Older backups of that name are removed.',
    deadlineMs: 5 * minute,
    task: 'image_backup',
  },
};

export const imageLeafNames = Object.keys(imageLeaves) as readonly ImageLeafName[];

/** The effect of a state of the part; null where it rests. */
export function imageMethodOf(state: ImageState): string | null {
  return state === 'idle' ? null : imageLeaves[state].method;
}

export interface ImageOperation {
  readonly command: Extract<CommandName, 'snapshot' | 'backup'>;
  readonly event: string;
  readonly from: readonly RestingState[];
  /** What the host has to be able to do. */
  readonly methods: readonly string[];
  readonly description: string;
}

const whileLaunched = ['running', 'stopped', 'paused', 'suspended'] as const;

/** The commands that begin it. They change nothing of the guest, so the instance's lock does not keep them out. */
export const imageOperations: readonly ImageOperation[] = [
  {
    command: 'snapshot',
    event: 'snapshot.requested',
    from: whileLaunched,
    methods: ['snapshot'],
    description: 'Makes an image of the root disk; the guest goes on as it is.',
  },
  {
    command: 'backup',
    event: 'backup.requested',
    from: whileLaunched,
    methods: ['snapshot', 'removeImages'],
    description: 'Makes an image, and removes older backups of that name beyond the number that is kept.',
  },
];

/** The operation of a command of this part, or null. */
export function imageOperationOf(command: CommandName): ImageOperation | null {
  return imageOperations.find((one) => one.command === command) ?? null;
}
