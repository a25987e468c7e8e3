import { expect, it } from 'vitest';
import { find, findAll, parseXml } from './parse.ts';
import { diskFiles, rescueDefinition } from './rescue-definition.ts';

const present = `<domain type='kvm'><name>n</name><os><type>hvm</type><boot dev='hd'/></os><devices>
  <disk type='file' device='disk'><source file='/i/disk'/><target dev='vda' bus='virtio'/><serial>root</serial><boot order='1'/><address type='pci' bus='0x04'/></disk>
  <disk type='file' device='disk'><source file='/i/disk.swap'/><target dev='vdb' bus='virtio'/><address type='pci' bus='0x05'/></disk>
  <disk type='file' device='disk'><source file='/i/disk.config'/><target dev='vdz' bus='virtio'/><readonly/><address type='pci' bus='0x06'/></disk>
  <interface type='network'><mac address='52:54:00:00:00:01'/><boot order='2'/><address type='pci' bus='0x01'/></interface>
</devices></domain>`;
const disk = { file: '/i/disk.rescue', format: 'qcow2', serial: 'rescue', readonly: false, cache: 'none' } as const;
const drive = { ...disk, file: '/i/disk.config.rescue', format: 'raw', target: 'vdz', serial: 'config' } as const;
const made = rescueDefinition(present, { disk, configDrive: { own: '/i/disk.config', rescue: drive } });
const disks = findAll(parseXml(made), 'devices', 'disk');

it('boots the rescue disk alone, the own root disk second', () => {
  expect(diskFiles(made)).toEqual(['/i/disk.rescue', '/i/disk', '/i/disk.swap', '/i/disk.config.rescue']);
  expect(disks.map((one) => find(one, 'target')?.attributes['dev'])).toEqual(['vda', 'vdb', 'vdc', 'vdz']);
  expect(made.match(/<boot [^>]*>/g)).toEqual(['<boot order="1"/>']);
});

it('leaves every own device at its address, the rescue system with its config drive in the place of the own one', () => {
  expect(disks.map((one) => find(one, 'address')?.attributes['bus'])).toEqual([undefined, '0x04', '0x05', '0x06']);
  expect(find(parseXml(made), 'devices', 'interface', 'address')?.attributes['bus']).toBe('0x01');
  expect(made).not.toContain('/i/disk.config"');
});

it('adds the config drive where the guest had none', () => {
  const none = present.replace(/<disk[^>]*><source file='\/i\/disk.config'.*<\/disk>/, '');
  const files = diskFiles(rescueDefinition(none, { disk, configDrive: { own: '/i/disk.config', rescue: drive } }));
  expect(files).toEqual(['/i/disk.rescue', '/i/disk', '/i/disk.swap', '/i/disk.config.rescue']);
});

it('knows the disk that is booted by its order, wherever it stands', () => {
  const last = present.replace("<boot order='1'/>", '').replace('<readonly/>', "<boot order='1'/>");
  expect(diskFiles(last)[0]).toBe('/i/disk.config');
});
