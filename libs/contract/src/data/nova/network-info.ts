import { z } from 'zod';

/** A MAC address in lower case with colons. */
export const macAddress = z
  .string()
  .regex(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/, 'expected aa:bb:cc:dd:ee:ff in lower case')
  .describe('MAC address, lower case with colons.');

/** One address on a subnet. */
export const fixedIp = z.strictObject({
  address: z.string().describe('IPv4 or IPv6 address.'),
  type: z.enum(['fixed', 'floating']).describe('fixed = configured in the guest.'),
  floatingIps: z.array(z.string()).default([]).describe('Addresses translated to this one.'),
});

/** A range of addresses with what a guest on it needs to know. */
export const subnet = z.strictObject({
  cidr: z.string().describe('Range, e.g. 192.0.2.0/24.'),
  gateway: z.string().nullable().describe('Default gateway; null = none.'),
  dns: z.array(z.string()).describe('Name servers.'),
  routes: z.array(z.strictObject({ cidr: z.string(), gateway: z.string() })).describe('Further routes.'),
  ips: z.array(fixedIp).describe('Addresses of the port on this subnet.'),
});

/** How a port is wired on the host. `network`: a network of the hypervisor, by name. `unbound`, `binding_failed`: not usable. */
export const vifType = z.enum([
  'bridge',
  'network',
  'ovs',
  'vhostuser',
  'hw_veb',
  'tap',
  'macvtap',
  'unbound',
  'binding_failed',
]);

/** One virtual interface: a port with its network, as the guest and the host see it. */
export const vif = z.strictObject({
  id: z.uuid().describe('Id of the port.'),
  address: macAddress,
  type: vifType.describe('How it is wired on the host.'),
  vnicType: z
    .enum(['normal', 'direct', 'macvtap', 'direct-physical'])
    .describe('What the guest is given: a virtual NIC or a real one.'),
  devname: z.string().max(15).nullable().describe('Name of the tap on the host; null = the hypervisor chooses.'),
  ovsInterfaceid: z.string().nullable().optional().describe('Id of the port in Open vSwitch.'),
  active: z.boolean().describe('Whether the network side reported the port as wired.'),
  profile: z.record(z.string(), z.json()).optional().describe('Binding profile, by type.'),
  details: z.record(z.string(), z.json()).optional().describe('port_filter, ovs_hybrid_plug, vlan, …'),
  preserveOnDelete: z.boolean().describe('True = the port outlives the instance.'),
  network: z
    .strictObject({
      id: z.string().describe('Id of the network.'),
      bridge: z.string().max(15).nullable().describe('Bridge on the host; null for a network of the hypervisor.'),
      label: z.string().describe('Name of the network; for type `network` the name that the hypervisor knows.'),
      meta: z.strictObject({
        mtu: z.int().positive().optional().describe('Largest packet, in bytes.'),
        tenantId: z.string().optional(),
        injected: z.boolean().optional().describe('True = addresses are written into the guest, there is no DHCP.'),
      }),
      subnets: z.array(subnet),
    })
    .describe('The network that it is on.'),
});
export type Vif = z.infer<typeof vif>;

/** All interfaces of an instance, in the order in which the guest sees them. */
export const networkInfo = z.array(vif).max(64);
export type NetworkInfo = z.infer<typeof networkInfo>;
