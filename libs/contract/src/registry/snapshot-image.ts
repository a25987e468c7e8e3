import { z } from 'zod';
import { imageRef } from '../data/instance-spec.ts';
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
        .describe(
          'Name of the image that receives the content. Its identity is the hash of the content, known when it is made.',
        ),
      updateTaskState: callback<UpdateTaskState>(
        '(taskState: TaskState, expected?: TaskState) => Promise<void>',
        'Told each step: pending upload, uploading.',
      ),
    }),
    result: imageRef.describe('The image, as a later spawn, rescue or rebuild names it.'),
    summary: "Makes an image of a guest's root disk.",
    states:
      'vmState and powerState after as before; taskState image_snapshot → image_pending_upload → image_uploading → null.',
    before: ['Nothing else changes the disks of the guest meanwhile.'],
    promises: {
      content: 'The image holds the content of the root disk, whole and without backing file.',
      inherits: 'The image has the properties of the one that the instance was made from.',
      guestGoesOn: 'The guest is in the power state that it was in, defined for good, with no job left on its disks.',
      progress: 'updateTaskState is told each step.',
      whole: 'The image is there whole or not at all; after a failure nothing of it is left.',
    },
    errors: [
      { code: 'INSTANCE_NOT_RUNNING', when: 'there is no domain' },
      { code: 'INSTANCE_NOT_FOUND', when: 'the guest went away meanwhile' },
      {
        code: 'INSTANCE_QUIESCE_FAILED',
        when: 'the image demands frozen file systems (os_require_quiesce) and the guest cannot: no agent answers, or it stands still',
      },
      {
        code: 'QEMU_GUEST_AGENT_NOT_ENABLED',
        when: 'freezing is demanded and the image declares no agent (hw_qemu_guest_agent)',
      },
    ],
    idempotency: 'ensure',
    repeat:
      'The same operation finds the image that it made; another one makes another. A failure leaves the guest running, defined and without a job.',
    signature: {
      follows: 'seed',
      why: 'upstream kept it; the result is an addition of this project: images go by the hash of their content, which nobody knows before',
    },
    upstream: { status: 'kept' },
    libvirt: [
      'Running: a mirror of the whole chain into a file of its own, flat at once; file systems are frozen only around its end, where an agent answers; where the image demands it, there is no image without. The chain of the guest is never touched, so a crash leaves a job to be ended and a file to be removed, no overlay.',
      'Nova undefines the domain meanwhile, so a crash there loses the definition. A transient job needs no such thing.',
      'Off or suspended: the disk is converted. Off, there is nothing to freeze; of a suspended guest the file systems in its memory cannot be.',
      'A mirror goes on without its client: who comes next ends it.',
      'Volumes are not taken; the volume service snapshots them.',
    ],
    verify:
      'qemu-img info: no backing file, right size; a guest booted from it has a marker; the source is as before: state, persistent, no block job, no files left.',
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
    summary: 'Removes cached images that nobody uses.',
    before: ['The list holds every instance that may use the cache, those of other hosts included where it is shared.'],
    promises: {
      unusedGo: 'Cached images that nobody uses, and that are old enough, are removed.',
      usedStay: 'Images in use stay, whatever their age.',
    },
    errors: [{ code: 'FILE_NOT_REMOVED', when: 'a single file stays; it is logged and the rest goes on' }],
    idempotency: 'ensure',
    repeat: 'A second run removes nothing new.',
    signature: { follows: 'seed', why: 'upstream kept it' },
    upstream: { status: 'kept', note: 'cache_image came beside it in Ussuri' },
    libvirt: [
      'In use: the image of a listed instance, or the backing file of any disk found in the instances path.',
      'Nova removes originals after 24 h, resized ones after 1 h, each under a lock of its own.',
      'An incomplete list deletes the backing files of running guests; not here, where the disks of all hosts that share the directory are looked at.',
      'A create on any host touches an image before it counts on it. A file on its way out is set aside, looked at once more, and given back when it was touched.',
    ],
    verify: 'An unused old file and a used one: only the first goes; qemu-img check passes for all guests.',
  },
});
