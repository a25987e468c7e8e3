import { z } from 'zod';
import {
  bandwidthCounter,
  blockStats,
  diagnostics,
  hostBlockDevices,
  instanceUsage,
  interfaceStats,
  volumeUsage,
} from '../data/nova/counters.ts';
import { group } from './entry.ts';
import { context, instance, instanceName } from './parameters.ts';

/** What guests use. */
export const stats = group('stats', {
  blockStats: {
    name: 'block_stats',
    kind: 'query',
    params: z.strictObject({
      instance,
      diskId: z.string().min(1).max(64).describe('Target of the disk in the guest, e.g. vda.'),
    }),
    result: blockStats.nullable().describe('Five counters; null = no such guest or disk.'),
    // @@block_stats
  },
  interfaceStats: {
    name: 'interface_stats',
    kind: 'query',
    params: z.strictObject({
      instanceName,
      ifaceId: z.string().min(1).max(64).describe('Name of the tap on the host.'),
    }),
    result: interfaceStats,
    // @@interface_stats
  },
  getDiagnostics: {
    name: 'get_diagnostics',
    kind: 'query',
    params: z.strictObject({ instance }),
    result: diagnostics,
    // @@get_diagnostics
  },
  getAllBwCounters: {
    name: 'get_all_bw_counters',
    kind: 'query',
    params: z.strictObject({ instances: z.array(instance).describe('Instances that the caller asks about.') }),
    result: z.array(bandwidthCounter),
    // @@get_all_bw_counters
  },
  getAllVolumeUsage: {
    name: 'get_all_volume_usage',
    kind: 'query',
    params: z.strictObject({
      context,
      computeHostBdms: z.array(hostBlockDevices).describe('Instances on this host with their attached volumes.'),
    }),
    result: z.array(volumeUsage),
    // @@get_all_volume_usage
  },
  getPerInstanceUsage: {
    name: 'get_per_instance_usage',
    kind: 'query',
    params: z.strictObject({}),
    result: z.record(z.string(), instanceUsage).describe('By UUID.'),
    // @@get_per_instance_usage
  },
});
