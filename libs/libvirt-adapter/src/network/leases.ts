import type { NetworkInfo, QueryContext } from '@chronovirt/contract';
import type { HostServices } from '../host/host-services.ts';

/** An address that a port was given. */
export interface PortAddress {
  readonly port: string;
  readonly mac: string;
  readonly address: string;
  readonly prefix: number;
}

/** Addresses that libvirt's DHCP gave to the ports of an instance; ports on bridges are not known here. */
export async function addressesOf(
  host: HostServices,
  networkInfo: NetworkInfo,
  context: QueryContext,
): Promise<PortAddress[]> {
  const onNetworks = networkInfo.filter(({ type }) => type === 'network');
  return await host.connections.query(async (libvirt, options) => {
    const found = await Promise.all(
      onNetworks.map(async (vif) => {
        const network = await libvirt.networkLookupByName(vif.network.label, options);
        const leases = await libvirt.networkGetDhcpLeases(network, vif.address, 0, options);
        return leases.map(({ ipaddr, prefix }) => ({ port: vif.id, mac: vif.address, address: ipaddr, prefix }));
      }),
    );
    return found.flat();
  }, context);
}
