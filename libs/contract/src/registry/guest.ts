import { z } from 'zod';
import { group } from './entry.ts';
import { context, instance, nothing } from './parameters.ts';

/** What reaches inside a guest. */
export const guest = group('guest', {
  changeInstanceMetadata: {
    name: 'change_instance_metadata',
    kind: 'command',
    params: z.strictObject({
      context,
      instance,
      diff: z
        .record(z.string().min(1).max(255), z.union([z.tuple([z.literal('+'), z.string()]), z.tuple([z.literal('-')])]))
        .describe('By key: ["+", value] sets it, ["-"] removes it.'),
    }),
    result: nothing,
    // @@change_instance_metadata
  },
  injectFile: {
    name: 'inject_file',
    kind: 'command',
    params: z.strictObject({
      instance,
      b64Path: z.base64().describe('Path in the guest, in base64.'),
      b64Contents: z.base64().describe('Content of the file, in base64.'),
    }),
    result: nothing,
    // @@inject_file
  },
  setAdminPassword: {
    name: 'set_admin_password',
    kind: 'command',
    params: z.strictObject({
      instance,
      newPass: z
        .string()
        .min(1)
        .nullable()
        .default(null)
        .describe('The new password, a secret; null = one that nobody knows.'),
    }),
    result: nothing,
    // @@set_admin_password
  },
});
