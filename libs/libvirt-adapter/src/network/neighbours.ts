/**
 * The kernel's table of IPv4 neighbours, read by ourselves. libvirt offers it too (`VIR_DOMAIN_INTERFACE_ADDRESSES_SRC_ARP`), but 9.0 takes the
 * end of the table for a broken message on kernels that put both into one (6.9 and later; seen on 6.18: `wrong nlmsg len`), and then tells nothing.
 */
import { readFile } from 'node:fs/promises';

export interface Neighbour {
  readonly mac: string;
  readonly address: string;
}

/** An answer was had; entries without are those that nobody answered for. */
const COMPLETE = 0x2;

/** Whom this host has spoken with on the networks that it is on itself; the kernel forgets them when it needs the room, or their NIC goes. */
export async function neighbours(): Promise<Neighbour[]> {
  return neighboursIn(await readFile('/proc/net/arp', 'utf8'));
}

export function neighboursIn(table: string): Neighbour[] {
  return table
    .trim()
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [address = '', , flags = '0x0', mac = ''] = line.split(/\s+/);
      return (Number(flags) & COMPLETE) === 0 ? [] : [{ mac: mac.toLowerCase(), address }];
    });
}
