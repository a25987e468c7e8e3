import { z } from 'zod';
import type { TaskState } from '../data/nova/states.ts';
import { group } from './entry.ts';
import { callback, context, instance, nothing } from './parameters.ts';

/** Told how far a snapshot is; `expected` is the task state that it may only follow. */
export type UpdateTaskState = (taskState: TaskState, expected?: TaskState) => Promise<void>;

/** Images are made from guests, and kept near them. */
export const snapshotImage = group('snapshot-image', {
  snapshot: {
    name: 'snapshot',
    kind: 'command',
    params: z.strictObject({
      context,
      instance,
      imageId: z
        .string()
        .min(1)
        .max(255)
        .describe('Id of the image record, made beforehand, that receives the content.'),
      updateTaskState: callback<UpdateTaskState>('Told each step: pending upload, uploading.'),
    }),
    result: nothing,
    // @@snapshot
  },
  manageImageCache: {
    name: 'manage_image_cache',
    kind: 'hostCommand',
    params: z.strictObject({
      context,
      allInstances: z
        .array(instance)
        .describe('Every instance that may use the cache, those of other hosts included if they share it.'),
    }),
    result: nothing,
    // @@manage_image_cache
  },
});
