import { z } from 'zod';
import { group } from './entry.ts';
import { blockDeviceInfo, context, imageMeta, instance, networkInfo, nothing } from './parameters.ts';

/** An instance begins and ends. */
export const lifecycle = group('lifecycle', {
  spawn: {
    name: 'spawn',
    kind: 'command',
    params: z.strictObject({
      context,
      instance,
      imageMeta,
      injectedFiles: z
        .array(z.tuple([z.string().min(1).max(4096), z.base64()]))
        .describe('Files to place into the guest before its first boot: path, and content in base64.'),
      adminPassword: z
        .string()
        .nullable()
        .describe('Password of the administrator in the new guest; null = none is set.'),
      networkInfo: networkInfo.default([]),
      blockDeviceInfo,
    }),
    result: nothing,
    // @@spawn
  },
  destroy: {
    name: 'destroy',
    kind: 'command',
    params: z.strictObject({
      context,
      instance,
      networkInfo,
      blockDeviceInfo,
      destroyDisks: z.boolean().default(true).describe("False = the instance's disks and directory stay."),
      destroySecrets: z
        .boolean()
        .default(true)
        .describe('False = secrets of encrypted disks and of a virtual TPM stay with the hypervisor.'),
    }),
    result: nothing,
    // @@destroy
  },
  softDelete: {
    name: 'soft_delete',
    kind: 'command',
    params: z.strictObject({ instance }),
    result: nothing,
    // @@soft_delete
  },
  restore: {
    name: 'restore',
    kind: 'command',
    params: z.strictObject({ instance }),
    result: nothing,
    // @@restore
  },
});
