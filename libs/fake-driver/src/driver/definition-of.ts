/** From the contract's arguments to a definition and the files that it needs. */
import type { BlockDeviceInfo, Instance, Mark, NetworkInfo } from '@chronovirt/contract';
import type { DomainDefinition } from '../world/definition.ts';
import { tapOf } from './names.ts';

/** What a guest is built from. */
export interface GuestArguments {
  readonly instance: Instance;
  readonly networkInfo: NetworkInfo;
  readonly blockDeviceInfo: BlockDeviceInfo | null;
}

/** Roles of the instance's own disk files, in the order in which the guest sees them. */
export function diskRoles({
  instance,
  blockDeviceInfo,
}: Pick<GuestArguments, 'instance' | 'blockDeviceInfo'>): string[] {
  const { flavor } = instance;
  const ephemerals =
    blockDeviceInfo?.ephemerals.map(({ num }) => `ephemeral${num}`) ?? (flavor.ephemeralGiB > 0 ? ['ephemeral0'] : []);
  const swap = blockDeviceInfo === null ? flavor.swapMiB > 0 : (blockDeviceInfo.swap?.swapSize ?? 0) > 0;
  return [...(instance.imageRef === null ? [] : ['root']), ...ephemerals, ...(swap ? ['swap'] : []), 'config'];
}

export function definitionOf(args: GuestArguments, mark: Mark): DomainDefinition {
  const { instance, networkInfo, blockDeviceInfo } = args;
  const volumes = (blockDeviceInfo?.blockDeviceMapping ?? []).filter((volume) => volume.connectionInfo !== null);
  return {
    uuid: instance.uuid,
    name: instance.name,
    memoryKiB: instance.flavor.memoryMiB * 1024,
    vcpus: instance.flavor.vcpus,
    ours: true,
    mark,
    disks: [...diskRoles(args), ...volumes.map((volume) => `volume ${volume.mountDevice}`)],
    interfaces: networkInfo.map((vif) => ({ mac: vif.address, tap: tapOf(vif) })),
  };
}
