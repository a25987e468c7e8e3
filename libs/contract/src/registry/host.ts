import { z } from 'zod';
import { availableResource, hostStats } from '../data/nova/host-resources.ts';
import { group } from './entry.ts';
import { host, nothing } from './parameters.ts';

/** The machine under the guests. */
export const hosts = group('host', {
  initHost: {
    name: 'init_host',
    kind: 'hostCommand',
    params: z.strictObject({ host }),
    result: nothing,
    // @@init_host
  },
  getAvailableNodes: {
    name: 'get_available_nodes',
    kind: 'query',
    params: z.strictObject({ refresh: z.boolean().default(false).describe('True = ask the hypervisor anew.') }),
    result: z.array(z.string()),
    // @@get_available_nodes
  },
  getAvailableResource: {
    name: 'get_available_resource',
    kind: 'query',
    params: z.strictObject({
      nodename: z.string().max(255).describe('Name of the node; a driver with one node may pass over it.'),
    }),
    result: availableResource,
    // @@get_available_resource
  },
  getHostStats: {
    name: 'get_host_stats',
    kind: 'query',
    params: z.strictObject({ refresh: z.boolean().default(false).describe('True = collect them anew first.') }),
    result: hostStats,
    // @@get_host_stats
  },
  getHostUptime: {
    name: 'get_host_uptime',
    kind: 'query',
    params: z.strictObject({}),
    result: z.string().describe('One line, as `uptime` prints it.'),
    // @@get_host_uptime
  },
  getHostIpAddr: {
    name: 'get_host_ip_addr',
    kind: 'query',
    params: z.strictObject({}),
    result: z.string().describe('Address or name.'),
    // @@get_host_ip_addr
  },
  setHostEnabled: {
    name: 'set_host_enabled',
    kind: 'hostCommand',
    params: z.strictObject({ enabled: z.boolean().describe('Whether the host takes new instances.') }),
    result: z.enum(['enabled', 'disabled']),
    // @@set_host_enabled
  },
  hostMaintenanceMode: {
    name: 'host_maintenance_mode',
    kind: 'hostCommand',
    params: z.strictObject({ host, mode: z.boolean().describe('True starts a window of maintenance, false ends it.') }),
    result: z.enum(['on_maintenance', 'off_maintenance']),
    // @@host_maintenance_mode
  },
  hostPowerAction: {
    name: 'host_power_action',
    kind: 'hostCommand',
    params: z.strictObject({ action: z.enum(['reboot', 'shutdown', 'startup']).describe('What the host is to do.') }),
    result: z.string().describe("The platform's answer."),
    // @@host_power_action
  },
});
