/** This driver on a real libvirt, held to every promise of the driver contract that it makes. */
import { driverContract } from '@chronovirt/testing/contract';
import { libvirtContractHost } from './testing/contract-host.ts';

driverContract('libvirt', () => libvirtContractHost(), { timeoutMs: 300_000 });
