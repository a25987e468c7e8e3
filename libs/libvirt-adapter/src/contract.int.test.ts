/** This driver on a real libvirt, held to every promise of the driver contract that it makes. */
import { driverContract } from '@chronovirt/testing/contract';
import { libvirtContractHost } from './testing/contract-host.ts';

// That each case catches its broken drivers is shown against the fake in every run, and here, with real guests, in the full one.
driverContract('libvirt', () => libvirtContractHost(), {
  timeoutMs: 300_000,
  teeth: process.env['CHRONOVIRT_FULL'] === '1',
});
