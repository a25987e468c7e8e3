/** From the record of an instance to the definition of its domain; the same input gives the same definition. */
import { createHash } from 'node:crypto';
import { DriverError } from '@chronovirt/contract';
import type { ImageMeta, Instance, Mark, NetworkInfo, Vif } from '@chronovirt/contract';
import type { DiskRecord } from '../disks/disk-record.ts';
import type { InstanceDirectory } from '../disks/instance-directory.ts';
import type { HostProfile } from '../host/profile.ts';
import { domainXml } from '../xml/domain.ts';
import type { DomainDisk, DomainInterface } from '../xml/devices.ts';
import { ImageUnacceptableError } from '@chronovirt/images';

/** Machines and NICs that an image may wish for, by Nova's property names. */
const nicModels = ['virtio', 'e1000', 'e1000e', 'rtl8139'];

/** What of the virtual hardware is settled once, when the instance is made. */
export function hardwareOf(image: ImageMeta, profile: HostProfile): Pick<DiskRecord, 'machine' | 'nicModel'> {
  const {
    hw_machine_type: machine = 'q35',
    hw_vif_model: nicModel = 'virtio',
    hw_disk_bus: bus = 'virtio',
  } = image.properties;
  const versioned = profile.machines.get(machine);
  if (versioned === undefined)
    throw new ImageUnacceptableError(
      `image property hw_machine_type: this host has no machine ${JSON.stringify(machine)}; try pc or q35`,
    );
  if (!nicModels.includes(nicModel)) {
    throw new ImageUnacceptableError(
      `image property hw_vif_model: expected one of ${nicModels.join(', ')}, got ${JSON.stringify(nicModel)}`,
    );
  }
  if (bus !== 'virtio')
    throw new ImageUnacceptableError(
      `image property hw_disk_bus: only virtio is possible here, got ${JSON.stringify(bus)}`,
    );
  return { machine: versioned, nicModel };
}

/** The definition, bearing a mark. */
export function definitionOf(
  instance: Instance,
  networkInfo: NetworkInfo,
  record: DiskRecord,
  directory: InstanceDirectory,
  profile: HostProfile,
  mark: Mark,
): string {
  return domainXml({
    uuid: instance.uuid,
    name: instance.name,
    title: instance.displayName,
    hostname: instance.hostname,
    mark,
    virtType: profile.virtType,
    arch: profile.arch,
    machine: record.machine,
    memoryMiB: instance.flavor.memoryMiB,
    vcpus: instance.flavor.vcpus,
    disks: disksOf(record, directory, profile),
    interfaces: interfacesOf(instance, networkInfo, record.nicModel),
    consoleLog: directory.consoleLog,
  });
}

/** The config drive is the last disk; whatever comes later finds it in its place. */
function disksOf(record: DiskRecord, directory: InstanceDirectory, profile: HostProfile): DomainDisk[] {
  const letters = 'abcdefghijklmnopqrstuvwxy';
  const plain = record.disks.filter(({ role }) => role !== 'config');
  const config = record.disks.filter(({ role }) => role === 'config');
  return [...plain, ...config].map((disk, index) => ({
    file: directory.file(disk.file),
    format: disk.format,
    target: disk.role === 'config' ? 'vdz' : `vd${letters[index]}`,
    serial: disk.role,
    readonly: disk.role === 'config',
    cache: profile.diskCache,
  }));
}

/** NICs of the instance. Throws `VIRTUAL_INTERFACE_CREATE_FAILED` for a port that is wired in a way this host does not know. */
export function interfacesOf(instance: Instance, networkInfo: NetworkInfo, model: string): DomainInterface[] {
  return networkInfo.map((vif, index) => ({
    mac: vif.address,
    source: sourceOf(vif),
    model,
    tap: vif.devname ?? tapName(instance.uuid, index),
    mtu: vif.network.meta.mtu,
  }));
}

function sourceOf(vif: Vif): DomainInterface['source'] {
  if (vif.vnicType !== 'normal') throw notWired(vif, `interfaces of kind ${vif.vnicType} are not possible here`);
  if (vif.type === 'network') return { kind: 'network', name: vif.network.label };
  if (vif.type === 'bridge' && vif.network.bridge !== null) return { kind: 'bridge', name: vif.network.bridge };
  throw notWired(
    vif,
    vif.type === 'bridge'
      ? 'the network names no bridge'
      : `ports of type ${vif.type} are not possible here; use network or bridge`,
  );
}

const notWired = (vif: Vif, why: string): DriverError =>
  new DriverError('VIRTUAL_INTERFACE_CREATE_FAILED', `port ${vif.id}: ${why}`);

/** Taps of an instance begin alike, so that one look at the host's interfaces finds all of them. At most 15 characters. */
export const tapPrefix = (uuid: string): string => `tap${createHash('sha256').update(uuid).digest('hex').slice(0, 9)}`;
const tapName = (uuid: string, index: number): string => `${tapPrefix(uuid)}${index.toString(36).padStart(2, '0')}`;
