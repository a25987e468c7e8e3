import { isIP } from 'node:net';
import type { NetworkInfo } from '@chronovirt/contract';
import type { DomainInterface } from '@chronovirt/libvirt';
import type { Neighbour } from './neighbours.ts';

/** How an address is known. */
export type AddressSource = 'lease' | 'agent' | 'arp';

/** An address that a port is known to have. */
export interface PortAddress {
  readonly port: string;
  readonly mac: string;
  readonly address: string;
  readonly source: AddressSource;
}

/** A guest may say as many as it likes. */
const MOST_PER_PORT = 32;

/** What each source knows: of this guest's NICs as libvirt and its agent see them, of the network from the host. */
export interface Known {
  readonly lease: readonly DomainInterface[];
  readonly agent: readonly DomainInterface[];
  readonly arp: readonly Neighbour[];
}

/**
 * What the sources say of these ports, by MAC. Each address stands once, with the first source that knows it. The neighbour table counts
 * only where nobody else knows a port: it remembers addresses that a guest has given up.
 */
export function mergeAddresses(ports: NetworkInfo, { lease, agent, arp }: Known): PortAddress[] {
  return ports.flatMap(({ id: port, address }) => {
    const mac = address.toLowerCase();
    const on = (nics: readonly DomainInterface[]): string[] =>
      nics.filter(({ hwaddr }) => hwaddr?.toLowerCase() === mac).flatMap(({ addrs }) => addrs.map(({ addr }) => addr));
    const given = on(lease);
    const told = new Set([...given, ...on(agent)].filter(isUsable));
    const seen = new Set(arp.filter((one) => one.mac === mac).map((one) => one.address));
    const sourceOf = (one: string): AddressSource =>
      told.size === 0 ? 'arp' : given.includes(one) ? 'lease' : 'agent';
    return [...(told.size === 0 ? seen : told)]
      .slice(0, MOST_PER_PORT)
      .map((one) => ({ port, mac: address, address: one, source: sourceOf(one) }));
  });
}

/** An agent's word is a guest's: it may be anything. An IPv6 address of the link alone reaches nobody without the name of a NIC. */
const isUsable = (address: string): boolean => isIP(address) !== 0 && !/^fe[89ab]/i.test(address);
