/** This driver on two real libvirt hosts, held to what it promises of moves between them. */
import { pairContract } from '@chronovirt/testing/contract';
import { libvirtContractPair } from './testing/contract-pair.ts';

// That each case catches its broken drivers is shown against the fake in every run, and here, with real guests, in the full one.
pairContract('libvirt', libvirtContractPair, {
  timeoutMs: 300_000,
  teeth: process.env['CHRONOVIRT_FULL'] === '1',
});
