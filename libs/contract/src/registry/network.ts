import { z } from 'zod';
import { macAddress, networkInfo as vifs, vif as oneVif } from '../data/nova/network-info.ts';
import { group } from './entry.ts';
import { context, imageMeta, instance, networkInfo, nothing } from './parameters.ts';

const vif = oneVif.describe('The one interface that the call is about.');

/** The guest's interfaces, and how the host wires them. */
export const network = group('network', {
  attachInterface: {
    name: 'attach_interface',
    kind: 'command',
    params: z.strictObject({ context, instance, imageMeta, vif }),
    result: nothing,
    // @@attach_interface
  },
  detachInterface: {
    name: 'detach_interface',
    kind: 'command',
    params: z.strictObject({ context, instance, vif }),
    result: nothing,
    // @@detach_interface
  },
  plugVifs: {
    name: 'plug_vifs',
    kind: 'command',
    params: z.strictObject({ instance, networkInfo }),
    result: nothing,
    // @@plug_vifs
  },
  unplugVifs: {
    name: 'unplug_vifs',
    kind: 'command',
    params: z.strictObject({ instance, networkInfo }),
    result: nothing,
    // @@unplug_vifs
  },
  injectNetworkInfo: {
    name: 'inject_network_info',
    kind: 'command',
    params: z.strictObject({ instance, nwInfo: vifs.describe('The interfaces with their present addresses.') }),
    result: nothing,
    // @@inject_network_info
  },
  resetNetwork: {
    name: 'reset_network',
    kind: 'command',
    params: z.strictObject({ instance }),
    result: nothing,
    // @@reset_network
  },
  macsForInstance: {
    name: 'macs_for_instance',
    kind: 'query',
    params: z.strictObject({ instance }),
    result: z.array(macAddress).nullable().describe('The only addresses that it may be given; null = any will do.'),
    // @@macs_for_instance
  },
  legacyNwinfo: {
    name: 'legacy_nwinfo',
    kind: 'query',
    params: z.strictObject({}),
    result: z.boolean().describe('True = the driver wants the old form of network data.'),
    // @@legacy_nwinfo
  },
});
