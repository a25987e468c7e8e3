export { LibvirtDriver } from './libvirt-driver.ts';
export type { LibvirtDriverSettings } from './host/settings.ts';
export type { FilesForPeers } from './resize/incoming-files.ts';
export type { PortAddress } from './network/merge-addresses.ts';
export * from './host/acceleration.ts';
