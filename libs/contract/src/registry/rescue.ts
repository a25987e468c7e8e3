import { z } from 'zod';
import { group } from './entry.ts';
import { blockDeviceInfo, context, imageMeta, instance, networkInfo, nothing } from './parameters.ts';

/** A guest that no longer boots is mended from another system. */
export const rescue = group('rescue', {
  rescue: {
    name: 'rescue',
    kind: 'command',
    params: z.strictObject({
      context,
      instance,
      networkInfo,
      imageMeta: imageMeta.describe('The image to rescue with.'),
      rescuePassword: z.string().nullable().describe('Password of root in the rescue system; null = none is set.'),
      blockDeviceInfo,
    }),
    result: nothing,
    // @@rescue
  },
  unrescue: {
    name: 'unrescue',
    kind: 'command',
    params: z.strictObject({ context, instance }),
    result: nothing,
    // @@unrescue
  },
});
