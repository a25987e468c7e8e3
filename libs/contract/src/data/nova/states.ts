import { z } from 'zod';
import { powerStateCode } from '../power.ts';

/** Nova's stable states of an instance, in Nova's spelling. */
export const vmState = z.enum([
  'building',
  'active',
  'paused',
  'suspended',
  'stopped',
  'rescued',
  'resized',
  'soft-delete',
  'deleted',
  'error',
  'shelved',
  'shelved_offloaded',
]);
export type VmState = z.infer<typeof vmState>;

/** Nova's names for work in progress, in Nova's spelling; an idle instance has null. */
export const taskState = z.enum([
  'scheduling',
  'block_device_mapping',
  'networking',
  'spawning',
  'image_snapshot_pending',
  'image_snapshot',
  'image_pending_upload',
  'image_uploading',
  'image_backup',
  'updating_password',
  'resize_prep',
  'resize_migrating',
  'resize_migrated',
  'resize_finish',
  'resize_reverting',
  'resize_confirming',
  'rebooting',
  'reboot_pending',
  'reboot_started',
  'rebooting_hard',
  'reboot_pending_hard',
  'reboot_started_hard',
  'pausing',
  'unpausing',
  'suspending',
  'resuming',
  'powering-off',
  'powering-on',
  'rescuing',
  'unrescuing',
  'rebuilding',
  'rebuild_block_device_mapping',
  'rebuild_spawning',
  'migrating',
  'deleting',
  'soft-deleting',
  'restoring',
  'shelving',
  'shelving_image_pending_upload',
  'shelving_image_uploading',
  'shelving_offloading',
  'unshelving',
]);
export type TaskState = z.infer<typeof taskState>;

/** Nova's numeric power state: 0 no state, 1 running, 3 paused, 4 shut down, 6 crashed, 7 suspended by the guest itself. */
export const powerState = z
  .literal(Object.values(powerStateCode))
  .describe('Power state code: 0 NOSTATE, 1 RUNNING, 3 PAUSED, 4 SHUTDOWN, 6 CRASHED, 7 SUSPENDED.');
