import type { ImageFormat } from '@chronovirt/contract';
import { element, textElement } from './element.ts';
import type { XmlElement } from './element.ts';

/** A disk of the instance's directory. */
export interface DomainDisk {
  readonly file: string;
  readonly format: ImageFormat;
  /** Name of the disk in the definition (`vda`); a guest names its disks by order, so the serial is what it goes by. */
  readonly target: string;
  readonly serial: string;
  readonly readonly: boolean;
  /** `none` past the host's page cache; `writeback` where the file system cannot. */
  readonly cache: 'none' | 'writeback';
  /** Place in the order in which disks are tried to boot from, from 1 on; only in a definition whose `<os>` names no boot device. */
  readonly bootOrder?: number;
}

/** A NIC on a network of libvirt or on a bridge of the host. */
export interface DomainInterface {
  readonly mac: string;
  readonly source: { readonly kind: 'network' | 'bridge'; readonly name: string };
  readonly model: string;
  /** Name of the tap on the host. */
  readonly tap: string;
  readonly mtu: number | undefined;
}

export function diskElement(disk: DomainDisk): XmlElement {
  return element('disk', { type: 'file', device: 'disk' }, [
    element('driver', {
      name: 'qemu',
      type: disk.format,
      cache: disk.cache,
      discard: disk.readonly ? undefined : 'unmap',
    }),
    element('source', { file: disk.file }),
    element('target', { dev: disk.target, bus: 'virtio' }),
    disk.readonly ? element('readonly') : null,
    textElement('serial', disk.serial),
    disk.bootOrder === undefined ? null : element('boot', { order: disk.bootOrder }),
  ]);
}

export function interfaceElement(nic: DomainInterface): XmlElement {
  return element('interface', { type: nic.source.kind }, [
    element('mac', { address: nic.mac }),
    element('source', { [nic.source.kind]: nic.source.name }),
    element('target', { dev: nic.tap }),
    element('model', { type: nic.model }),
    nic.mtu === undefined ? null : element('mtu', { size: nic.mtu }),
  ]);
}
