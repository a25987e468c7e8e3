/**
 * The addresses of a guest's ports, from whoever knows one: libvirt's own DHCP servers (`lease`), the agent inside the guest (`agent`), and
 * this host's neighbour table (`arp`), which alone knows a guest without an agent on a bridge, and only while the host has spoken with it.
 */
import type { InstanceUuid, NetworkInfo, QueryContext } from '@chronovirt/contract';
import { DomainInterfaceAddressesSource, DomainState, LibvirtError, domainByUuid } from '@chronovirt/libvirt';
import type { DomainInterface } from '@chronovirt/libvirt';
import type { HostServices } from '../host/host-services.ts';
import { mergeAddresses } from './merge-addresses.ts';
import type { PortAddress } from './merge-addresses.ts';
import { neighbours } from './neighbours.ts';

/** What the ports are known to have just now: nothing while the guest is off. Throws `INSTANCE_NOT_FOUND`, `HYPERVISOR_UNAVAILABLE`. */
export async function addressesOf(
  { connections, agents, settings }: HostServices,
  instance: InstanceUuid,
  ports: NetworkInfo,
  context: QueryContext,
): Promise<PortAddress[]> {
  const domain = domainByUuid(instance);
  return await connections.query(
    async (libvirt, options) => {
      const { state } = await libvirt.domainGetState(domain, 0, options);
      if (state !== DomainState.RUNNING && state !== DomainState.PAUSED) return [];
      const leases = async (): Promise<readonly DomainInterface[]> =>
        await libvirt
          .domainInterfaceAddresses(domain, DomainInterfaceAddressesSource.LEASE, 0, options)
          .catch((error: unknown) => {
            // A network that was taken away, a guest that ended just now: what others know counts all the same.
            if (!(error instanceof LibvirtError)) throw error;
            settings.log.debug({ instance, why: error.message }, 'libvirt tells no leases');
            return [];
          });
      // A guest that stands still has an agent that cannot answer.
      const asked = state === DomainState.RUNNING ? agents.interfaces(instance, context) : [];
      const [lease, agent, arp] = await Promise.all([leases(), asked, neighbours()]);
      return mergeAddresses(ports, { lease, agent, arp });
    },
    context,
    instance,
  );
}
