/**
 * The definition of a rescued guest, made from the one that it has: the rescue disk first and booted, everything else in the place that
 * libvirt has given it (PCI addresses are in the stored definition), so that the rescue system finds the hardware that it is to mend.
 */
import { diskElement } from './devices.ts';
import type { DomainDisk } from './devices.ts';
import { serialize } from './element.ts';
import type { XmlElement } from './element.ts';
import { find, findAll, parseXml } from './parse.ts';

/** What is put into the definition. */
export interface RescueParts {
  readonly disk: Omit<DomainDisk, 'target' | 'bootOrder'>;
  /** The config drive of the rescue system takes the place of the guest's own: two with one label would leave it to chance which is read. */
  readonly configDrive: { readonly own: string; readonly rescue: DomainDisk };
}

/** Files of the disks of a definition, the one that it boots from first. */
export function diskFiles(definition: string): string[] {
  const disks = findAll(parseXml(definition), 'devices', 'disk').map((disk) => ({
    file: find(disk, 'source')?.attributes['file'] ?? '',
    order: Number(find(disk, 'boot')?.attributes['order'] ?? Number.POSITIVE_INFINITY),
  }));
  return disks.toSorted((a, b) => (a.order === b.order ? 0 : a.order - b.order)).map(({ file }) => file);
}

/** The definition with the rescue disk in it, all else as it was. */
export function rescueDefinition(present: string, { disk, configDrive }: RescueParts): string {
  const domain = parseXml(present);
  let replaced = false;
  const deviceOf = (device: XmlElement): XmlElement => {
    const plain = without(device, 'boot');
    if (device.name !== 'disk') return plain;
    if (fileOf(device) !== configDrive.own) return mapped(plain, 'target', shifted);
    replaced = true;
    return mapped(plain, 'source', (source) => ({ ...source, attributes: { file: configDrive.rescue.file } }));
  };
  const first = diskElement({ ...disk, target: 'vda', bootOrder: 1 });
  return serialize({
    ...domain,
    children: domain.children.map((child) => {
      if (typeof child === 'string') return child;
      if (child.name === 'os') return without(child, 'boot');
      if (child.name !== 'devices') return child;
      const own = child.children.map((device) => (typeof device === 'string' ? device : deviceOf(device)));
      return { ...child, children: [first, ...own, ...(replaced ? [] : [diskElement(configDrive.rescue)])] };
    }),
  });
}

const fileOf = (disk: XmlElement): string | undefined =>
  disk.children.find((child): child is XmlElement => typeof child !== 'string' && child.name === 'source')?.attributes[
    'file'
  ];

const without = (parent: XmlElement, name: string): XmlElement => ({
  ...parent,
  children: parent.children.filter((child) => typeof child === 'string' || child.name !== name),
});

const mapped = (parent: XmlElement, name: string, change: (child: XmlElement) => XmlElement): XmlElement => ({
  ...parent,
  children: parent.children.map((child) => (typeof child !== 'string' && child.name === name ? change(child) : child)),
});

/** One letter on: `vda` is the rescue disk's now. It is a name within the definition; the guest goes by the address, which stays. */
function shifted(target: XmlElement): XmlElement {
  const [, stem, letter] = /^(vd)([a-y])$/.exec(target.attributes['dev'] ?? '') ?? [];
  if (stem === undefined || letter === undefined) return target;
  const dev = `${stem}${String.fromCharCode(letter.charCodeAt(0) + 1)}`;
  return { ...target, attributes: { ...target.attributes, dev } };
}
