import { DriverError } from '@chronovirt/contract';
import type { NetworkInfo } from '@chronovirt/contract';
import { ErrorCode, hasCode, isOperationInvalid } from '@chronovirt/libvirt';
import type { Hands } from '../guest/hands.ts';

/**
 * Sees to it that the networks of libvirt that the ports are on run; taps and ports of bridges are made by libvirt with the guest.
 * Throws `VIRTUAL_INTERFACE_CREATE_FAILED` for a network that libvirt does not know.
 */
export async function connectNetworks(hands: Hands, networkInfo: NetworkInfo): Promise<void> {
  const names = new Set(networkInfo.filter(({ type }) => type === 'network').map(({ network }) => network.label));
  for (const name of names) {
    const network = await hands
      .ask((libvirt, _domain, options) => libvirt.networkLookupByName(name, options))
      .catch((error: unknown) => {
        if (hasCode(error, ErrorCode.NO_NETWORK)) return null;
        throw error;
      });
    if (network === null) {
      throw new DriverError(
        'VIRTUAL_INTERFACE_CREATE_FAILED',
        `libvirt has no network ${JSON.stringify(name)}; define it, or name another`,
      );
    }
    if (await hands.ask((libvirt, _domain, options) => libvirt.networkIsActive(network, options))) continue;
    await hands
      .act((libvirt, _domain, options) => libvirt.networkCreate(network, options))
      .catch((error: unknown) => {
        if (!isOperationInvalid(error)) throw error;
      });
  }
}
