/** What a guest reads on its config drive, laid out as OpenStack does, so that every cloud image understands it. */

import type { ArgsOf, Instance, NetworkInfo, Vif } from '@chronovirt/contract';
import type { IsoFile } from './iso9660.ts';

/** What is told to the guest. Password and files are secrets: nothing of this may be logged. */
export interface GuestData {
  readonly instance: Instance;
  readonly networkInfo: NetworkInfo;
  readonly adminPassword: string | null;
  readonly injectedFiles: ArgsOf<'spawn'>['injectedFiles'];
}

/** The files of the drive; the same data gives the same bytes. */
export function configDriveFiles({ instance, networkInfo, adminPassword, injectedFiles }: GuestData): IsoFile[] {
  const keys = (instance.keyData ?? '')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const metaData = {
    uuid: instance.uuid,
    name: instance.displayName ?? instance.hostname,
    hostname: instance.hostname,
    launch_index: 0,
    availability_zone: 'nova',
    public_keys: Object.fromEntries(keys.map((key, index) => [`key-${index}`, key])),
    keys: keys.map((key, index) => ({ name: `key-${index}`, type: 'ssh', data: key })),
    meta: instance.metadata,
    files: injectedFiles.map(([path], index) => ({ path, content_path: `/content/${contentName(index)}` })),
    ...(adminPassword === null ? {} : { admin_pass: adminPassword }),
  };
  return [
    ['openstack/latest/meta_data.json', json(metaData)],
    ['openstack/latest/network_data.json', json(networkData(networkInfo))],
    ['openstack/latest/vendor_data.json', json(vendorData(adminPassword))],
    ...(instance.userData === null ? [] : [['openstack/latest/user_data', userDataBytes(instance.userData)] as const]),
    ...injectedFiles.map(
      ([, content], index) => [`openstack/content/${contentName(index)}`, Buffer.from(content, 'base64')] as const,
    ),
  ];
}

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value), 'utf8');
const contentName = (index: number): string => String(index).padStart(4, '0');

/**
 * cloud-init passes over `admin_pass` (others read it: cloudbase-init, the guests of the tests). What it does take is configuration of
 * the vendor's; the user's own goes before that. The password is the default user's and does not expire at the first login.
 */
function vendorData(adminPassword: string | null): object {
  if (adminPassword === null) return {};
  const config = { password: adminPassword, chpasswd: { expire: false } };
  // JSON is YAML, and quotes whatever a password may hold.
  return { 'cloud-init': `#cloud-config\n${JSON.stringify(config)}\n` };
}

/** Text as it is; base64 of gzip becomes gzip, which cloud-init unpacks by itself. */
function userDataBytes(userData: string): Buffer {
  const binary = /^H4sI[A-Za-z0-9+/=\s]*$/.test(userData) ? Buffer.from(userData, 'base64') : null;
  return binary ?? Buffer.from(userData, 'utf8');
}

function networkData(networkInfo: NetworkInfo): object {
  return {
    links: networkInfo.map((vif, index) => ({
      id: linkName(index),
      vif_id: vif.id,
      type: 'phy',
      mtu: vif.network.meta.mtu ?? null,
      ethernet_mac_address: vif.address,
    })),
    networks: networkInfo.flatMap((vif, index) => networksOf(vif, linkName(index))),
    services: [...new Set(networkInfo.flatMap(staticSubnets).flatMap(({ dns }) => dns))].map((address) => ({
      type: 'dns',
      address,
    })),
  };
}

const linkName = (index: number): string => `nic${index}`;

/** Addresses are written into the guest only where the network says so; everywhere else DHCP gives them. */
const staticSubnets = (vif: Vif): Vif['network']['subnets'] =>
  vif.network.meta.injected === true ? vif.network.subnets : [];

function networksOf(vif: Vif, link: string): object[] {
  const fixed = staticSubnets(vif).flatMap((subnet) =>
    subnet.ips.map((ip, index) => ({
      id: `${link}-${index}`,
      type: subnet.cidr.includes(':') ? 'ipv6' : 'ipv4',
      link,
      ip_address: ip.address,
      netmask: netmaskOf(subnet.cidr),
      ...(subnet.gateway === null ? {} : { gateway: subnet.gateway }),
      routes: [
        ...(subnet.gateway === null
          ? []
          : [{ network: anywhere(subnet.cidr), netmask: anywhere(subnet.cidr), gateway: subnet.gateway }]),
        ...subnet.routes.map((route) => ({
          network: route.cidr.split('/')[0],
          netmask: netmaskOf(route.cidr),
          gateway: route.gateway,
        })),
      ],
      network_id: vif.network.id,
    })),
  );
  return fixed.length > 0 ? fixed : [{ id: `${link}-dhcp`, type: 'ipv4_dhcp', link, network_id: vif.network.id }];
}

const anywhere = (cidr: string): string => (cidr.includes(':') ? '::' : '0.0.0.0');

/** The mask of a range in the notation of its family: dotted for IPv4, the prefix's groups for IPv6. */
function netmaskOf(cidr: string): string {
  const prefix = Number(cidr.split('/')[1] ?? (cidr.includes(':') ? 128 : 32));
  if (!cidr.includes(':')) {
    const mask = prefix === 0 ? 0 : (0xff_ff_ff_ff << (32 - prefix)) >>> 0;
    return [24, 16, 8, 0].map((shift) => (mask >>> shift) & 255).join('.');
  }
  const bits = '1'.repeat(prefix).padEnd(128, '0');
  return Array.from({ length: 8 }, (_, index) =>
    Number.parseInt(bits.slice(index * 16, index * 16 + 16), 2).toString(16),
  ).join(':');
}
