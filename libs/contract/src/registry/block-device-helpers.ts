import { z } from 'zod';
import { blockDeviceMapping, ephemeralDevice, swapDevice } from '../data/nova/block-device-info.ts';
import { group } from './entry.ts';
import { blockDeviceInfo } from './parameters.ts';

/** Reading block device information without minding what is absent. */
export const blockDeviceHelpers = group('block-device-helpers', {
  blockDeviceInfoGetRoot: {
    name: 'block_device_info_get_root',
    form: 'function',
    kind: 'helper',
    params: z.strictObject({ blockDeviceInfo }),
    result: z.string().nullable(),
    // @@block_device_info_get_root
  },
  blockDeviceInfoGetSwap: {
    name: 'block_device_info_get_swap',
    form: 'function',
    kind: 'helper',
    params: z.strictObject({ blockDeviceInfo }),
    result: swapDevice,
    // @@block_device_info_get_swap
  },
  swapIsUsable: {
    name: 'swap_is_usable',
    form: 'function',
    kind: 'helper',
    params: z.strictObject({ swap: swapDevice.nullable().describe('What blockDeviceInfoGetSwap returned, or null.') }),
    result: z.boolean(),
    // @@swap_is_usable
  },
  blockDeviceInfoGetEphemerals: {
    name: 'block_device_info_get_ephemerals',
    form: 'function',
    kind: 'helper',
    params: z.strictObject({ blockDeviceInfo }),
    result: z.array(ephemeralDevice),
    // @@block_device_info_get_ephemerals
  },
  blockDeviceInfoGetMapping: {
    name: 'block_device_info_get_mapping',
    form: 'function',
    kind: 'helper',
    params: z.strictObject({ blockDeviceInfo }),
    result: z.array(blockDeviceMapping),
    // @@block_device_info_get_mapping
  },
});
